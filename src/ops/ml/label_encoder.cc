// SPDX-License-Identifier: MIT
// LabelEncoder, CategoryMapper and OneHotEncoder: keys to values, to names, to places.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "compute/move/cast.h"
#include "ops/ml/scores.h"
#include "ops/move/movable.h"

namespace kante::core {
namespace {

// Keys in order with their places; the last of equal ones counts. Numbers are compared as doubles or as int64.
template <typename K>
class KeyIndex {
 public:
  KeyIndex() = default;
  explicit KeyIndex(std::vector<K> keys) : keys_(std::move(keys)), order_(keys_.size()) {
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](int32_t a, int32_t b) { return Less(Key(a), Key(b)); });
  }
  int64_t Find(const K& key) const {  // -1: none
    const auto it =
        std::upper_bound(order_.begin(), order_.end(), key, [&](const K& k, int32_t at) { return Less(k, Key(at)); });
    return it == order_.begin() || Less(Key(it[-1]), key) ? -1 : it[-1];
  }
  bool empty() const { return keys_.empty(); }
  int64_t size() const { return static_cast<int64_t>(keys_.size()); }

 private:
  const K& Key(int32_t at) const { return keys_[static_cast<size_t>(at)]; }
  // All that is not a number is one key, above the numbers.
  static bool Less(const K& a, const K& b) {
    if constexpr (std::is_floating_point_v<K>) {
      if (a != a || b != b) return a == a;
    }
    return a < b;
  }
  std::vector<K> keys_;
  std::vector<int32_t> order_;
};

constexpr TypeSet kLabelTypes{ElementType::kString, ElementType::kInt64, ElementType::kFloat32,
                              ElementType::kInt32,  ElementType::kInt16, ElementType::kFloat64};

template <typename T>
Result<Tensor> VectorOf(ElementType type, const std::vector<T>& values) {
  KANTE_TRY(Tensor t, Tensor::Allocate(type, Shape{static_cast<int64_t>(values.size())}));
  std::copy(values.begin(), values.end(), t.mutable_data<T>());
  return t;
}

// The one list that is given among <what>_int64s, _floats, _strings and _tensor.
Result<Tensor> ReadList(AttrReader& a, const std::string& what) {
  Tensor found;
  int count = 0;
  if (a.Has(what + "_int64s")) {
    KANTE_TRY(found, VectorOf(ElementType::kInt64, a.Ints(what + "_int64s")));
    ++count;
  }
  if (a.Has(what + "_floats")) {
    KANTE_TRY(found, VectorOf(ElementType::kFloat32, a.Floats(what + "_floats")));
    ++count;
  }
  if (a.Has(what + "_strings")) {
    KANTE_TRY(found, VectorOf(ElementType::kString, a.Strings(what + "_strings")));
    ++count;
  }
  if (const Tensor t = a.TensorOf(what + "_tensor")) {
    KANTE_TRY(found, Compact(t));
    ++count;
  }
  if (count != 1) return InvalidArgument("one of '", what, "_*' must be given, not ", count);
  if (!kLabelTypes.Has(found.type())) return InvalidArgument(what, " of type ", NameOf(found.type()));
  return found;
}

struct LabelEncoder {
  static constexpr OpInfo kInfo{.name = "LabelEncoder",
                                .domain = "ai.onnx.ml",
                                .versions = {1, 2, 4},
                                .types = kLabelTypes,
                                .numerics = kChooses};
  ElementType key_type = ElementType::kUndefined;
  KeyIndex<std::string> strings;
  KeyIndex<int64_t> ints;
  KeyIndex<double> floats;
  Tensor values;
  Tensor fallback;  // one element of the type of values

