// SPDX-License-Identifier: MIT
// Mixtures of experts: every token goes through the few feed-forward networks that its router picks. MoE and QMoE come
// here; they differ in how weights are stored.
#pragma once

#include <array>
#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/unary.h"
#include "ops/op_def.h"

namespace kante::core {

inline constexpr TypeSet kExpertTypes{ElementType::kFloat32, ElementType::kFloat16, ElementType::kBfloat16};

// The attributes that both operators have.
struct ExpertRule {
  int64_t picks = 1;  // experts of a token
  bool normalize = false;
  bool sparse_mixer = false;  // of two experts, each weighed among those whose scores are close to its own
  kernels::UnaryOp activation = kernels::UnaryOp::kRelu;
  bool swiglu = false;
  bool squared = false;
  int64_t fusion = 0;  // of both in one product: 1: interleaved, 2: one after the other
  float alpha = 1, beta = 0, limit = 0;
  bool limit_after = false;

  static ExpertRule Read(AttrReader& a, bool has_third);
  int64_t parts() const { return fusion != 0 ? 2 : 1; }
};

// Checks input and router; gives {tokens, hidden, experts}.
Result<std::array<int64_t, 3>> ExpertSizes(const ExpertRule& rule, const Shape& x, const Shape& router);

// A product with weights [experts, n, k] of every expert.
struct ExpertProduct {
  int64_t n = 0, k = 0;
  // Weights in memory, or how to read some of a row of one.
  const float* weights = nullptr;
  using Load = FunctionRef<void(float* to, int64_t expert, int64_t row, int64_t first, int64_t last)>;
  const Load* load = nullptr;
  const float* bias = nullptr;  // [experts, n]
};

struct ExpertArgs {
  const float* mix = nullptr;          // weights of the experts of each token; null: softmax of the router's scores
  bool softmax_of_picked = false;      // alone
  ExpertProduct first, second, third;  // third.n 0: absent
};
// Of input 0, routed by input 1, to output 0. `loads`: of the three products, for those without weights in memory.
Status RunExperts(RunContext& c, const ExpertRule& rule, ExpertArgs args,
                  const std::array<const ExpertProduct::Load*, 3>& loads);

}  // namespace kante::core
