// SPDX-License-Identifier: MIT
// DictVectorizer and CastMap: maps to tensors of one row.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <numeric>

#include "base/real_text.h"
#include "ops/ml/scores.h"
#include "ops/move/movable.h"

namespace kante::core {
namespace {

// The input, whose keys and values agree in number.
Result<const Map*> MapIn(RunContext& c) {
  if (!c.has_input(0) || !c.in_value(0).is_map()) return InvalidArgument("input 0 must be a map");
  const Map& m = *c.in_value(0).map();
  if (!m.keys || !m.values || m.keys.elements() != m.values.elements()) {
    return InvalidArgument("the map's keys and values differ in number");
  }
  return &m;
}

template <typename K>
int64_t PlaceOf(const Tensor& keys, const K& key) {
  const auto all = keys.span<K>();
  const auto it = std::find(all.begin(), all.end(), key);
  return it == all.end() ? -1 : it - all.begin();
}

struct DictVectorizer {
  static constexpr OpInfo kInfo{
      .name = "DictVectorizer", .domain = "ai.onnx.ml", .same_type = 0, .data_dependent = true, .numerics = kMoves};
  ClassLabels vocabulary;

  static Result<DictVectorizer> Parse(AttrReader& a) {
    DictVectorizer op;
    KANTE_TRY(op.vocabulary, ClassLabels::Read(a, "int64_vocabulary", "string_vocabulary"));
    return op;
  }
  // The values' type is known only when a map is there.
  Status Infer(InferContext& c) const {
    c.SetKind(0, ValueKind::kTensor, ElementType::kUndefined);
    return OkStatus();
  }
  // A row [1, n], as in ORT; keys that are not in the vocabulary are left out.
  Status Run(RunContext& c) const {
    KANTE_TRY(const Map* map, MapIn(c));
    if (map->keys.type() != vocabulary.type()) {
      return InvalidArgument("keys of type ", NameOf(map->keys.type()), " and a vocabulary of ",
                             NameOf(vocabulary.type()));
    }
    const int64_t n = vocabulary.size();
    KANTE_TRY(Tensor * y, c.Output(0, map->values.type(), Shape{1, n}));
    KANTE_TRY(const Movable from, ReadMovable(c, map->values));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    if (!to.strings()) std::fill(to.data, to.data + n * to.size, std::byte{0});
    for (int64_t i = 0; i < n; ++i) {
      const auto k = static_cast<size_t>(i);
      const int64_t at = vocabulary.strings.empty() ? PlaceOf(map->keys, vocabulary.ints[k])
                                                    : PlaceOf(map->keys, vocabulary.strings[k]);
      if (at >= 0) CopyRun(to, i, from, at, 1);
    }
    return OkStatus();
  }
};

enum class MapForm : uint8_t { kDense, kSparse };

struct CastMap {
  static constexpr OpInfo kInfo{.name = "CastMap",
                                .domain = "ai.onnx.ml",
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = Numerics{FloatRule::kRounds, IntegerRule::kExact}};
  ElementType type = ElementType::kFloat32;
  MapForm form = MapForm::kDense;
  int64_t length = 1;

  static Result<CastMap> Parse(AttrReader& a) {
    CastMap op;
    KANTE_TRY(const int to,
              EnumOf<int>("cast_to", a.String("cast_to", "TO_FLOAT"), {"TO_FLOAT", "TO_STRING", "TO_INT64"}));
    op.type = to == 0 ? ElementType::kFloat32 : to == 1 ? ElementType::kString : ElementType::kInt64;
    KANTE_TRY(op.form, EnumOf<MapForm>("map_form", a.String("map_form", "DENSE"), {"DENSE", "SPARSE"}));
    op.length = a.Int("max_map", 1);
    if (op.length < 0) return InvalidArgument("max_map ", op.length);
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, type);
    return OkStatus();
  }
  // Numbers are written with six digits after the point.
  static Status CastOne(const Tensor& values, int64_t from, const Tensor& y, int64_t to) {
    if (values.type() == ElementType::kFloat32) {
      const float v = values.data<float>()[from];
      if (y.type() == ElementType::kFloat32) {
        y.mutable_data<float>()[to] = v;
      } else if (y.type() == ElementType::kInt64) {
        GetStoreRow<float>(ElementType::kInt64)(y.mutable_data<int64_t>() + to, &v, 1);
      } else {
        char text[64];
        std::snprintf(text, sizeof text, "%f", static_cast<double>(v));
        y.mutable_data<std::string>()[to] = text;
      }
      return OkStatus();
    }
    const std::string& text = values.data<std::string>()[from];
    if (y.type() == ElementType::kString) {
      y.mutable_data<std::string>()[to] = text;
      return OkStatus();
    }
    const char* end = text.data() + text.size();
    const bool whole = y.type() == ElementType::kInt64;
    const auto read = whole ? std::from_chars(text.data(), end, y.mutable_data<int64_t>()[to])
                            : ReadReal(text.data(), end, y.mutable_data<float>()[to]);
    if (read.ec == std::errc() && read.ptr == end) return OkStatus();
    return InvalidArgument("the value '", text, "' is no number");
  }
  Status Run(RunContext& c) const {
    KANTE_TRY(const Map* map, MapIn(c));
    const Tensor& values = map->values;
    if (map->keys.type() != ElementType::kInt64) return InvalidArgument("the keys must be int64");
    if (values.type() != ElementType::kFloat32 && values.type() != ElementType::kString) {
      return InvalidArgument("the values must be float32 or string, not ", NameOf(values.type()));
    }
    const auto keys = map->keys.span<int64_t>();
    std::vector<int64_t> order(keys.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return keys[static_cast<size_t>(a)] < keys[static_cast<size_t>(b)]; });
    const bool dense = form == MapForm::kDense;
    const int64_t n = dense ? static_cast<int64_t>(keys.size()) : length;
    KANTE_TRY(Tensor * y, c.Output(0, type, Shape{1, n}));
    if (!dense && type == ElementType::kString) {  // ORT's word for nothing
      std::fill_n(y->mutable_data<std::string>(), n, "0.f");
    } else if (!dense) {
      std::fill_n(y->raw(), y->bytes(), std::byte{0});
    }
    for (size_t i = 0; i < order.size(); ++i) {
      const int64_t key = keys[static_cast<size_t>(order[i])];
      if (!dense && key < 0) return InvalidArgument("the key ", key, " of a sparse map is negative");
      if (!dense && key >= n) continue;
      KANTE_TRY(CastOne(values, order[i], *y, dense ? static_cast<int64_t>(i) : key));
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(DictVectorizer)
KANTE_DEFINE_OP(CastMap)

}  // namespace kante::core
