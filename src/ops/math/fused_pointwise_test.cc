// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "support/op_test.h"

namespace kante::core {
namespace {

using Strings = std::vector<std::string>;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

OpTest Program(Strings ops, Ints operands, Floats params = {}) {
  params.resize(2 * ops.size());
  OpTest test("FusedPointwise", 1, "kante");
  test.Attr("ops", AttributeValue(std::move(ops))).Attr("operands", AttributeValue(std::move(operands)));
  test.Attr("params", AttributeValue(std::move(params)));
  return test;
}

// tanh(x * sigmoid(x) * z + b), b along the last dimension: three tiles and a bit, rows of their own.
TEST(FusedPointwise, ManyTiles) {
  for (const int64_t columns : {1, 3, 255, 256, 900}) {
    Floats x, z, b, want;
    for (int64_t i = 0; i < 3 * columns; ++i) x.push_back(static_cast<float>(std::sin(static_cast<double>(i))));
    for (int64_t i = 0; i < 3 * columns; ++i) z.push_back(static_cast<float>(std::cos(static_cast<double>(i) * 0.7)));
    for (int64_t i = 0; i < columns; ++i) b.push_back(static_cast<float>(i % 5) / 4);
    for (size_t i = 0; i < x.size(); ++i) {
      const double v = double{x[i]};
      want.push_back(static_cast<float>(std::tanh(v / (1 + std::exp(-v)) * z[i] + b[i % b.size()])));
    }
    Program({"Sigmoid", "Mul", "Mul", "Add", "Tanh"}, {0, -1, 0, 3, 4, 1, 5, 2, 6, -1})
        .In<float>({3, columns}, x)
        .In<float>({3, columns}, z)
        .In<float>({columns}, b)
        .Out<float>({3, columns}, want)
        .Run();
  }
}

// Both sides grow: [3, 1] and [1, 4], and one element of a higher rank.
TEST(FusedPointwise, Broadcasts) {
  Program({"Neg", "Sub", "Div"}, {0, -1, 3, 1, 4, 2})
      .In<float>({3, 1}, {1, 2, 3})
      .In<float>({1, 4}, {10, 20, 30, 40})
      .In<float>({1, 1, 1}, {2})
      .Out<float>({1, 3, 4}, {-5.5, -10.5, -15.5, -20.5, -6, -11, -16, -21, -6.5, -11.5, -16.5, -21.5})
      .Run();
  Program({"Add", "Exp"}, {0, 0, 1, -1}).In<float>({}, {0.5}).Out<float>({}, {std::exp(1.0f)}).Run();
  Program({"Add", "Abs"}, {0, 1, 2, -1}).In<float>({2, 0}, {}).In<float>({1}, {1}).Out<float>({2, 0}, {}).Run();
}

TEST(FusedPointwise, Parameters) {
  Program({"Clip", "LeakyRelu", "Gelu"}, {0, -1, 1, -1, 2, -1}, {-2, 0.5f, 0.5f, 0, 1, 0})
      .In<float>({3}, {-8, 0.25, 3})
      .Out<float>({3}, {-0.158808f, 0.149675f, 0.345714f})
      .Tolerance(1e-4, 1e-5)
      .Run();
}

TEST(FusedPointwise, Refusals) {
  Program({}, {}).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("1 to 24 steps");
  Program(Strings(25, "Abs"), Ints(50, 0)).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("1 to 24 steps");
  Program({"Abs"}, {0}).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("operands and params must");
  Program({"MatMul"}, {0, 0}).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("'MatMul' is not known");
  Program({"Abs", "Neg"}, {0, -1, 2, -1}).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("step 1 reads 2");
  Program({"Add"}, {0, -1}).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("step 0 reads -1");
  Program({"Abs"}, {0, 0}).In<float>({1}, {1}).Out<float>({1}, {1}).Fails("step 0 reads 0");
  OpTest wide = Program({"Add", "Add", "Add", "Add"}, {0, 1, 2, 5, 3, 6, 4, 7});
  for (int i = 0; i < 5; ++i) wide.In<float>({2}, {1, 2});
  wide.Out<float>({2}, {5, 10}).Fails("at most 4 may");
}

}  // namespace
}  // namespace kante::core
