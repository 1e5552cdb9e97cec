// SPDX-License-Identifier: MIT
// What kInfo.numerics promises, of every operator that inputs can be made for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>

#include "base/status.h"
#include "compute/element_io.h"
#include "ops/registry.h"
#include "tests/properties/generate.h"

namespace kante::core {
namespace {

constexpr uint32_t kCases = 12;
constexpr TypeSet kNarrowInts{ElementType::kInt8,  ElementType::kInt16,  ElementType::kInt32,
                              ElementType::kUint8, ElementType::kUint16, ElementType::kUint32};

const OpRegistry& Registry() {
  static const OpRegistry registry = OpRegistry::BuiltIns();
  return registry;
}

// One case and what came out.
struct Made {
  Case c;
  std::vector<Value> outputs;
};
std::optional<Made> Make(const OpDef& def, const Hint* hint, uint32_t seed, ElementType type, Fill fill) {
  if (!def.info.types.Has(type)) return std::nullopt;
  std::optional<Case> c = Generate(def, hint, seed, type, fill);
  if (!c) return std::nullopt;
  auto outputs = Evaluate(*c, Registry());
  if (!outputs.ok()) return std::nullopt;
  return Made{std::move(*c), std::move(*outputs)};
}

// Calls f(def, hint, seed) for every operator whose numerics `chosen` accepts and that draws nothing.
template <typename Chosen, typename F>
void ForEachCase(const Chosen& chosen, F&& f) {
  for (const OpDef* def : Registry().All()) {
    if (!chosen(def->info.numerics) || def->info.stateful) continue;
    for (const Hint* hint : HintsOf(*def)) {
      for (uint32_t seed = 0; seed < kCases; ++seed) f(*def, hint, seed);
    }
  }
}

std::vector<double> DoublesOf(const Tensor& t) {
  std::vector<double> values(static_cast<size_t>(t.elements()));
  GetLoadRow<double>(t.type())(values.data(), t.raw(), t.elements());
  return values;
}

bool InType(const Value& v, ElementType type) { return v.has_value() && v.is_tensor() && v.tensor().type() == type; }

// Each element as a string of its bytes.
void CollectBits(const Value& v, ElementType type, std::set<std::string>* to) {
  if (!InType(v, type)) return;
  const Tensor& t = v.tensor();
  const int64_t size = BitsOf(type) / 8;
  for (int64_t i = 0; i < t.elements(); ++i) {
    to->insert(std::string(reinterpret_cast<const char*>(t.raw()) + i * size, static_cast<size_t>(size)));
  }
}

TEST(Numerics, EveryOperatorStatesThem) {
  constexpr uint32_t kInts = kIntegers.bits, kFloat = kFloats.bits;
  for (const OpDef* def : Registry().All()) {
    const OpInfo& info = def->info;
    SCOPED_TRACE(StrCat(info.domain, ":", info.name));
    EXPECT_NE(info.numerics.floats, FloatRule::kUnstated);
    if (info.types.bits == kAnyType.bits) continue;  // the operator looks itself
    if (info.types.bits & kFloat) {
      EXPECT_NE(info.numerics.floats, FloatRule::kNone);
    }
    if (info.types.bits & kInts) {
      EXPECT_NE(info.numerics.integers, IntegerRule::kNone);
    }
  }
}

// kBits: NaN payloads, subnormals and -0 arrive as they were. Operators fill with zero (and -inf for a forbidden word).
TEST(Numerics, MovedBitsStay) {
  std::set<const OpDef*> seen;
  ForEachCase([](Numerics n) { return n.floats == FloatRule::kBits; },
              [&](const OpDef& def, const Hint* hint, uint32_t seed) {
                for (ElementType type :
                     {ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16, ElementType::kBfloat16,
                      ElementType::kFloat8E4M3FN, ElementType::kInt16, ElementType::kUint64, ElementType::kComplex64}) {
                  const auto made = Make(def, hint, seed, type, Fill::kBits);
                  if (!made) continue;
                  SCOPED_TRACE(Describe(made->c));
                  std::set<std::string> in, out;
                  for (const Value& v : made->c.inputs) CollectBits(v, type, &in);
                  for (const Value& v : made->outputs) CollectBits(v, type, &out);
                  if (in.empty()) continue;
                  in.insert(std::string(static_cast<size_t>(BitsOf(type) / 8), '\0'));
                  if (!out.empty()) seen.insert(&def);
                  for (const std::string& bits : out) EXPECT_TRUE(in.count(bits));
                }
              });
  EXPECT_GE(seen.size(), 30u);
}

// kNative, kSingle, kDouble, kExact: float16 and bfloat16 are read exactly, and rounded once.
TEST(Numerics, SixteenBitResultsAreRoundedOnce) {
  std::set<const OpDef*> seen;
  const auto chosen = [](Numerics n) {
    return n.floats == FloatRule::kNative || n.floats == FloatRule::kSingle || n.floats == FloatRule::kDouble ||
           n.floats == FloatRule::kExact;
  };
  ForEachCase(chosen, [&](const OpDef& def, const Hint* hint, uint32_t seed) {
    const auto wide = Make(def, hint, seed, ElementType::kFloat32, Fill::kFine);
    if (!wide) return;
    for (ElementType type : {ElementType::kFloat16, ElementType::kBfloat16}) {
      const auto narrow = Make(def, hint, seed, type, Fill::kFine);
      if (!narrow) continue;
      SCOPED_TRACE(Describe(narrow->c));
      for (size_t i = 0; i < narrow->outputs.size(); ++i) {
        if (!InType(narrow->outputs[i], type) || !InType(wide->outputs[i], ElementType::kFloat32)) continue;
        const Tensor& f = wide->outputs[i].tensor();
        std::vector<uint16_t> rounded(static_cast<size_t>(f.elements()));
        GetStoreRow<float>(type)(rounded.data(), f.data<float>(), f.elements());
        const uint16_t* got = static_cast<const uint16_t*>(static_cast<const void*>(narrow->outputs[i].tensor().raw()));
        // A sum in double is rounded to float32 on one way only.
        const int apart = def.info.numerics.floats == FloatRule::kDouble ? 1 : 0;
        int wrong = 0;
        for (size_t k = 0; k < rounded.size(); ++k) wrong += std::abs(int{got[k]} - int{rounded[k]}) > apart;
        EXPECT_EQ(wrong, 0) << "of " << rounded.size() << " in output " << i;
        if (!rounded.empty()) seen.insert(&def);
      }
    }
  });
  EXPECT_GE(seen.size(), 90u);
}

bool HasDigits(const Value& v) {
  if (!InType(v, ElementType::kFloat64)) return false;
  const auto values = v.tensor().span<double>();
  return std::any_of(values.begin(), values.end(),
                     [](double x) { return std::isfinite(x) && static_cast<double>(static_cast<float>(x)) != x; });
}

// float64 has more digits than float32 has room for. An operator that says kSingle has a mode that loses them.
TEST(Numerics, DoublesKeepTheirDigits) {
  struct Found {
    bool kept = false, lost = false;
  };
  std::map<const OpDef*, Found> found;
  const auto chosen = [](Numerics n) {
    return n.floats == FloatRule::kNative || n.floats == FloatRule::kSingle || n.floats == FloatRule::kDouble;
  };
  ForEachCase(chosen, [&](const OpDef& def, const Hint* hint, uint32_t seed) {
    const auto made = Make(def, hint, seed, ElementType::kFloat64, Fill::kFine);
    if (!made || std::none_of(made->c.inputs.begin(), made->c.inputs.end(), HasDigits)) return;
    for (const Value& v : made->outputs) {
      if (!InType(v, ElementType::kFloat64) || v.tensor().elements() < 4) continue;
      (HasDigits(v) ? found[&def].kept : found[&def].lost) = true;
    }
  });
  for (const auto& [def, f] : found) {
    SCOPED_TRACE(StrCat(def->info.domain, ":", def->info.name));
    EXPECT_TRUE(def->info.numerics.floats == FloatRule::kSingle ? f.lost : f.kept);
  }
  EXPECT_GE(found.size(), 80u);
}

// NaN, infinities and zeros give NaN and infinities at the same places in float32 and float64: two codes, one rule.
TEST(Numerics, SpecialValuesMeanTheSameInEveryFloatType) {
  std::set<const OpDef*> seen;
  const auto chosen = [](Numerics n) { return n.floats != FloatRule::kBits && n.floats != FloatRule::kNone; };
  ForEachCase(chosen, [&](const OpDef& def, const Hint* hint, uint32_t seed) {
    // Winograd's method adds neighbouring inputs first: NaN and infinities spread in a tile.
    if (def.info.name.ends_with("Conv")) return;
    const auto one = Make(def, hint, seed, ElementType::kFloat32, Fill::kSpecial);
    if (!one) return;
    for (ElementType type : {ElementType::kFloat64, ElementType::kBfloat16}) {
      const auto other = Make(def, hint, seed, type, Fill::kSpecial);
      if (!other) continue;
      SCOPED_TRACE(Describe(other->c));
      for (size_t i = 0; i < one->outputs.size(); ++i) {
        if (!InType(other->outputs[i], type) || !InType(one->outputs[i], ElementType::kFloat32)) continue;
        const std::vector<double> a = DoublesOf(one->outputs[i].tensor()), b = DoublesOf(other->outputs[i].tensor());
        ASSERT_EQ(a.size(), b.size());
        int wrong = 0;
        for (size_t k = 0; k < a.size(); ++k) {
          const bool same =
              std::isnan(a[k]) == std::isnan(b[k]) && (std::isnan(a[k]) || std::isinf(a[k]) == std::isinf(b[k]));
          if (!same && wrong++ == 0)
            ADD_FAILURE() << "element " << k << " of output " << i << ": " << a[k] << ", " << b[k];
        }
        if (!a.empty()) seen.insert(&def);
      }
    }
  });
  EXPECT_GE(seen.size(), 100u);
}

// Where values are the same in both types, float32 and float64 differ by float32's rounding only.
TEST(Numerics, BothPrecisionsAgree) {
  std::set<const OpDef*> seen;
  const auto any = [](Numerics n) { return n.floats != FloatRule::kNone; };
  ForEachCase(any, [&](const OpDef& def, const Hint* hint, uint32_t seed) {
    const auto one = Make(def, hint, seed, ElementType::kFloat32, Fill::kQuarters);
    const auto two = Make(def, hint, seed, ElementType::kFloat64, Fill::kQuarters);
    if (!one || !two) return;
    SCOPED_TRACE(Describe(two->c));
    for (size_t i = 0; i < one->outputs.size(); ++i) {
      if (!InType(one->outputs[i], ElementType::kFloat32) || !InType(two->outputs[i], ElementType::kFloat64)) continue;
      const std::vector<double> f = DoublesOf(one->outputs[i].tensor()), d = DoublesOf(two->outputs[i].tensor());
      ASSERT_EQ(f.size(), d.size());
      for (size_t k = 0; k < f.size(); ++k) {
        if (std::isnan(d[k]) ? std::isnan(f[k]) : f[k] == d[k]) continue;
        ASSERT_NEAR(f[k], d[k], 1e-5 + 1e-5 * std::abs(d[k])) << "element " << k << " of output " << i;
      }
      if (!f.empty()) seen.insert(&def);
    }
  });
  EXPECT_GE(seen.size(), 100u);
}

// kExact: what comes out is, up to its sign, what went in, or a whole number (an index, a bound, zero).
TEST(Numerics, ChosenNumbersAreThoseOfTheInputs) {
  std::set<const OpDef*> seen;
  const auto chosen = [](Numerics n) { return n.floats == FloatRule::kExact; };
  const auto check = [&](const OpDef& def, const Made& made, ElementType type, auto zero) {
    using T = decltype(zero);
    std::set<T> in;
    for (const Value& v : made.c.inputs) {
      if (!InType(v, type)) continue;
      for (T x : v.tensor().span<T>()) in.insert({x, static_cast<T>(T{} - x)});
    }
    for (const Value& v : made.outputs) {
      if (!InType(v, type) || in.empty()) continue;
      for (T y : v.tensor().span<T>()) {
        const bool whole =
            std::abs(static_cast<double>(y)) < 1e6 && std::floor(static_cast<double>(y)) == static_cast<double>(y);
        ASSERT_TRUE(whole || in.count(y) || std::isinf(static_cast<double>(y))) << y;
        seen.insert(&def);
      }
    }
  };
  ForEachCase(chosen, [&](const OpDef& def, const Hint* hint, uint32_t seed) {
    if (const auto made = Make(def, hint, seed, ElementType::kFloat64, Fill::kFine)) {
      SCOPED_TRACE(Describe(made->c));
      check(def, *made, ElementType::kFloat64, 0.0);
    }
    if (const auto made = Make(def, hint, seed, ElementType::kUint64, Fill::kBits)) {
      SCOPED_TRACE(Describe(made->c));
      check(def, *made, ElementType::kUint64, uint64_t{});
    }
  });
  EXPECT_GE(seen.size(), 15u);
}

// One input of NaN alone gives NaN alone, whatever the type.
TEST(Numerics, NaNArrives) {
  const std::map<std::string_view, std::string_view> otherwise = {
      {"ThresholdedRelu", "0: NaN is not above the threshold"},
      {"Hardmax", "1 at the extreme"},
      {"Binarizer", "0: NaN is not above the threshold"},
      {"OneHotEncoder", "0: NaN is no category"},
  };
  std::set<const OpDef*> seen;
  for (const OpDef* def : Registry().All()) {
    const OpInfo& info = def->info;
    const FloatRule rule = info.numerics.floats;
    const bool computes = rule == FloatRule::kNative || rule == FloatRule::kSingle || rule == FloatRule::kDouble ||
                          rule == FloatRule::kExact;
    if (!computes || info.min_inputs != 1 || info.stateful || info.value_from_shape || otherwise.count(info.name)) {
      continue;
    }
    const Hint* hint = HintsOf(*def)[0];
    for (ElementType type : {ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16}) {
      if (!info.types.Has(type)) continue;
      Case c;
      c.node.op_type = info.name;
      c.node.domain = info.domain;
      c.node.version = info.versions.newest();
      if (hint) c.node.attributes = hint->attributes;
      Tensor x = *Tensor::Allocate(type, {1, 1, 7, 7});
      const double nan = std::numeric_limits<double>::quiet_NaN();
      for (int64_t i = 0; i < x.elements(); ++i) GetStoreRow<double>(type)(x.raw() + i * BitsOf(type) / 8, &nan, 1);
      c.inputs.emplace_back(x);
      const auto outputs = Evaluate(c, Registry());
      if (!outputs.ok()) continue;
      SCOPED_TRACE(Describe(c));
      for (const Value& v : *outputs) {
        if (!InType(v, type)) continue;
        for (double y : DoublesOf(v.tensor())) ASSERT_TRUE(std::isnan(y));
        seen.insert(def);
      }
    }
  }
  EXPECT_GE(seen.size(), 50u);
}

// kWrap: the result is that of 64 bits, cut off.
TEST(Numerics, IntegersWrap) {
  std::set<const OpDef*> seen;
  ForEachCase([](Numerics n) { return n.integers == IntegerRule::kWrap; },
              [&](const OpDef& def, const Hint* hint, uint32_t seed) {
                const auto scales = [](const Attribute& a) { return a.name == "alpha"; };  // in float64
                if (hint && std::any_of(hint->attributes.begin(), hint->attributes.end(), scales)) return;
                for (int t = 1; t < kElementTypeCount; ++t) {
                  const auto type = static_cast<ElementType>(t);
                  if (!kNarrowInts.Has(type)) continue;
                  const auto narrow = Make(def, hint, seed, type, Fill::kBits);
                  if (!narrow) continue;
                  // The same values as 64-bit numbers.
                  Case wide = narrow->c;
                  const ElementType big = kSigned.Has(type) ? ElementType::kInt64 : ElementType::kUint64;
                  for (Value& v : wide.inputs) {
                    if (!InType(v, type)) continue;
                    auto copy = Tensor::Allocate(big, v.tensor().shape());
                    ASSERT_TRUE(copy.ok());
                    GetLoadRow<int64_t>(type)(reinterpret_cast<int64_t*>(copy->raw()), v.tensor().raw(),
                                              copy->elements());
                    v = Value(std::move(copy).value());
                  }
                  auto outputs = Evaluate(wide, Registry());
                  if (!outputs.ok()) continue;
                  SCOPED_TRACE(Describe(narrow->c));
                  for (size_t i = 0; i < outputs->size(); ++i) {
                    if (!InType(narrow->outputs[i], type) || !InType((*outputs)[i], big)) continue;
                    const Tensor& got = narrow->outputs[i].tensor();
                    if (got.bytes() == 0) continue;
                    std::vector<std::byte> want(static_cast<size_t>(got.bytes()));
                    GetStoreRow<int64_t>(type)(
                        want.data(), reinterpret_cast<const int64_t*>((*outputs)[i].tensor().raw()), got.elements());
                    EXPECT_EQ(std::memcmp(want.data(), got.raw(), want.size()), 0);
                    seen.insert(&def);
                  }
                }
              });
  EXPECT_GE(seen.size(), 25u);
}

}  // namespace
}  // namespace kante::core
