// SPDX-License-Identifier: MIT
// MoE and QMoE against their formula in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/attention_reference.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: the reference
constexpr char kMicrosoft[] = "com.microsoft";

struct Experts {
  int64_t tokens = 5, hidden = 8, experts = 4, inter = 6, picks = 2;
  const char* activation = "relu";
  int fusion = 0;
  bool bias = true, third = false, normalize = false, limit_after = false;
  float alpha = 1, beta = 0, limit = std::numeric_limits<float>::infinity();
  bool softmax_of_picked = false;
  Numbers mix;
  bool mixer = false;

  int64_t wide() const { return fusion != 0 ? 2 * inter : inter; }
  Numbers x() const { return Wave(tokens * hidden, 0.7); }
  Numbers router() const {
    Numbers scores = Wave(tokens * experts, 2.3);
    for (size_t i = 0; mixer && i < scores.size() / 2; ++i) scores[i] = 1 + 0.02f * scores[i];  // some are close
    return scores;
  }
  Numbers w1 = {}, w2 = {}, w3 = {};  // [experts, n, k]
  Numbers b1() const { return bias ? Wave(experts * wide(), 0.9) : Numbers(size_t(experts * wide())); }
  Numbers b2() const { return bias ? Wave(experts * hidden, 1.9) : Numbers(size_t(experts * hidden)); }
  Numbers b3() const { return bias ? Wave(experts * inter, 0.3) : Numbers(size_t(experts * inter)); }

  void MakeWeights() {
    w1 = Wave(experts * wide() * hidden, 1.1);
    w2 = Wave(experts * hidden * inter, 1.3);
    w3 = Wave(experts * inter * hidden, 1.7);
  }
};

// The softmax over experts whose scores are within 2 per cent, the first pick left out for the second.
double MixerWeight(const Experts& t, const float* scores, const std::vector<int64_t>& order, int64_t pick) {
  const double own = double{scores[order[static_cast<size_t>(pick)]]};
  double sum = 0;
  for (int64_t i = pick; i < t.experts; ++i) {
    const double score = double{scores[order[static_cast<size_t>(i)]]};
    if ((own - score) / std::max(std::fabs(score), own) <= 0.02) sum += std::exp(score - own);
  }
  return 1 / sum;
}

double Activated(const Experts& t, double gate, double value) {
  const std::string name = t.activation;
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto gelu = [](double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  };
  const double limit = double{t.limit};
  if (name == "swiglu") {
    if (!t.limit_after) gate = std::min(gate, limit);
    double y = gate * sigmoid(double{t.alpha} * gate);
    if (t.limit_after) y = std::min(y, limit);
    return y * (std::clamp(value, -limit, limit) + double{t.beta});
  }
  if (name == "geglu") return gelu(gate) * value;
  const double relu = std::max(gate, 0.0);
  const double y = name == "relu"    ? relu
                   : name == "relu2" ? relu * relu
                   : name == "gelu"  ? gelu(gate)
                   : name == "silu"  ? gate * sigmoid(gate)
                                     : gate;
  return t.third ? y * value : y;
}

