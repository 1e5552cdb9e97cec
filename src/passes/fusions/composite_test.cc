// SPDX-License-Identifier: MIT
// Compositions that ONNX has an operator for, and the biases and activations of matrix products.
#include "passes/test_util.h"

namespace kante::core {
namespace {

class CompositeTest : public PassFixture {
 protected:
  ValueId Half(ValueId x, ValueId inner, int form) {
    switch (form) {
      case 0:
        return b.Op("Mul", {F(0.5f), b.Op("Mul", {x, inner})});
      case 1:
        return b.Op("Mul", {b.Op("Mul", {inner, F(0.5f)}), x});
      case 2:
        return b.Op("Mul", {b.Op("Mul", {x, F(0.5f)}), inner});
      case 3:
        return b.Op("Div", {b.Op("Mul", {x, inner}), F(2)});
      default:
        return b.Op("Mul", {b.Op("Div", {x, F(2)}), inner});
    }
  }
  void ExpectOne(const char* op, double rtol = 1e-5) {
    Run(OptimizationLevel::kAll, rtol);
    EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
    EXPECT_EQ(Only().op_type, op);
  }
  void Reset() {
    graph_ = Graph();
    feeds_.clear();
  }
};

TEST_F(CompositeTest, GeluInEveryForm) {
  for (int form = 0; form < 5; ++form) {
    for (bool divides : {true, false}) {
      Reset();
      const ValueId x = Input("x", {3, 4});
      const ValueId scaled = divides ? b.Op("Div", {x, F(1.41421354f)}) : b.Op("Mul", {F(0.70710677f), x});
      Output(Half(x, b.Op("Add", {F(1), b.Op("Erf", {scaled})}), form), "y");
      ExpectOne("Gelu", 1e-5);
      EXPECT_TRUE(Fired("FuseGelu"));
    }
  }
}

TEST_F(CompositeTest, GeluTanhInEveryForm) {
  for (int form = 0; form < 5; ++form) {
    for (int cube = 0; cube < 3; ++cube) {
      Reset();
      const ValueId x = Input("x", {3, 4}), c = F(0.044715f);
      const ValueId cubed = cube == 0   ? b.Op("Mul", {c, b.Op("Pow", {x, F(3)})})
                            : cube == 1 ? b.Op("Mul", {c, b.Op("Mul", {b.Op("Mul", {x, x}), x})})
                                        : b.Op("Mul", {x, b.Op("Mul", {x, b.Op("Mul", {c, x})})});  // as JAX does
      const ValueId inner = b.Op("Mul", {F(0.7978846f), b.Op("Add", {x, cubed})});
      Output(Half(x, b.Op("Add", {b.Op("Tanh", {inner}), F(1)}), form), "y");
      ExpectOne("Gelu", 1e-5);
      EXPECT_TRUE(Fired("FuseGeluTanh"));
    }
  }
}

// As transformers' FastGELU writes it.
TEST_F(CompositeTest, GeluTanhFactoredOut) {
  const ValueId x = Input("x", {3, 4});
  const ValueId square = b.Op("Mul", {b.Op("Mul", {x, F(0.044715f)}), x});
  const ValueId inner = b.Op("Mul", {b.Op("Mul", {x, F(0.7978846f)}), b.Op("Add", {square, F(1)})});
  Output(b.Op("Mul", {b.Op("Mul", {x, F(0.5f)}), b.Op("Add", {b.Op("Tanh", {inner}), F(1)})}), "y");
  ExpectOne("Gelu", 1e-5);
}

TEST_F(CompositeTest, OtherNumbersAreNoGelu) {
  const ValueId x = Input("x", {3, 4});
  const ValueId erf = b.Op("Erf", {b.Op("Div", {x, F(1.5f)})});
  Output(Half(x, b.Op("Add", {erf, F(1)}), 0), "y");
  Run();
  EXPECT_EQ(Count("Gelu"), 0);
}

TEST_F(CompositeTest, AnotherCubeIsNoGelu) {
  const ValueId x = Input("x", {3, 4}), z = Input("z", {3, 4});
  for (const auto& [second, factor] : {std::pair{z, 0.044715f}, std::pair{x, 0.0447f * 2}}) {
    const ValueId cubed = b.Op("Mul", {x, b.Op("Mul", {second, b.Op("Mul", {F(factor), x})})});
    const ValueId inner = b.Op("Mul", {F(0.7978846f), b.Op("Add", {x, cubed})});
    Output(Half(x, b.Op("Add", {b.Op("Tanh", {inner}), F(1)}), 0), second == z ? "y" : "y2");
  }
  Run();
  EXPECT_EQ(Count("Gelu"), 0);
}

TEST_F(CompositeTest, AGeluWhoseErfIsUsedIsSkipped) {
  const ValueId x = Input("x", {3, 4});
  const ValueId erf = b.Op("Erf", {b.Op("Div", {x, F(1.41421354f)})});
  Output(Half(x, b.Op("Add", {erf, F(1)}), 0), "y");
  Output(erf, "erf");
  Run();
  ExpectSkipped("FuseGelu", "'erf' is also used elsewhere");
}

TEST_F(CompositeTest, Swish) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Mul", {b.Op("Sigmoid", {x}), x}), "y");
  ExpectOne("Swish");
}

TEST_F(CompositeTest, SwishWithAlpha) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Mul", {x, b.Op("Sigmoid", {b.Op("Mul", {x, F(1.702f)})})}), "y");
  ExpectOne("Swish");
  EXPECT_EQ(*Only().FindAttribute("alpha")->get<float>(), 1.702f);
}

