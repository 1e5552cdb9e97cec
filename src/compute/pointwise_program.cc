// SPDX-License-Identifier: MIT
#include "compute/pointwise_program.h"

#include <algorithm>
#include <array>

namespace kante::core {
namespace {

using kernels::BinaryForm;

constexpr int64_t kTile = 256;

// A step for operands whose forms are known.
struct Prepared {
  kernels::UnaryFn unary;
  kernels::BinaryFn<float> binary;
  bool one;  // the result is a single element, repeated
};

constexpr size_t kMaxValues = kMaxPointwiseInputs + kMaxPointwiseSteps;

double CostOf(std::span<const PointwiseStep> steps) {
  double cost = 0.2;
  for (const PointwiseStep& s : steps)
    cost += s.unary.function ? s.unary.function->cost : s.binary.function->slow ? 15 : 0.1;
  return cost;
}

}  // namespace

void PlaceResults(int inputs, std::span<PointwiseStep> steps) {
  std::array<int, kMaxPointwiseSteps> last{};  // the step that reads a result last
  for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
    for (const int v : {steps[static_cast<size_t>(i)].x, steps[static_cast<size_t>(i)].y}) {
      if (v >= inputs) last[static_cast<size_t>(v - inputs)] = i;
    }
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    uint32_t taken = 0;
    for (size_t j = 0; j < i; ++j) {
      if (last[j] > static_cast<int>(i)) taken |= uint32_t{1} << steps[j].buffer;
    }
    steps[i].buffer = __builtin_ctz(~taken);
  }
}

bool RunPointwise(std::span<const PointwiseStep> steps, const Shape& output, std::span<const Tensor* const> inputs,
                  float* y, ParallelFor parallel) {
  const Shape* shapes[kMaxOperands];
  size_t operands[kMaxOperands];  // the inputs that they are
  size_t count = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->elements() == 1) continue;
    operands[count] = i;
    shapes[count++] = &inputs[i]->shape();
  }
  const BroadcastPlan plan = PlanBroadcast(output, std::span(shapes, count));
  bool one[kMaxValues], moves[kMaxValues];  // a single element in a row; different ones from tile to tile
  std::fill_n(one, inputs.size(), true);
  for (size_t i = 0; i < count; ++i) one[operands[i]] = plan.repeats[i];
  for (size_t i = 0; i < inputs.size(); ++i) moves[i] = !one[i];
  Prepared prepared[kMaxPointwiseSteps];
  for (size_t i = 0; i < steps.size(); ++i) {
    const PointwiseStep& s = steps[i];
    const bool x = one[s.x], y_one = one[s.y];
    Prepared& p = prepared[i] = {};
    if (s.unary.function) {
      p.unary = kernels::GetUnary(s.unary);
      p.one = x;
    } else {
      p.binary = kernels::GetBinary<float>(s.binary, y_one ? BinaryForm::kVectorScalar
                                                     : x   ? BinaryForm::kScalarVector
                                                           : BinaryForm::kVectorVector);
      p.one = x && y_one;
    }
    one[inputs.size() + i] = p.one;
    moves[inputs.size() + i] = false;
  }
  return ForEachRow(plan, CostOf(steps), parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
    alignas(64) float buffers[kMaxPointwiseSteps][kTile];
    const float* values[kMaxValues];
    for (size_t i = 0; i < inputs.size(); ++i) values[i] = inputs[i]->data<float>();
    for (size_t i = 0; i < count; ++i) values[operands[i]] += offsets[i];
    for (size_t i = 0; i < steps.size(); ++i) values[inputs.size() + i] = buffers[steps[i].buffer];
    for (int64_t at = 0; at < n; at += kTile) {
      const int64_t tile = std::min(kTile, n - at);
      float* const result = y + out + at;
      for (size_t i = 0; i < steps.size(); ++i) {
        const PointwiseStep& s = steps[i];
        const Prepared& p = prepared[i];
        float* to = i + 1 == steps.size() ? result : buffers[s.buffer];
        const float* a = values[s.x] + (moves[s.x] ? at : 0);
        const auto length = static_cast<size_t>(p.one ? 1 : tile);
        if (p.unary) {
          p.unary(to, a, length, s.alpha, s.beta);
        } else {
          p.binary(to, a, values[s.y] + (moves[s.y] ? at : 0), length);
        }
      }
      if (prepared[steps.size() - 1].one) std::fill_n(result + 1, tile - 1, result[0]);
    }
  });
}

}  // namespace kante::core
