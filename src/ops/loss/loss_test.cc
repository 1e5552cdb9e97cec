// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// Expected values are those of onnx.reference.
TEST(NegativeLogLikelihoodLossTest, Reductions) {
  OpTest("NegativeLogLikelihoodLoss", 22)
      .Attr("reduction", "none")
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int64_t>({2, 2}, {0, 2, 1, 1})
      .In<float>({3}, {0.5f, 2.0f, 1.5f})
      .Out<float>({2, 2}, {-0.625f, -1.875f, 4.0f, 3.5f})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 22)
      .Attr("reduction", "sum")
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int64_t>({2, 2}, {0, 2, 1, 1})
      .In<float>({3}, {0.5f, 2.0f, 1.5f})
      .Out<float>({}, {5.0f})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 22)
      .Attr("reduction", "mean")
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int64_t>({2, 2}, {0, 2, 1, 1})
      .In<float>({3}, {0.5f, 2.0f, 1.5f})
      .Out<float>({}, {0.8333333f})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 12)
      .In<float>({3, 2}, {0.5f, 0.0f, -1.0f, -1.5f, 0.75f, 1.0f})
      .In<int32_t>({3}, {0, 1, 1})
      .Out<float>({}, {0.0f})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 13)
      .Attr("ignore_index", 1)
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int64_t>({2, 2}, {0, 2, 1, 1})
      .In<float>({3}, {0.5f, 2.0f, 1.5f})
      .Out<float>({}, {-1.25f})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 13)
      .Attr("ignore_index", -7)
      .Attr("reduction", "sum")
      .In<double>({2, 3, 2}, {1.25, -1.75, -1.25, -1.0, -1.25, 1.25, 1.5, 0.25, -2.0, -1.75, -0.75, -0.25})
      .In<int64_t>({2, 2}, {0, -7, 1, 2})
      .Out<double>({}, {1.0})
      .Run();
}

TEST(SoftmaxCrossEntropyLossTest, LossAndLogarithms) {
  OpTest("SoftmaxCrossEntropyLoss", 13)
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int64_t>({2, 2}, {0, 2, 1, 1})
      .Out<float>({}, {1.619596f})
      .Out<float>({2, 3, 2}, {-0.1520084f, -3.144262f, -2.652008f, -2.394262f, -2.652008f, -0.1442616f, -0.1271582f,
                              -0.554957f, -3.627158f, -2.554957f, -2.377158f, -1.054957f})
      .Run();
  OpTest("SoftmaxCrossEntropyLoss", 12)
      .Attr("reduction", "none")
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int32_t>({2, 2}, {0, 2, 1, 1})
      .In<float>({3}, {0.5f, 2.0f, 1.5f})
      .Out<float>({2, 2}, {0.0760042f, 0.2163924f, 7.254316f, 5.109914f})
      .Out<float>({2, 3, 2}, {-0.1520084f, -3.144262f, -2.652008f, -2.394262f, -2.652008f, -0.1442616f, -0.1271582f,
                              -0.554957f, -3.627158f, -2.554957f, -2.377158f, -1.054957f})
      .Run();
  OpTest("SoftmaxCrossEntropyLoss", 13)
      .Attr("ignore_index", 2)
      .Attr("reduction", "mean")
      .In<float>({2, 3, 2}, {1.25f, -1.75f, -1.25f, -1.0f, -1.25f, 1.25f, 1.5f, 0.25f, -2.0f, -1.75f, -0.75f, -0.25f})
      .In<int64_t>({2, 2}, {0, 2, 1, 1})
      .In<float>({3}, {0.5f, 2.0f, 1.5f})
      .Out<float>({}, {2.764497f})
      .Out<float>({2, 3, 2}, {-0.1520084f, -3.144262f, -2.652008f, -2.394262f, -2.652008f, -0.1442616f, -0.1271582f,
                              -0.554957f, -3.627158f, -2.554957f, -2.377158f, -1.054957f})
      .Run();
  OpTest("SoftmaxCrossEntropyLoss", 13)
      .Attr("reduction", "sum")
      .In<double>({2, 4}, {-2.0, -1.75, -0.25, -0.5, 1.75, 0.0, -0.25, -0.25})
      .In<int64_t>({2}, {3, 0})
      .Out<double>({}, {1.39507752332})
      .Out<double>({2, 4}, {-2.52735269786, -2.27735269786, -0.777352697862, -1.02735269786, -0.367724825457,
                            -2.11772482546, -2.36772482546, -2.36772482546})
      .Run();
}

TEST(NegativeLogLikelihoodLossTest, EdgesAndRefusals) {
  OpTest("NegativeLogLikelihoodLoss", 22).In<float>({0, 3}, {}).In<int64_t>({0}, {}).Out<float>({}, {NAN}).Run();
  OpTest("NegativeLogLikelihoodLoss", 22)
      .Attr("reduction", "sum")
      .In<float>({0, 3}, {})
      .In<int64_t>({0}, {})
      .Out<float>({}, {0})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 22)  // every sample is ignored
      .Attr("ignore_index", 5)
      .In<float>({1, 2}, {1, 2})
      .In<int64_t>({1}, {5})
      .Out<float>({}, {NAN})
      .Run();
  OpTest("NegativeLogLikelihoodLoss", 22)
      .In<float>({1, 2}, {1, 2})
      .In<int64_t>({1}, {2})
      .Fails("class 2 outside [0, 2)");
  OpTest("NegativeLogLikelihoodLoss", 22).In<float>({1, 2}, {1, 2}).In<int64_t>({1}, {-1}).Fails("class -1 outside");
  OpTest("NegativeLogLikelihoodLoss", 22)
      .In<float>({1, 2}, {1, 2})
      .In<int64_t>({2}, {0, 0})
      .Fails("must have shape [1]");
  OpTest("NegativeLogLikelihoodLoss", 22).In<float>({2}, {1, 2}).In<int64_t>({2}, {0, 0}).Fails("rank 2 or more");
  OpTest("SoftmaxCrossEntropyLoss", 13)
      .Attr("reduction", "most")
      .In<float>({1, 2}, {1, 2})
      .In<int64_t>({1}, {0})
      .Fails("'most' is not known");
}

}  // namespace
}  // namespace kante::core