TEST_F(CompositeTest, AGateOfAnotherValueIsNoSwish) {
  const ValueId x = Input("x", {3, 4});
  const ValueId z = Input("z", {3, 4});
  Output(b.Op("Mul", {x, b.Op("Sigmoid", {z})}), "y");
  Run();
  EXPECT_EQ(Count("Swish"), 0);
}

TEST_F(CompositeTest, AnAlphaForEachColumnIsSkipped) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Mul", {x, b.Op("Sigmoid", {b.Op("Mul", {x, C(RandomFloats({4}))})})}), "y");
  Run();
  ExpectSkipped("FuseSwish", "alpha is not one number");
}

TEST_F(CompositeTest, HardSwishInEveryForm) {
  for (int form = 0; form < 5; ++form) {
    Reset();
    const ValueId x = Input("x", {30});
    for (int i = 0; i < 30; ++i) feeds_[0].mutable_data<float>()[i] *= 5;
    const ValueId clip = b.Op("Clip", {b.Op("Add", {x, F(3)}), F(0), F(6)});
    ValueId y = kNone;
    if (form == 0) y = b.Op("Mul", {b.Op("HardSigmoid", {x}, {{"alpha", 1.0f / 6}, {"beta", 0.5f}}), x});
    if (form == 1) y = b.Op("Div", {b.Op("Mul", {clip, x}), F(6)});
    if (form == 2) y = b.Op("Mul", {x, b.Op("Div", {clip, F(6)})});
    if (form == 3) y = b.Op("Mul", {b.Op("Mul", {x, clip}), F(1.0f / 6)});
    if (form == 4) y = b.Op("Mul", {b.Op("Mul", {clip, F(1.0f / 6)}), x});
    Output(y, "y");
    ExpectOne("HardSwish");
  }
}

TEST_F(CompositeTest, OtherSlopesAreNoHardSwish) {
  const ValueId x = Input("x", {30});
  Output(b.Op("Mul", {x, b.Op("HardSigmoid", {x})}), "y");  // alpha 0.2
  Run();
  ExpectSkipped("FuseHardSwish", "other slopes");
}

TEST_F(CompositeTest, Mish) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Mul", {x, b.Op("Tanh", {b.Op("Softplus", {x})})}), "y");
  ExpectOne("Mish");
}

// --- matrix products
TEST_F(CompositeTest, MatMulBiasAndActivation) {
  const ValueId x = Input("x", {2, 3, 4});
  const ValueId product = b.Op("MatMul", {x, C(RandomFloats({4, 5}))});
  Output(b.Op("Relu", {b.Op("Add", {C(RandomFloats({5}, 9)), product})}), "y");
  ExpectOne("FusedMatMul");
  EXPECT_EQ(Only().inputs.size(), 3u);
}

TEST_F(CompositeTest, ABiasMayHaveLeadingOnes) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Add", {b.Op("MatMul", {x, C(RandomFloats({4, 5}))}), C(RandomFloats({1, 5}, 9))}), "y");
  ExpectOne("FusedMatMul");
}

TEST_F(CompositeTest, ABiasOfAnOpenBatchMayHaveLeadingOnes) {
  const ValueId x = DynamicInput("x", {2, 3, 4}, {Dim{-1, "n"}, Dim{3, {}}, Dim{4, {}}});
  Output(b.Op("Add", {b.Op("MatMul", {x, C(RandomFloats({4, 5}))}), C(RandomFloats({1, 1, 5}, 9))}), "y");
  ExpectOne("FusedMatMul");
}

