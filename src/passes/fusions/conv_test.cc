// SPDX-License-Identifier: MIT
// What is computed into convolutions, and what must not be.
#include "passes/test_util.h"

namespace kante::core {
namespace {

using Ints = std::vector<int64_t>;

class ConvFusionTest : public PassFixture {
 protected:
  ValueId Positive(int64_t n, uint32_t seed) {
    Tensor t = RandomFloats({n}, seed);
    for (int64_t i = 0; i < n; ++i) t.mutable_data<float>()[i] += 1.5f;
    return C(t);
  }
  ValueId Weights(const Shape& shape, uint32_t seed = 3) { return C(RandomFloats(shape, seed)); }
  ValueId BatchNorm(ValueId x, int64_t channels) {
    return b.Op("BatchNormalization",
                {x, Weights({channels}, 11), Weights({channels}, 12), Weights({channels}, 13), Positive(channels, 14)},
                {{"epsilon", 1e-3f}});
  }
  ValueId Conv(ValueId x, int64_t out, int64_t in, std::vector<Attribute> attributes = {}, bool bias = true) {
    // Different weights each time, or the passes would find that two convolutions are one.
    std::vector<ValueId> inputs = {x, Weights({out, in, 3, 3}, seed_++)};
    if (bias) inputs.push_back(Weights({out}, 5));
    if (attributes.empty()) attributes = {{"pads", AttributeValue(Ints{1, 1, 1, 1})}};
    return b.Op("Conv", inputs, attributes);
  }
  uint32_t seed_ = 40;