Numbers Reference(const Experts& t) {
  const Numbers x = t.x(), router = t.router(), b1 = t.b1(), b2 = t.b2(), b3 = t.b3();
  Numbers y;
  for (int64_t n = 0; n < t.tokens; ++n) {
    const float* scores = router.data() + n * t.experts;
    std::vector<int64_t> order;
    for (int64_t e = 0; e < t.experts; ++e) order.push_back(e);
    std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) { return scores[i] > scores[j]; });
    double all = 0, picked = 0;
    std::vector<double> row(static_cast<size_t>(t.hidden));
    const auto weight = [&](int64_t e) {
      return t.mix.empty() ? std::exp(double{scores[e]}) : double{t.mix[static_cast<size_t>(n * t.experts + e)]};
    };
    for (int64_t i = 0; i < t.experts; ++i) (i < t.picks ? picked : all) += weight(order[static_cast<size_t>(i)]);
    all += picked;
    double by = t.normalize || t.softmax_of_picked ? picked : all;
    if (!t.mix.empty() && !t.normalize) by = 1;
    for (int64_t i = 0; i < t.picks; ++i) {
      const int64_t e = order[static_cast<size_t>(i)];
      const auto product = [&](const Numbers& w, const Numbers& b, int64_t rows, int64_t j) {
        double sum = double{b[static_cast<size_t>(e * rows + j)]};
        for (int64_t k = 0; k < t.hidden; ++k) {
          sum += double{w[static_cast<size_t>((e * rows + j) * t.hidden + k)]} *
                 double{x[static_cast<size_t>(n * t.hidden + k)]};
        }
        return sum;
      };
      std::vector<double> mid;
      for (int64_t j = 0; j < t.inter; ++j) {
        const double gate = product(t.w1, b1, t.wide(), t.fusion == 1 ? 2 * j : j);
        const double value = t.fusion != 0 ? product(t.w1, b1, t.wide(), t.fusion == 1 ? 2 * j + 1 : t.inter + j)
                             : t.third     ? product(t.w3, b3, t.inter, j)
                                           : 0;
        mid.push_back(Activated(t, gate, value));
      }
      for (int64_t j = 0; j < t.hidden; ++j) {
        double sum = double{b2[static_cast<size_t>(e * t.hidden + j)]};
        for (int64_t k = 0; k < t.inter; ++k) {
          sum += double{t.w2[static_cast<size_t>((e * t.hidden + j) * t.inter + k)]} * mid[static_cast<size_t>(k)];
        }
        row[static_cast<size_t>(j)] += (t.mixer ? MixerWeight(t, scores, order, i) : weight(e) / by) * sum;
      }
    }
    for (double v : row) y.push_back(static_cast<float>(v));
  }
  return y;
}

void SetAttributes(OpTest& test, const Experts& t) {
  test.Attr("k", static_cast<int>(t.picks)).Attr("activation_type", t.activation);
  if (t.fusion != 0) test.Attr("swiglu_fusion", t.fusion);
  if (t.normalize) test.Attr("normalize_routing_weights", 1);
  if (t.mixer) test.Attr("use_sparse_mixer", 1);
  if (t.alpha != 1) test.Attr("activation_alpha", t.alpha);
  if (t.beta != 0) test.Attr("activation_beta", t.beta);
  if (std::isfinite(t.limit)) test.Attr("swiglu_limit", t.limit);
  if (t.limit_after) test.Attr("swiglu_limit_after_activation", 1);
}

OpTest MoEOf(Experts& t, ElementType type = ElementType::kFloat32) {
  t.MakeWeights();
  OpTest test("MoE", 1, kMicrosoft);
  SetAttributes(test, t);
  test.In(As(type, {t.tokens, t.hidden}, t.x())).In(As(type, {t.tokens, t.experts}, t.router()));
  const auto layer = [&](int64_t n, int64_t k, const Numbers& w, const Numbers& b) {
    test.In(As(type, {t.experts, n, k}, w));
    t.bias ? test.In(As(type, {t.experts, n}, b)) : test.NoInput();
  };
  layer(t.wide(), t.hidden, t.w1, t.b1());
  layer(t.hidden, t.inter, t.w2, t.b2());
  if (t.third) layer(t.inter, t.hidden, t.w3, t.b3());
  return test;
}

void CheckMoE(Experts t) {
  OpTest test = MoEOf(t);
  test.Out<float>({t.tokens, t.hidden}, Reference(t)).Tolerance(1e-5, 1e-5).Run();
}

TEST(MoE, RoutingWeights) {
  CheckMoE({.picks = 1});
  CheckMoE({.normalize = true});
  CheckMoE({.picks = 4, .normalize = true});
  CheckMoE({.tokens = 40, .hidden = 33, .experts = 7, .inter = 300, .picks = 3, .bias = false});
}

TEST(MoE, SparseMixer) {
  CheckMoE({.tokens = 40, .experts = 16, .mixer = true});
  CheckMoE({.experts = 2, .normalize = true, .mixer = true});
}

TEST(MoE, Activations) {
  for (const char* name : {"relu", "relu2", "gelu", "silu", "identity"}) {
    CheckMoE({.activation = name});
    CheckMoE({.activation = name, .third = true});
  }
  for (int fusion : {1, 2}) {
    CheckMoE({.activation = "geglu", .fusion = fusion});
    CheckMoE({.inter = 520, .activation = "swiglu", .fusion = fusion, .alpha = 1.702f, .beta = 1, .limit = 0.8f});
    CheckMoE({.activation = "swiglu", .fusion = fusion, .limit_after = true, .limit = 0.8f});
  }
  CheckMoE({.activation = "swiglu", .third = true, .limit = 0.5f});
}