TEST_F(CompositeTest, ABiasThatAddsADimensionIsSkipped) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Add", {b.Op("MatMul", {x, C(RandomFloats({4, 5}))}), C(RandomFloats({1, 1, 5}, 9))}), "y");
  Run();
  ExpectSkipped("FuseMatMulBias", "[1,1,5] is not a bias");
}

TEST_F(CompositeTest, AMatrixAddedToMatMulIsNoBias) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Add", {b.Op("MatMul", {x, C(RandomFloats({4, 5}))}), C(RandomFloats({3, 5}))}), "y");
  Run();
  ExpectSkipped("FuseMatMulBias", "[3,5] is not a bias");
}

TEST_F(CompositeTest, AnUnknownSecondFactorIsSkipped) {
  const ValueId x = Input("x", {3, 4});
  const ValueId w = DynamicInput("w", {4, 5}, {Dim{-1, "k"}, Dim{-1, "n"}});
  Output(b.Op("Add", {b.Op("MatMul", {x, w}), C(RandomFloats({5}))}), "y");
  Run();
  ExpectSkipped("FuseMatMulBias", "not known to be a matrix");
}

TEST_F(CompositeTest, GemmBiasAndActivation) {
  const ValueId x = Input("x", {3, 4});
  const ValueId product = b.Op("Gemm", {x, C(RandomFloats({5, 4}))}, {{"transB", 1}, {"alpha", 0.5f}, {"beta", 3.0f}});
  Output(b.Op("Tanh", {b.Op("Add", {product, C(RandomFloats({1, 5}, 9))})}), "y");
  ExpectOne("FusedGemm");
}

TEST_F(CompositeTest, AColumnAddedToGemmIsSkipped) {
  const ValueId x = Input("x", {3, 4});
  Output(b.Op("Add", {b.Op("Gemm", {x, C(RandomFloats({4, 5}))}), C(RandomFloats({3, 1}))}), "y");
  Run();
  ExpectSkipped("FuseGemmBias", "[3,1] is not one number for each column");
}

// --- normalisations
class LayerNormTest : public CompositeTest {
 protected:
  struct Form {
    bool pow = true;
    bool twice = false;
    bool reciprocal = false;
    int64_t axis = -1;
    Tensor gamma = RandomFloats({6}, 31);
  };
  void Build(ValueId x, const Form& f) {
    const auto mean_of = [&](ValueId v) { return b.Op("ReduceMean", {v, b.Ints({f.axis})}); };
    const ValueId mean = mean_of(x);
    const ValueId d = b.Op("Sub", {x, mean});
    const ValueId other = f.twice ? b.Op("Sub", {x, mean}) : d;
    const ValueId square = f.pow ? b.Op("Pow", {other, F(2)}) : b.Op("Mul", {other, other});
    const ValueId deviation = b.Op("Sqrt", {b.Op("Add", {mean_of(square), F(1e-3f)})});
    const ValueId normal =
        f.reciprocal ? b.Op("Mul", {b.Op("Reciprocal", {deviation}), d}) : b.Op("Div", {d, deviation});
    const int64_t n = f.gamma.dim(0);
    Output(b.Op("Add", {C(RandomFloats({n}, 32)), b.Op("Mul", {normal, C(f.gamma)})}), "y");
  }
};

TEST_F(LayerNormTest, EveryForm) {
  for (int bits = 0; bits < 8; ++bits) {
    Reset();
    Build(Input("x", {2, 3, 6}), {.pow = (bits & 1) != 0, .twice = (bits & 2) != 0, .reciprocal = (bits & 4) != 0});
    ExpectOne("LayerNormalization", 2e-5);
  }
}

TEST_F(LayerNormTest, AnyBatch) {
  Build(DynamicInput("x", {2, 3, 6}, {Dim{-1, "n"}, Dim{3, {}}, Dim{6, {}}}), {});
  ExpectOne("LayerNormalization", 2e-5);
}

TEST_F(LayerNormTest, AnotherAxisIsSkipped) {
  Build(Input("x", {2, 6, 6}), {.axis = 1});
  Run();
  ExpectSkipped("FuseLayerNorm", "not known to be the last");
}

TEST_F(LayerNormTest, AScaleOfOneNumberIsSkipped) {
  Build(Input("x", {2, 3, 6}), {.gamma = RandomFloats({1})});
  Run();
  ExpectSkipped("FuseLayerNorm", "do not suit");
}

}  // namespace
}  // namespace kante::core
