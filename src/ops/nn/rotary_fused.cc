// SPDX-License-Identifier: MIT
// Rotary position embedding as passes recognise it in slices and products: tables of any place broadcast to the rows.
#include <algorithm>
#include <limits>

#include "compute/broadcast.h"
#include "kernels/binary.h"
#include "ops/math/elementwise.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Of a row (u, v), u its first half or its even elements: (u * cos - v * sin, v * cos + u * sin). Tables have numbers
// of their own for u and v, laid out as those are, or half a row for both.
struct FusedRotary {
  enum Inputs { kX, kCos, kSin };
  static constexpr OpInfo kInfo{.name = "FusedRotary",
                                .domain = "kante",
                                .min_inputs = 3,
                                .max_inputs = 3,
                                .types = kFloat32Only,
                                .same_type = 0b111,
                                .numerics = kAsParts};
  bool interleaved = false;
  bool half_tables = false;

  static Result<FusedRotary> Parse(AttrReader& a) {
    return FusedRotary{a.Bool("interleaved", false), a.Bool("half_tables", false)};
  }

  // Without the last dimension.
  static Shape Outer(const Shape& shape) {
    Shape outer;
    for (int i = 0; i + 1 < shape.rank(); ++i) outer.push_back(shape[i]);
    return outer;
  }

  Result<Shape> Resolve(const Shape& x, const Shape& cos, const Shape& sin) const {
    Shape rows;
    const int64_t size = x.rank() > 0 ? x[x.rank() - 1] : 1;
    if (size % 2 != 0) return InvalidArgument("a row of ", x.ToString(), " has no halves");
    for (const Shape* s : {&x, &cos, &sin}) {
      if (s->rank() == 0 || (*s)[s->rank() - 1] != (s != &x && half_tables ? size / 2 : size)) {
        return InvalidArgument("the tables ", cos.ToString(), " and ", sin.ToString(), " do not suit ", x.ToString());
      }
      KANTE_TRY(rows, BroadcastShapes(rows, Outer(*s)));
    }
    rows.push_back(size);
    return rows;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(kX));
    KANTE_TRY(const Shape x, c.shape(kX));
    KANTE_TRY(const Shape cos, c.shape(kCos));
    KANTE_TRY(const Shape sin, c.shape(kSin));
    KANTE_TRY(const Shape y, Resolve(x, cos, sin));
    return c.SetShape(0, y);
  }

  static constexpr int64_t kTile = 256;

  // Elements [at, at + n) of u or v; `step` apart.
  static const float* Part(float* tile, const float* row, int64_t step, int64_t n) {
    if (step == 1) return row;
    for (int64_t i = 0; i < n; ++i) tile[i] = row[i * step];
    return tile;
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(kX);
    const Tensor* inputs[] = {&x, &c.in(kCos), &c.in(kSin)};
    KANTE_TRY(const Shape shape, Resolve(x.shape(), inputs[1]->shape(), inputs[2]->shape()));
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), shape));
    const Shape outer[] = {Outer(x.shape()), Outer(inputs[1]->shape()), Outer(inputs[2]->shape())};
    const Shape* const operands[] = {&outer[0], &outer[1], &outer[2]};
    const BroadcastPlan plan = PlanBroadcast(Outer(shape), operands);
    const int64_t size = shape[shape.rank() - 1], half = size / 2, width = half_tables ? half : size;
    const int64_t step = interleaved ? 2 : 1, second = interleaved ? 1 : half;
    const int64_t table_step = half_tables ? 1 : step, table_second = half_tables ? 0 : second;
    const auto multiply = kernels::GetBinary<float>(kernels::BinaryOp::kMul, kernels::BinaryForm::kVectorVector);
    const auto add = kernels::GetBinary<float>(kernels::BinaryOp::kAdd, kernels::BinaryForm::kVectorVector);
    const auto subtract = kernels::GetBinary<float>(kernels::BinaryOp::kSub, kernels::BinaryForm::kVectorVector);
    const auto turn = [&](float* to, const float* from, const float* cos, const float* sin) {
      float u_tile[kTile], v_tile[kTile], table[kTile], a[kTile], b[kTile];
      for (int64_t at = 0; at < half; at += kTile) {
        const int64_t n = std::min(kTile, half - at);
        const auto count = static_cast<size_t>(n);
        const float* u = Part(u_tile, from + at * step, step, n);
        const float* v = Part(v_tile, from + at * step + second, step, n);
        for (const bool later : {false, true}) {
          const int64_t place = at * table_step + (later ? table_second : 0);
          multiply(a, later ? v : u, Part(table, cos + place, table_step, n), count);
          multiply(b, later ? u : v, Part(table, sin + place, table_step, n), count);
          float* row = to + at * step + (later ? second : 0);
          (later ? add : subtract)(interleaved ? a : row, a, b, count);
          for (int64_t i = 0; interleaved && i < n; ++i) row[i * 2] = a[i];
        }
      }
    };
    return WithThreads(c, [&](ParallelFor parallel) {
      return ForEachRow(plan, static_cast<double>(size), parallel, [&](const int64_t* offsets, int64_t out, int64_t n) {
        for (int64_t r = 0; r < n; ++r) {
          const auto row = [&](size_t i) { return offsets[i] + (plan.repeats[i] ? 0 : r); };
          turn(y->mutable_data<float>() + (out + r) * size, x.data<float>() + row(kX) * size,
               inputs[kCos]->data<float>() + row(kCos) * width, inputs[kSin]->data<float>() + row(kSin) * width);
        }
      });
    });
  }

  Status Expand(ExpandContext& c) const {
    GraphBuilder& b = c.build();
    constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
    struct Pair {
      ValueId u, v;
    };
    const auto parts = [&](ValueId x) -> Pair {
      if (!interleaved) {
        const std::vector<ValueId> both = b.Op("", "Split", {x}, 2, {{"axis", -1}, {"num_outputs", 2}});
        return {both[0], both[1]};
      }
      const auto every_second = [&](int64_t first) {
        return b.Op("Slice", {x, b.Ints({first}), b.Ints({kEnd}), b.Ints({-1}), b.Ints({2})});
      };
      return {every_second(0), every_second(1)};
    };
    const auto table = [&](ValueId t) { return half_tables ? Pair{t, t} : parts(t); };
    const Pair x = parts(c.input(kX)), cos = table(c.input(kCos)), sin = table(c.input(kSin));
    ValueId u = b.Op("Sub", {b.Op("Mul", {x.u, cos.u}), b.Op("Mul", {x.v, sin.u})});
    ValueId v = b.Op("Add", {b.Op("Mul", {x.v, cos.v}), b.Op("Mul", {x.u, sin.v})});
    if (!interleaved) {
      c.SetOutput(0, b.Op("Concat", {u, v}, {{"axis", -1}}));
      return OkStatus();
    }
    const ValueId outer = b.Op("Shape", {u}, {{"end", -1}});
    const ValueId last = b.Op("Mul", {b.Op("Shape", {u}, {{"start", -1}}), b.Ints({2})});
    for (ValueId* each : {&u, &v}) *each = b.Op("Unsqueeze", {*each, b.Ints({-1})});
    c.SetOutput(0,
                b.Op("Reshape", {b.Op("Concat", {u, v}, {{"axis", -1}}), b.Op("Concat", {outer, last}, {{"axis", 0}})},
                     {{"allowzero", 1}}));
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(FusedRotary)

}  // namespace kante::core
