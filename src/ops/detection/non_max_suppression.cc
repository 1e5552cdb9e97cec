// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <vector>

#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Box {
  float top, left, bottom, right;
};

struct NonMaxSuppression {
  static constexpr int kBoxes = 0, kScores = 1, kMost = 2, kIou = 3, kLeast = 4;
  static constexpr OpInfo kInfo{.name = "NonMaxSuppression",
                                .versions = {10, 11},
                                .min_inputs = 2,
                                .max_inputs = 5,
                                .types = kFloat32Only,
                                .same_type = 0b11,
                                .data_dependent = true,
                                .numerics = kComputes};
  bool centre = false;

  static Result<NonMaxSuppression> Parse(AttrReader& a) { return NonMaxSuppression{a.Bool("center_point_box", false)}; }

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kInt64);
    KANTE_TRY(c.RequireType(kMost, {ElementType::kInt64}));
    KANTE_TRY(c.RequireType(kIou, kFloat32Only));
    KANTE_TRY(c.RequireType(kLeast, kFloat32Only));
    KANTE_TRY(const Shape boxes, c.shape(kBoxes));
    KANTE_TRY(const Shape scores, c.shape(kScores));
    if (boxes.rank() != 3 || scores.rank() != 3 || boxes[2] != 4 || boxes[0] != scores[0] || boxes[1] != scores[2]) {
      return InvalidArgument("scores ", scores.ToString(), " do not suit boxes ", boxes.ToString());
    }
    for (int i = kMost; i <= kLeast; ++i) {
      if (!c.has_input(i)) continue;
      KANTE_TRY(const Shape one, c.shape(i));
      if (one.elements() != 1) return InvalidArgument("input ", i, " must be one value, not ", one.ToString());
    }
    return OkStatus();
  }

  Box BoxAt(const float* b) const {
    if (centre) return {b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2};
    return {std::min(b[0], b[2]), std::min(b[1], b[3]), std::max(b[0], b[2]), std::max(b[1], b[3])};
  }

  static float Overlap(const Box& a, const Box& b) {
    const float h = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    const float w = std::min(a.right, b.right) - std::max(a.left, b.left);
    if (h <= 0 || w <= 0) return 0;
    const float both = h * w;
    const float all = (a.bottom - a.top) * (a.right - a.left) + (b.bottom - b.top) * (b.right - b.left) - both;
    return all > 0 ? both / all : 0;
  }

  Status Run(RunContext& c) const {
    const Shape& shape = c.in(kScores).shape();
    const int64_t n = shape[2];
    const int64_t most = c.has_input(kMost) ? c.in(kMost).data<int64_t>()[0] : 0;
    const float iou = c.has_input(kIou) ? c.in(kIou).data<float>()[0] : 0.0f;
    if (!(iou >= 0 && iou <= 1)) return InvalidArgument("iou_threshold lies outside [0, 1]");
    const float* least = c.has_input(kLeast) ? c.in(kLeast).data<float>() : nullptr;
    std::vector<int64_t> picked;  // three numbers each
    std::vector<int32_t> order;
    std::vector<Box> kept;
    for (int64_t list = 0; most > 0 && list < shape[0] * shape[1]; ++list) {
      const float* scores = c.in(kScores).data<float>() + list * n;
      const float* boxes = c.in(kBoxes).data<float>() + list / shape[1] * n * 4;
      order.clear();
      for (int64_t i = 0; i < n; ++i) {
        if (!least || scores[i] > *least) order.push_back(static_cast<int32_t>(i));
      }
      // Not a number counts as the lowest score, so that the order stays an order.
      const auto value = [&](int32_t i) { return scores[i] == scores[i] ? scores[i] : -HUGE_VALF; };
      std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return value(a) > value(b); });
      kept.clear();
      for (int32_t i : order) {
        if (static_cast<int64_t>(kept.size()) >= most) break;
        const Box box = BoxAt(boxes + i * 4);
        if (std::any_of(kept.begin(), kept.end(), [&](const Box& k) { return Overlap(k, box) > iou; })) continue;
        kept.push_back(box);
        picked.insert(picked.end(), {list / shape[1], list % shape[1], int64_t{i}});
        if (kept.size() % 256 == 0) KANTE_TRY(c.CheckCancelled());
      }
      KANTE_TRY(c.CheckCancelled());
    }
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kInt64, Shape{static_cast<int64_t>(picked.size()) / 3, 3}));
    std::copy(picked.begin(), picked.end(), y->mutable_data<int64_t>());
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(NonMaxSuppression)

}  // namespace kante::core