TEST(MoE, HalfAndBatches) {
  for (const auto& [type, tolerance] : {std::pair(ElementType::kFloat16, 1e-2), {ElementType::kBfloat16, 8e-2}}) {
    Experts t{.activation = "swiglu", .fusion = 1};
    OpTest test = MoEOf(t, type);
    test.Out(As(type, {t.tokens, t.hidden}, Reference(t))).Tolerance(tolerance, tolerance).Run();
  }
  Experts t{.tokens = 6, .bias = false};
  t.MakeWeights();
  OpTest test("MoE", 1, kMicrosoft);
  SetAttributes(test, t);
  test.In<float>({2, 3, t.hidden}, t.x()).In<float>({6, t.experts}, t.router());
  test.In<float>({t.experts, t.inter, t.hidden}, t.w1).NoInput().In<float>({t.experts, t.hidden, t.inter}, t.w2);
  test.Out<float>({2, 3, t.hidden}, Reference(t)).Tolerance(1e-5, 1e-5).Run();
}

TEST(MoE, NoTokens) { CheckMoE({.tokens = 0}); }

TEST(MoE, Refusals) {
  const auto refuse = [](Experts t, const char* text) { MoEOf(t).Fails(text); };
  refuse({.picks = 5}, "k 5 is more than 4 experts");
  refuse({.picks = 0}, "k 0 must be positive");
  refuse({.activation = "mish"}, "activation_type 'mish' is not known");
  refuse({.activation = "swiglu"}, "needs swiglu_fusion 1 or 2, or fc3");
  refuse({.activation = "swiglu", .fusion = 1, .third = true}, "no place for fc3");
  refuse({.activation = "swiglu", .fusion = 3}, "none of 0, 1 and 2");
  Experts t;
  t.picks = 1;
  MoEOf(t).Attr("use_sparse_mixer", 1).Fails("use_sparse_mixer needs k 2, not 1");
}

// Weights as codes; `zeros` gives each block's zero point.
struct Codes {
  std::vector<uint8_t> packed, zeros;
  Numbers scales, values;
};
Codes Quantize(int64_t experts, int64_t n, int64_t k, int bits, int64_t block, bool with_zeros, int seed) {
  Codes q;
  const int64_t blocks = block ? k / block : 1, row_bytes = (k * bits + 7) / 8;
  q.packed.resize(static_cast<size_t>(experts * n * row_bytes));
  const int64_t zeros_each = block ? blocks : n, zero_rows = block ? experts * n : experts;
  const int64_t zero_bytes = (zeros_each * bits + 7) / 8;
  q.zeros.resize(static_cast<size_t>(zero_rows * zero_bytes));
  const auto put = [&](std::vector<uint8_t>& to, int64_t row, int64_t bytes, int64_t i, int code) {
    for (int b = 0; b < bits; ++b) {
      const int64_t at = i * bits + b;
      if (code >> b & 1) to[static_cast<size_t>(row * bytes + at / 8)] |= static_cast<uint8_t>(1 << at % 8);
    }
  };
  for (int64_t r = 0; r < experts * n; ++r) {
    for (int64_t b = 0; b < blocks; ++b) {
      q.scales.push_back(0.02f * static_cast<float>((r * 5 + b * 3 + seed) % 7 + 1) / static_cast<float>(1 << bits));
      int zero = 1 << (bits - 1);
      if (with_zeros) {
        zero = static_cast<int>((r * 7 + b * 11 + seed) % (1 << bits));
        block ? put(q.zeros, r, zero_bytes, b, zero) : put(q.zeros, r / n, zero_bytes, r % n, zero);
      }
      for (int64_t i = b * (k / blocks); i < (b + 1) * (k / blocks); ++i) {
        const int code = static_cast<int>((r * 31 + i * 17 + i * i * 3 + seed) % (1 << bits));
        put(q.packed, r, row_bytes, i, code);
        q.values.push_back(static_cast<float>(code - zero) * q.scales.back());
      }
    }
  }
  return q;
}

