// SPDX-License-Identifier: MIT
// What the classifiers and regressors of ai.onnx.ml share: rows of features, class labels, transforms of scores.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {

inline constexpr TypeSet kFeatureTypes{ElementType::kFloat32, ElementType::kFloat64, ElementType::kInt64,
                                       ElementType::kInt32};

// A matrix [rows, features]; a vector is one row.
struct FeatureRows {
  int64_t rows = 0, features = 0;
  static Result<FeatureRows> Of(const Shape& x) {
    if (x.rank() == 1) return FeatureRows{1, x[0]};
    if (x.rank() == 2) return FeatureRows{x[0], x[1]};
    return InvalidArgument("X must be [N, F] or [F], not ", x.ToString());
  }
};

// The elements as T: the tensor's own memory, or a converted copy in scratch. REQUIRES: arithmetic type.
template <typename T>
Result<const T*> ReadNumbers(RunContext& c, const Tensor& t) {
  if (t.type() == ElementTypeFor<T>) return t.data<T>();
  KANTE_TRY(std::byte * memory, c.Scratch(t.elements() * static_cast<int64_t>(sizeof(T))));
  const LoadRow<T> load = GetLoadRow<T>(t.type());
  if (!load) return NotImplemented("elements of type ", NameOf(t.type()));
  load(reinterpret_cast<T*>(memory), t.raw(), t.elements());
  return reinterpret_cast<const T*>(memory);
}

// The place of `value` among the names; a complaint if it is none of them.
template <typename E>
Result<E> EnumOf(std::string_view attribute, std::string_view value, std::initializer_list<std::string_view> names) {
  int i = 0;
  for (std::string_view name : names) {
    if (name == value) return static_cast<E>(i);
    ++i;
  }
  return InvalidArgument("attribute '", attribute, "' is '", value, "'");
}

// Class labels: int64 or string.
struct ClassLabels {
  std::vector<int64_t> ints;
  std::vector<std::string> strings;

  // Exactly one of the two attributes must be there.
  static Result<ClassLabels> Read(AttrReader& a, std::string_view ints_name, std::string_view strings_name);
  int64_t size() const { return static_cast<int64_t>(strings.empty() ? ints.size() : strings.size()); }
  ElementType type() const { return strings.empty() ? ElementType::kInt64 : ElementType::kString; }
  void Store(const Tensor& y, int64_t i, int64_t label) const;
  // With a single label there is no name for the other side: 1 or 0, and the label or "".
  void StoreSign(const Tensor& y, int64_t i, bool positive) const;
};

enum class PostTransform : uint8_t { kNone, kSoftmax, kLogistic, kSoftmaxZero, kProbit };
Result<PostTransform> ReadPostTransform(AttrReader& a);

float Logistic(float v);
// Of one row. A single score is changed by kProbit alone, as ORT does.
void Transform(PostTransform transform, float* scores, int64_t n);
// Scores of both classes from the second one's: [1 - s, s] if complement, else [-s, s]; of the other transforms only
// kLogistic (which takes [-s, s]) and kProbit change them, as ORT does.
void TransformBinary(PostTransform transform, float score, bool complement, float* scores);

}  // namespace kante::core