  static Result<LabelEncoder> Parse(AttrReader& a) {
    LabelEncoder op;
    KANTE_TRY(const Tensor keys, ReadList(a, "keys"));
    KANTE_TRY(op.values, ReadList(a, "values"));
    if (keys.elements() != op.values.elements() || keys.elements() > std::numeric_limits<int32_t>::max()) {
      return InvalidArgument(keys.elements(), " keys for ", op.values.elements(), " values");
    }
    op.key_type = keys.type();
    const auto n = static_cast<size_t>(keys.elements());
    if (keys.type() == ElementType::kString) {
      const auto s = keys.span<std::string>();
      op.strings = KeyIndex<std::string>({s.begin(), s.end()});
    } else if (ArithmeticOf(keys.type()) == Arithmetic::kInteger) {
      std::vector<int64_t> wide(n);
      GetLoadRow<int64_t>(keys.type())(wide.data(), keys.raw(), keys.elements());
      op.ints = KeyIndex<int64_t>(std::move(wide));
    } else {
      std::vector<double> wide(n);
      GetLoadRow<double>(keys.type())(wide.data(), keys.raw(), keys.elements());
      op.floats = KeyIndex<double>(std::move(wide));
    }
    return ReadFallback(a, std::move(op));
  }

  static Result<LabelEncoder> ReadFallback(AttrReader& a, LabelEncoder op) {
    const ElementType type = op.values.type();
    const int64_t whole = a.Int("default_int64", -1);
    const float number = a.Float("default_float", -0.0f);
    const std::string text = a.String("default_string", "_Unused");
    const Tensor given = a.TensorOf("default_tensor");
    if (given) {
      if (given.type() != type || given.elements() != 1) return InvalidArgument("default_tensor does not suit values");
      KANTE_TRY(op.fallback, Compact(given));
      return op;
    }
    KANTE_TRY(op.fallback, Tensor::Allocate(type, Shape{1}));
    if (type == ElementType::kString) {
      *op.fallback.mutable_data<std::string>() = text;
    } else if (ArithmeticOf(type) == Arithmetic::kInteger) {
      GetStoreRow<int64_t>(type)(op.fallback.raw(), &whole, 1);
    } else {
      const double wide = static_cast<double>(number);
      GetStoreRow<double>(type)(op.fallback.raw(), &wide, 1);
    }
    return op;
  }

  // Version 1 knew one list of strings, whose places are the other side. Which way it goes, the types say.
  static Status Upgrade(UpgradeContext& u, int from) {
    if (from > 1 || !u.has_input(0) || u.output(0) == kNone) return OkStatus();
    const Attribute* classes = u.node().FindAttribute("classes_strings");
    const auto* names = classes ? classes->get<std::vector<std::string>>() : nullptr;
    if (!names) return InvalidGraph("attribute 'classes_strings' is missing");
    const std::vector<std::string> list = *names;
    std::vector<int64_t> places(list.size());
    std::iota(places.begin(), places.end(), 0);
    const ElementType type = u.graph().value(u.input(0)).type.element_type;
    const ElementType out = u.graph().value(u.output(0)).type.element_type;
    u.node().RemoveAttribute("classes_strings");
    const bool to_ints = type == ElementType::kString || (type != ElementType::kInt64 && out == ElementType::kInt64);
    u.node().attributes.emplace_back(to_ints ? "keys_strings" : "values_strings", AttributeValue(list));
    u.node().attributes.emplace_back(to_ints ? "values_int64s" : "keys_int64s", AttributeValue(places));
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, values.type());
    KANTE_TRY(c.RequireType(0, TypeSet{key_type}));
    KANTE_TRY(const Shape x, c.shape(0));
    return c.SetShape(0, x);
  }
  int64_t Find(const Tensor& x, const double* wide, const int64_t* whole, int64_t i) const {
    if (wide) return floats.Find(wide[i]);
    return whole ? ints.Find(whole[i]) : strings.Find(x.data<std::string>()[i]);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const double* wide = nullptr;
    const int64_t* whole = nullptr;
    if (ArithmeticOf(key_type) == Arithmetic::kInteger) {
      KANTE_TRY(whole, ReadNumbers<int64_t>(c, x));
    } else if (key_type != ElementType::kString) {
      KANTE_TRY(wide, ReadNumbers<double>(c, x));
    }
    if (y->elements() == 0) return OkStatus();
    KANTE_TRY(const Movable none, ReadMovable(c, fallback));
    KANTE_TRY(const Movable from, ReadMovable(c, values));
    KANTE_TRY(const Movable to, WriteMovable(c, *y));
    return c.Parallel(x.elements(), 40, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = Find(x, wide, whole, i);
        CopyRun(to, i, at < 0 ? none : from, std::max<int64_t>(at, 0), 1);
      }
    });
  }
};