void CheckQMoE(Experts t, int bits, int64_t block, bool zeros, ElementType type = ElementType::kFloat32) {
  t.hidden = 64;
  t.inter = 32;
  t.softmax_of_picked = true;
  const int bits2 = bits == 4 ? 8 : bits;  // the second product's differ
  const Codes q1 = Quantize(t.experts, t.wide(), t.hidden, bits, block, zeros, 1);
  const Codes q2 = Quantize(t.experts, t.hidden, t.inter, bits2, block, zeros, 2);
  const Codes q3 = Quantize(t.experts, t.inter, t.hidden, bits, block, zeros, 3);
  t.w1 = q1.values;
  t.w2 = q2.values;
  t.w3 = q3.values;
  OpTest test("QMoE", 1, kMicrosoft);
  SetAttributes(test, t);
  test.Attr("expert_weight_bits", bits).Attr("fc2_expert_weight_bits", bits2);
  if (block) test.Attr("block_size", static_cast<int>(block));
  test.In(As(type, {t.tokens, t.hidden}, t.x())).In(As(type, {t.tokens, t.experts}, t.router()));
  const auto layer = [&](int64_t n, int64_t k, int b, const Codes& q, const Numbers& bias) {
    test.In<uint8_t>({t.experts, n, (k * b + 7) / 8}, q.packed);
    test.In(As(ElementType::kFloat32, block ? Shape{t.experts, n, k / block} : Shape{t.experts, n}, q.scales));
    t.bias ? test.In(As(type, {t.experts, n}, bias)) : test.NoInput();
  };
  layer(t.wide(), t.hidden, bits, q1, t.b1());
  layer(t.hidden, t.inter, bits2, q2, t.b2());
  if (t.third) {
    layer(t.inter, t.hidden, bits, q3, t.b3());
  } else {
    test.NoInput().NoInput().NoInput();
  }
  const auto zero_points = [&](int64_t n, int64_t k, int b, const Codes& q) {
    if (!zeros) return test.NoInput(), void();
    test.In<uint8_t>(block ? Shape{t.experts, n, (k / block * b + 7) / 8} : Shape{t.experts, (n * b + 7) / 8}, q.zeros);
  };
  zero_points(t.wide(), t.hidden, bits, q1);
  zero_points(t.hidden, t.inter, bits2, q2);
  if (t.third) {
    zero_points(t.inter, t.hidden, bits, q3);
  } else {
    test.NoInput();
  }
  if (!t.mix.empty()) test.In(As(type, {t.tokens, t.experts}, t.mix));
  const double tolerance = type == ElementType::kFloat32 ? 1e-5 : 1e-2;
  test.Out(As(type, {t.tokens, t.hidden}, Reference(t))).Tolerance(tolerance, tolerance).Run();
}

TEST(QMoE, BitsBlocksAndZeroPoints) {
  for (int bits : {2, 3, 4, 8}) {
    for (int64_t block : {0, 16, 32}) {
      CheckQMoE({.activation = "swiglu", .fusion = 1, .normalize = true}, bits, block, false);
      CheckQMoE({.activation = "silu", .bias = false}, bits, block, true);
    }
  }
}

TEST(QMoE, ThirdProductAndHalf) {
  CheckQMoE({.activation = "silu", .third = true}, 4, 16, true);
  CheckQMoE({.activation = "swiglu", .fusion = 2}, 4, 0, true, ElementType::kFloat16);
}

TEST(QMoE, RouterWeights) {
  Experts t{.activation = "gelu", .mix = Wave(20, 0.1)};
  CheckQMoE(t, 4, 32, true);
  t.normalize = true;
  CheckQMoE(t, 8, 0, false);
}

TEST(QMoE, Refusals) {
  const auto with = [](const char* name, AttributeValue value) {
    OpTest test("QMoE", 1, kMicrosoft);
    test.Attr(name, std::move(value)).In<float>({1, 16}, Numbers(16)).In<float>({1, 1}, {1});
    test.In<uint8_t>({1, 16, 8}, std::vector<uint8_t>(128)).In<float>({1, 16}, Numbers(16)).NoInput();
    test.In<uint8_t>({1, 16, 8}, std::vector<uint8_t>(128)).In<float>({1, 16}, Numbers(16));
    return test;
  };
  with("quant_type", AttributeValue(std::string("fp8"))).Fails("quant_type 'fp8' is not supported");
  with("expert_weight_bits", AttributeValue(int64_t{5})).Fails("weights of 5 bits");
  with("expert_weight_bits", AttributeValue(int64_t{8})).Fails("must be [1,16,16]");
  with("block_size", AttributeValue(int64_t{24})).Fails("not a power of two");
  with("block_size", AttributeValue(int64_t{32})).Fails("does not divide 16");
  with("weights_prepacked", AttributeValue(int64_t{1})).Fails("weights_prepacked 1 is a layout of one GPU");
}

}  // namespace
}  // namespace kante::core