  std::string Activation() const {
    const Attribute* a = Only().FindAttribute("activation");
    return a ? *a->get<std::string>() : "";
  }
};

// --- BatchNormalization
TEST_F(ConvFusionTest, BatchNorm) {
  for (bool bias : {true, false}) {
    const ValueId x = Input(bias ? "x" : "x2", {2, 3, 5, 6});
    Output(BatchNorm(Conv(x, 4, 3, {}, bias), 4), bias ? "y" : "y2");
  }
  Run();
  EXPECT_TRUE(Fired("FuseConvBatchNorm"));
  EXPECT_EQ(Count("Conv"), 2);
  EXPECT_EQ(graph_.node_count(), 2u);
}

TEST_F(ConvFusionTest, BatchNormAfterGroupedConv) {
  const ValueId x = Input("x", {1, 4, 5, 5});
  Output(BatchNorm(Conv(x, 6, 2, {{"group", 2}, {"strides", AttributeValue(Ints{2, 1})}}), 6), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u);
}

TEST_F(ConvFusionTest, BatchNormAfterConvTranspose) {
  const ValueId x = Input("x", {1, 4, 3, 3});
  const ValueId t = b.Op("ConvTranspose", {x, Weights({4, 3, 2, 2}), Weights({6})},
                         {{"group", 2}, {"strides", AttributeValue(Ints{2, 2})}});
  Output(BatchNorm(t, 6), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(Only().op_type, "ConvTranspose");
}

TEST_F(ConvFusionTest, BatchNormOfASharedConvIsSkipped) {
  const ValueId x = Input("x", {1, 3, 5, 5});
  const ValueId c = Conv(x, 4, 3);
  Output(BatchNorm(c, 4), "y");
  Output(c, "raw");
  Run();
  ExpectSkipped("FuseConvBatchNorm", "'raw' is also used elsewhere");
}

TEST_F(ConvFusionTest, BatchNormOfChangingWeightsIsSkipped) {
  const ValueId x = Input("x", {1, 3, 5, 5});
  const ValueId w = Input("w", {4, 3, 3, 3});
  Output(BatchNorm(b.Op("Conv", {x, w}), 4), "y");
  Run();
  ExpectSkipped("FuseConvBatchNorm", "the weights are not constant");
}

TEST_F(ConvFusionTest, BatchNormWithChangingStatisticsIsSkipped) {
  const ValueId x = Input("x", {1, 3, 5, 5});
  const ValueId mean = Input("mean", {4});
  Output(b.Op("BatchNormalization", {Conv(x, 4, 3), Weights({4}), Weights({4}), mean, Positive(4, 1)}), "y");
  Run();
  ExpectSkipped("FuseConvBatchNorm", "the statistics are not constant");
}

TEST_F(ConvFusionTest, BatchNormWithZeroVarianceIsSkipped) {
  const ValueId x = Input("x", {1, 3, 5, 5});
  const ValueId zero = C(Floats({4}, {0, 1, 1, 1}));
  Output(
      b.Op("BatchNormalization", {Conv(x, 4, 3), Weights({4}), Weights({4}), Weights({4}), zero}, {{"epsilon", 0.0f}}),
      "y");
  OptimizeOnly();
  ExpectSkipped("FuseConvBatchNorm", "the statistics overflow");
}

// --- constants for each channel
TEST_F(ConvFusionTest, ConstantsForEachChannel) {
  const ValueId x = Input("x", {2, 3, 5, 5});
  ValueId y = b.Op("Mul", {Weights({4, 1, 1}, 21), Conv(x, 4, 3)});
  y = b.Op("Add", {y, Weights({1, 4, 1, 1}, 22)});
  y = b.Op("Sub", {y, F(0.25f)});
  y = b.Op("Div", {y, C(Floats({1, 1, 1}, {3}))});
  Output(y, "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  EXPECT_EQ(Only().op_type, "Conv");
}

TEST_F(ConvFusionTest, ConstantsAlongTheWidthAreSkipped) {
  const ValueId x = Input("x", {1, 3, 4, 4});
  Output(b.Op("Mul", {Conv(x, 4, 3), Weights({4})}), "y");  // [4] is the width, not the channels
  Run();
  ExpectSkipped("FuseConvAffine", "not one number or one for each channel");
}

TEST_F(ConvFusionTest, ConstantsThatAddADimensionAreSkipped) {
  const ValueId x = Input("x", {1, 3, 4, 4});
  Output(b.Op("Mul", {Conv(x, 4, 3), C(Floats({1, 1, 1, 1, 1}, {2}))}), "y");
  Run();
  ExpectSkipped("FuseConvAffine", "not one number or one for each channel");
}

TEST_F(ConvFusionTest, LargeSharedWeightsAreNotCopied) {
  const ValueId w = Weights({64, 32, 3, 3});
  const ValueId x = Input("x", {1, 32, 4, 4});
  Output(b.Op("Mul", {b.Op("Conv", {x, w}), F(2)}), "y");
  Output(b.Op("Conv", {b.Op("Neg", {x}), w}), "z");
  Run();
  ExpectSkipped("FuseConvAffine", "other nodes share the weights");
}

TEST_F(ConvFusionTest, DivisionByZeroIsSkipped) {
  const ValueId x = Input("x", {1, 3, 4, 4});
  Output(b.Op("Div", {Conv(x, 4, 3), F(0)}), "y");
  OptimizeOnly();
  ExpectSkipped("FuseConvAffine", "the constant is not finite");
}

// --- activations
TEST_F(ConvFusionTest, EveryActivation) {
  const char* const kAll[] = {"Relu",     "LeakyRelu", "HardSigmoid", "HardSwish", "Sigmoid",
                              "Tanh",     "Elu",       "Selu",        "Celu",      "Softplus",
                              "Softsign", "Mish",      "Gelu",        "Swish",     "ThresholdedRelu"};
  const ValueId x = Input("x", {1, 3, 4, 4});
  for (const char* act : kAll) Output(b.Op(act, {Conv(b.Op("Neg", {x}), 4, 3)}), act);
  Run(OptimizationLevel::kAll, 2e-5);
  EXPECT_EQ(Count("FusedConv"), 15) << Dump(graph_);
  EXPECT_EQ(graph_.node_count(), 16u);
}

TEST_F(ConvFusionTest, ActivationsWithTheirAttributes) {
  const ValueId x = Input("x", {1, 3, 4, 4});
  Output(b.Op("LeakyRelu", {Conv(x, 4, 3)}, {{"alpha", 0.3f}}), "a");
  Output(b.Op("HardSigmoid", {Conv(x, 4, 3)}, {{"alpha", 0.7f}, {"beta", 0.1f}}), "b");
  Output(b.Op("Elu", {Conv(x, 4, 3)}, {{"alpha", 2.0f}}), "c");
  Output(b.Op("Selu", {Conv(x, 4, 3)}, {{"alpha", 2.0f}, {"gamma", 0.5f}}), "d");
  Output(b.Op("Gelu", {Conv(x, 4, 3)}, {{"approximate", "tanh"}}), "e");
  Output(b.Op("Swish", {Conv(x, 4, 3)}, {{"alpha", 0.5f}}), "f");
  Output(b.Op("Clip", {Conv(x, 4, 3), F(-0.5f), F(0.75f)}), "g");
  Output(b.Op("Clip", {Conv(x, 4, 3), kNone, F(0.5f)}), "h");
  Run(OptimizationLevel::kAll, 2e-5);
  EXPECT_EQ(graph_.node_count(), 8u) << Dump(graph_);
}

TEST_F(ConvFusionTest, ClipWithChangingBoundsIsSkipped) {
  const ValueId x = Input("x", {1, 3, 4, 4});
  const ValueId low = Input("low", {});
  Output(b.Op("Clip", {Conv(x, 4, 3), low}), "y");
  Run();
  ExpectSkipped("FuseActivation", "bounds of Clip");
}

TEST_F(ConvFusionTest, OnlyOneActivationIsApplied) {
  const ValueId x = Input("x", {1, 3, 4, 4});
  Output(b.Op("Tanh", {b.Op("Relu", {Conv(x, 4, 3)})}), "y");
  Run();
  EXPECT_EQ(WhyNot("FuseActivation"), "an activation is applied already");
  EXPECT_EQ(Count("FusedConv") + Count("Tanh"), 2);
}

TEST_F(ConvFusionTest, DoublesAreLeftAlone) {
  const ValueId x = Input("x", {1, 3, 4, 4}, ElementType::kFloat64);
  Tensor w = Tensor::Allocate(ElementType::kFloat64, {2, 3, 1, 1}).value();
  for (int i = 0; i < 6; ++i) w.mutable_data<double>()[i] = i;
  Output(b.Op("Relu", {b.Op("Conv", {x, C(w)})}), "y");
  OptimizeOnly();
  ExpectSkipped("FuseActivation", "does not compute in float64");
}

TEST_F(ConvFusionTest, WholeBlock) {
  // Pad, Conv, BatchNormalization, scale, residual, Relu: one node, and it names all of them.
  const ValueId x = Input("x", {1, 4, 6, 6});
  const ValueId padded = b.Op("Pad", {x, b.Ints({0, 0, 1, 1, 0, 0, 1, 1}), F(0)});
  const ValueId conv = b.Op("Conv", {padded, Weights({4, 4, 3, 3})});
  const ValueId scaled = b.Op("Mul", {BatchNorm(conv, 4), F(0.5f)});
  Output(b.Op("Relu", {b.Op("Add", {x, scaled})}), "y");
  for (NodeId id = 0; id < graph_.node_slots(); ++id) graph_.mutable_node(id).name = graph_.node(id).op_type;
  Run();
  ASSERT_EQ(graph_.node_count(), 1u) << Dump(graph_);
  EXPECT_EQ(Only().op_type, "FusedConv");
  EXPECT_EQ(Activation(), "Relu");
  EXPECT_EQ(Only().DisplayName(), "Pad+Conv+BatchNormalization+Mul+Add+Relu");
}

// --- residuals
TEST_F(ConvFusionTest, ResidualOfKnownShape) {
  const ValueId x = Input("x", {2, 4, 5, 5});
  Output(b.Op("Add", {Conv(x, 4, 4), x}), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(Only().inputs.size(), 4u);
}

TEST_F(ConvFusionTest, ABroadcastResidualIsSkipped) {
  const ValueId x = Input("x", {2, 4, 5, 5});
  const ValueId z = Input("z", {1, 4, 5, 5});
  Output(b.Op("Add", {Conv(x, 4, 4), z}), "y");
  Run();
  ExpectSkipped("FuseConvResidual", "the residual [1,4,5,5] is broadcast");
}

TEST_F(ConvFusionTest, ResidualsOfImagesOfAnySize) {
  const ValueId x = DynamicInput("x", {1, 3, 9, 11}, {Dim{-1, "n"}, Dim{3, {}}, Dim{-1, "h"}, Dim{-1, "w"}});
  const std::vector<Attribute> halve = {{"pads", AttributeValue(Ints{1, 1, 1, 1})},
                                        {"strides", AttributeValue(Ints{2, 2})}};
  // One branch halves with a 3x3, the other with a 1x1: the same size for every image.
  const ValueId stem = b.Op("Relu", {Conv(x, 4, 3)});
  const ValueId main = Conv(b.Op("Relu", {Conv(stem, 8, 4, halve)}), 8, 8);
  const ValueId side = b.Op("Conv", {stem, Weights({8, 4, 1, 1})}, {{"strides", AttributeValue(Ints{2, 2})}});
  const ValueId block = b.Op("Relu", {b.Op("Add", {main, side})});
  Output(b.Op("Add", {Conv(block, 8, 8), block}), "y");
  Run(OptimizationLevel::kAll, 1e-4);
  EXPECT_EQ(Count("Add"), 0) << Dump(graph_);
}

TEST_F(ConvFusionTest, ResidualsThatMayDifferAreSkipped) {
  const ValueId x = DynamicInput("x", {1, 4, 1, 1}, {Dim{-1, "n"}, Dim{4, {}}, Dim{-1, "h"}, Dim{-1, "w"}});
  // 3x3 without pads shrinks the image, the pooled one by stride: equal only by accident.
  const ValueId a =
      Conv(x, 4, 4, {{"pads", AttributeValue(Ints{1, 1, 1, 1})}, {"strides", AttributeValue(Ints{3, 3})}});
  const ValueId c =
      Conv(x, 4, 4, {{"pads", AttributeValue(Ints{1, 1, 1, 1})}, {"strides", AttributeValue(Ints{2, 2})}});
  Output(b.Op("Add", {a, c}), "y");
  Run();
  ExpectSkipped("FuseConvResidual", "not proven to have the shape");
}

TEST_F(ConvFusionTest, AResidualOfUnknownChannelsIsSkipped) {
  const ValueId x = DynamicInput("x", {1, 4, 3, 3}, {Dim{-1, "n"}, Dim{4, {}}, Dim{-1, "h"}, Dim{-1, "w"}});
  const ValueId one = Conv(x, 1, 4);  // [n,1,h,w] broadcasts over the other's channels
  Output(b.Op("Add", {one, Conv(x, 4, 4)}), "y");
  Run();
  EXPECT_FALSE(Fired("FuseConvResidual"));
}

// --- padding
TEST_F(ConvFusionTest, ZeroPadding) {
  const ValueId x = Input("x", {1, 3, 5, 6});
  Output(Conv(b.Op("Pad", {x, b.Ints({0, 0, 2, 1, 0, 0, 0, 3})}), 4, 3), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(*Only().FindAttribute("pads")->get<Ints>(), (Ints{3, 2, 1, 4}));
}

TEST_F(ConvFusionTest, ZeroPaddingOfSomeAxes) {
  const ValueId x = Input("x", {1, 3, 5, 6});
  const ValueId pad = b.Op("Pad", {x, b.Ints({1, 2}), kNone, b.Ints({-1})});
  Output(b.Op("Conv", {pad, Weights({4, 3, 3, 3})}, {{"auto_pad", "VALID"}}), "y");
  Run();
  EXPECT_EQ(graph_.node_count(), 1u);
  EXPECT_EQ(*Only().FindAttribute("pads")->get<Ints>(), (Ints{0, 1, 0, 2}));
}

TEST_F(ConvFusionTest, OtherPaddingIsSkipped) {
  struct Case {
    Ints pads;
    float value;
    const char* mode;
    const char* auto_pad;
    const char* why;
  };
  const Case cases[] = {
      {{0, 0, 1, 1, 0, 0, 1, 1}, 1.0f, "constant", "NOTSET", "does not add zeros"},
      {{0, 0, 1, 1, 0, 0, 1, 1}, 0.0f, "reflect", "NOTSET", "does not add constants"},
      {{0, 0, 1, 1, 0, 0, -1, 1}, 0.0f, "constant", "NOTSET", "Pad crops"},
      {{0, 1, 0, 0, 0, 0, 0, 0}, 0.0f, "constant", "NOTSET", "touches batch or channels"},
      {{0, 0, 1, 1, 0, 0, 1, 1}, 0.0f, "constant", "SAME_UPPER", "pads by itself"},
  };
  for (const Case& c : cases) {
    graph_ = Graph();
    feeds_.clear();
    const ValueId x = Input("x", {1, 3, 5, 5});
    const ValueId pad = b.Op("Pad", {x, b.Ints(c.pads), F(c.value)}, {{"mode", c.mode}});
    const int64_t channels = 3 + c.pads[1];
    Output(Conv(pad, 4, channels, {{"auto_pad", c.auto_pad}}), "y");
    Run();
    ExpectSkipped("FusePadConv", c.why);
  }
}

}  // namespace
}  // namespace kante::core
