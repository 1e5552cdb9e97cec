// SPDX-License-Identifier: MIT
#include "ops/ml/scores.h"

#include <algorithm>
#include <cmath>

namespace kante::core {
namespace {

// Winitzki's approximation, which ONNX's reference and ORT use.
float Probit(float p) {
  const float x = 2 * p - 1;
  const float log = std::log((1 - x) * (1 + x));
  const float v = 2 / (3.14159f * 0.147f) + 0.5f * log;
  const float root = std::sqrt(-v + std::sqrt(v * v - 1 / 0.147f * log));
  return 1.41421356f * (x < 0 ? -root : root);
}

// `zero`: scores of nothing stay at nothing.
void Softmax(float* s, int64_t n, bool zero) {
  const float most = *std::max_element(s, s + n);
  float sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (zero && std::abs(s[i]) <= 1e-7f) {
      s[i] *= std::exp(-most);
      continue;
    }
    s[i] = std::exp(s[i] - most);
    sum += s[i];
  }
  for (int64_t i = 0; i < n; ++i) s[i] /= sum;
}

}  // namespace

Result<ClassLabels> ClassLabels::Read(AttrReader& a, std::string_view ints_name, std::string_view strings_name) {
  ClassLabels labels{a.Ints(ints_name), a.Strings(strings_name)};
  if (labels.ints.empty() == labels.strings.empty()) {
    return InvalidArgument("one of '", ints_name, "' and '", strings_name, "' must be given");
  }
  return labels;
}

void ClassLabels::Store(const Tensor& y, int64_t i, int64_t label) const {
  const auto at = static_cast<size_t>(label);
  if (strings.empty()) {
    y.mutable_data<int64_t>()[i] = ints[at];
  } else {
    y.mutable_data<std::string>()[i] = strings[at];
  }
}

void ClassLabels::StoreSign(const Tensor& y, int64_t i, bool positive) const {
  if (size() > 1) return Store(y, i, positive ? 1 : 0);
  if (strings.empty()) {
    y.mutable_data<int64_t>()[i] = positive ? 1 : 0;
  } else {
    y.mutable_data<std::string>()[i] = positive ? strings[0] : std::string();
  }
}

Result<PostTransform> ReadPostTransform(AttrReader& a) {
  return EnumOf<PostTransform>("post_transform", a.String("post_transform", "NONE"),
                               {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"});
}

float Logistic(float v) {
  const float positive = 1 / (1 + std::exp(-std::abs(v)));
  return v < 0 ? 1 - positive : positive;
}

void Transform(PostTransform transform, float* scores, int64_t n) {
  if (n == 0 || (n == 1 && transform != PostTransform::kProbit)) return;
  switch (transform) {
    case PostTransform::kNone:
      return;
    case PostTransform::kSoftmax:
    case PostTransform::kSoftmaxZero:
      return Softmax(scores, n, transform == PostTransform::kSoftmaxZero);
    case PostTransform::kLogistic:
      for (int64_t i = 0; i < n; ++i) scores[i] = Logistic(scores[i]);
      return;
    case PostTransform::kProbit:
      for (int64_t i = 0; i < n; ++i) scores[i] = Probit(scores[i]);
      return;
  }
}

void TransformBinary(PostTransform transform, float score, bool complement, float* scores) {
  const bool logistic = transform == PostTransform::kLogistic;
  scores[0] = complement && !logistic ? 1 - score : -score;
  scores[1] = score;
  if (logistic || transform == PostTransform::kProbit) Transform(transform, scores, 2);
}

}  // namespace kante::core
