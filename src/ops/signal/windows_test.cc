// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(WindowTest, Shapes) {
  OpTest("HannWindow", 17)
      .In<int64_t>({}, {5})
      .Out<float>({5}, {0.0f, 0.345491f, 0.904508f, 0.904508f, 0.345491f})
      .Run();
  OpTest("HannWindow", 17)
      .Attr("periodic", 0)
      .In<int64_t>({}, {5})
      .Out<float>({5}, {0.0f, 0.5f, 1.0f, 0.5f, 0.0f})
      .Run();
  OpTest("HammingWindow", 17)
      .In<int64_t>({}, {5})
      .Out<float>({5}, {0.0869565f, 0.402405f, 0.912812f, 0.912812f, 0.402405f})
      .Run();
  OpTest("HammingWindow", 17)
      .Attr("periodic", 0)
      .In<int64_t>({}, {5})
      .Out<float>({5}, {0.0869565f, 0.543478f, 1.0f, 0.543478f, 0.0869565f})
      .Run();
  OpTest("BlackmanWindow", 17)
      .In<int64_t>({}, {5})
      .Out<float>({5}, {-1.38778e-17f, 0.20077f, 0.84923f, 0.84923f, 0.20077f})
      .Run();
  OpTest("BlackmanWindow", 17)
      .Attr("periodic", 0)
      .In<int64_t>({}, {5})
      .Out<float>({5}, {-1.38778e-17f, 0.34f, 1.0f, 0.34f, -1.38778e-17f})
      .Run();
}

TEST(MelWeightMatrixTest, Triangles) {
  OpTest("MelWeightMatrix", 17)
      .In<int64_t>({}, {4})
      .In<int64_t>({}, {16})
      .In<int64_t>({}, {8192})
      .In<float>({}, {0.0f})
      .In<float>({}, {4096.0f})
      .Out<float>({9, 4}, {1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f,
                           0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.5f, 0.0f, 0.0f, 0.0f, 0.0f,
                           0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f})
      .Run();
}

TEST(WindowTest, TypesAndRefusals) {
  OpTest("HannWindow", 17).Attr("output_datatype", 11).In<int32_t>({}, {2}).Out<double>({2}, {0, 1}).Run();
  OpTest("HannWindow", 17).In<int64_t>({}, {0}).Out<float>({0}, {}).Run();
  OpTest("HannWindow", 17).In<int64_t>({}, {-1}).Fails("not negative");
  OpTest("HannWindow", 17).Attr("output_datatype", 8).In<int64_t>({}, {1}).Fails("is not a number");
}

TEST(MelWeightMatrixTest, Refuses) {
  OpTest("MelWeightMatrix", 17)
      .In<int64_t>({}, {-4})
      .In<int64_t>({}, {16})
      .In<int64_t>({}, {8192})
      .In<float>({}, {0})
      .In<float>({}, {4096})
      .Fails("not negative");
  OpTest("MelWeightMatrix", 17)
      .In<int64_t>({}, {4})
      .In<int64_t>({}, {16})
      .In<int64_t>({}, {0})
      .In<float>({}, {10})
      .In<float>({}, {4096})
      .Fails("not finite");
}

}  // namespace
}  // namespace kante::core