struct CategoryMapper {
  static constexpr OpInfo kInfo{.name = "CategoryMapper",
                                .domain = "ai.onnx.ml",
                                .types = TypeSet{ElementType::kString, ElementType::kInt64},
                                .numerics = kChooses};
  std::vector<int64_t> ints;
  std::vector<std::string> strings;
  KeyIndex<int64_t> by_int;
  KeyIndex<std::string> by_string;
  int64_t default_int = -1;
  std::string default_string;

  static Result<CategoryMapper> Parse(AttrReader& a) {
    CategoryMapper op;
    op.ints = a.Ints("cats_int64s");
    op.strings = a.Strings("cats_strings");
    op.default_int = a.Int("default_int64", -1);
    op.default_string = a.String("default_string", "_Unused");
    if (op.ints.size() != op.strings.size()) {
      return InvalidArgument(op.ints.size(), " cats_int64s for ", op.strings.size(), " cats_strings");
    }
    op.by_int = KeyIndex<int64_t>(op.ints);
    op.by_string = KeyIndex<std::string>(op.strings);
    return op;
  }
  Status Infer(InferContext& c) const {
    if (c.type(0) == ElementType::kUndefined) return OkStatus();
    c.SetType(0, c.type(0) == ElementType::kString ? ElementType::kInt64 : ElementType::kString);
    KANTE_TRY(const Shape x, c.shape(0));
    return c.SetShape(0, x);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    for (int64_t i = 0; i < x.elements(); ++i) {
      if (x.type() == ElementType::kString) {
        const int64_t at = by_string.Find(x.data<std::string>()[i]);
        y->mutable_data<int64_t>()[i] = at < 0 ? default_int : ints[static_cast<size_t>(at)];
      } else {
        const int64_t at = by_int.Find(x.data<int64_t>()[i]);
        y->mutable_data<std::string>()[i] = at < 0 ? default_string : strings[static_cast<size_t>(at)];
      }
    }
    return OkStatus();
  }
};

struct OneHotEncoder {
  static constexpr OpInfo kInfo{.name = "OneHotEncoder",
                                .domain = "ai.onnx.ml",
                                .types = kFeatureTypes | TypeSet{ElementType::kString},
                                .numerics = kChooses};
  KeyIndex<int64_t> ints;
  KeyIndex<std::string> strings;
  bool zeros = true;

  static Result<OneHotEncoder> Parse(AttrReader& a) {
    KANTE_TRY(ClassLabels cats, ClassLabels::Read(a, "cats_int64s", "cats_strings"));
    OneHotEncoder op;
    op.zeros = a.Bool("zeros", true);
    op.ints = KeyIndex<int64_t>(std::move(cats.ints));
    op.strings = KeyIndex<std::string>(std::move(cats.strings));
    return op;
  }
  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    if (c.type(0) != ElementType::kUndefined && (c.type(0) == ElementType::kString) == strings.empty()) {
      return InvalidArgument("X of type ", NameOf(c.type(0)), " and categories of another one");
    }
    KANTE_TRY(const Shape x, c.shape(0));
    std::vector<int64_t> dims(x.begin(), x.end());
    dims.push_back(std::max(ints.size(), strings.size()));
    KANTE_TRY(const Shape y, Shape::Make(dims));
    return c.SetShape(0, y);
  }
  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    int64_t* whole = nullptr;
    if (strings.empty()) {  // fractions are cut off
      KANTE_TRY(std::byte * memory, c.Scratch(x.elements() * 8));
      whole = reinterpret_cast<int64_t*>(memory);
      CastRange(ElementType::kInt64, memory, x.type(), x.raw(), x.elements(), {});
    }
    float* to = y->mutable_data<float>();
    std::fill(to, to + y->elements(), 0.0f);
    const int64_t n = std::max(ints.size(), strings.size());
    for (int64_t i = 0; i < x.elements(); ++i) {
      const int64_t at = whole ? ints.Find(whole[i]) : strings.Find(x.data<std::string>()[i]);
      if (at >= 0) to[i * n + at] = 1;
      if (at < 0 && !zeros) return InvalidArgument("element ", i, " is none of the categories");
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(LabelEncoder)
KANTE_DEFINE_OP(CategoryMapper)
KANTE_DEFINE_OP(OneHotEncoder)

}  // namespace kante::core
