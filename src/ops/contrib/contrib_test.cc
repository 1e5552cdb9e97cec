// SPDX-License-Identifier: MIT
// Expected values: the formulas, evaluated here or by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/contrib/refused.h"
#include "ops/registry.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr const char* kMs = "com.microsoft";

float Gelu(float x) { return 0.5f * x * (1 + std::erf(x / std::sqrt(2.0f))); }
float Silu(float x) { return x / (1 + std::exp(-x)); }

TEST(ContribTest, Activations) {
  OpTest("Gelu", 1, kMs).In<float>({2}, {-1, 2}).Out<float>({2}, {Gelu(-1), Gelu(2)}).Run();
  OpTest("BiasGelu", 1, kMs).In<float>({2}, {-1, 2}).In<float>({2}, {1, 1}).Out<float>({2}, {0, Gelu(3)}).Run();
  const float tanh = 0.5f * 2 * (1 + std::tanh(0.7978845608f * (2 + 0.044715f * 8)));
  OpTest("FastGelu", 1, kMs).In<float>({1}, {1}).In<float>({1}, {1}).Out<float>({1}, {tanh}).Run();
  OpTest("QuickGelu", 1, kMs).In<float>({1}, {2}).Out<float>({1}, {2 / (1 + std::exp(-1.702f * 2))}).Run();
  OpTest("Gelu", 1, kMs).Attr("depth", 1).In<float>({1}, {1}).Fails("depth");
  OpTest("BiasSplitGelu", 1, kMs)
      .In<float>({1, 1, 2}, {2, 3})
      .In<float>({2}, {1, -1})
      .Out<float>({1, 1, 1}, {3 * Gelu(2)})
      .Run();
  OpTest("BiasAdd", 1, kMs)
      .In<float>({2}, {1, 2})
      .In<float>({2}, {3, 4})
      .In<float>({2}, {5, 6})
      .Out<float>({2}, {9, 12})
      .Run();
  OpTest("GatedAdd", 1, kMs)
      .In<float>({1, 2}, {1, 2})
      .In<float>({1, 2}, {3, 4})
      .In<float>({1, 1}, {0.5f})
      .Out<float>({1, 2}, {2.5f, 4})
      .Run();
}

TEST(ContribTest, Normalizations) {
  const float rms = std::sqrt(12.5f + 0.5f);
  OpTest("SimplifiedLayerNormalization", 1)
      .Attr("epsilon", 0.5f)
      .In<float>({1, 2}, {3, 4})
      .In<float>({2}, {1, 2})
      .Out<float>({1, 2}, {3 / rms, 8 / rms})
      .Out<float>({1, 1}, {1 / rms})
      .Run();
  OpTest("SkipSimplifiedLayerNormalization", 1, kMs)
      .Attr("epsilon", 0.5f)
      .In<float>({1, 2}, {1, 1})
      .In<float>({1, 2}, {1, 2})
      .In<float>({2}, {1, 2})
      .In<float>({2}, {1, 1})
      .Out<float>({1, 2}, {3 / rms, 8 / rms})
      .NoOutput()
      .NoOutput()
      .Out<float>({1, 2}, {3, 4})
      .Run();
  OpTest("SkipLayerNormalization", 1, kMs)
      .Attr("epsilon", 0.0f)
      .In<float>({1, 1, 2}, {1, 2})
      .In<float>({1, 2}, {1, 2})
      .In<float>({2}, {2, 2})
      .In<float>({2}, {1, 1})
      .Out<float>({1, 1, 2}, {-1, 3})
      .NoOutput()
      .NoOutput()
      .Out<float>({1, 1, 2}, {2, 4})
      .Run();
  OpTest("GroupNorm", 1, kMs)
      .Attr("groups", 1)
      .Attr("activation", 1)
      .Attr("epsilon", 0.0f)
      .In<float>({1, 1, 1, 2}, {1, 3})
      .In<float>({2}, {1, 1})
      .In<float>({2}, {0, 0})
      .Out<float>({1, 1, 1, 2}, {Silu(-1), Silu(1)})
      .Run();
  OpTest("GatedRMSNorm", 1, kMs)
      .Attr("epsilon", 0.5f)
      .In<float>({1, 2}, {3, 4})
      .In<float>({2}, {1, 2})
      .In<float>({1, 2}, {1, 2})
      .Out<float>({1, 2}, {3 / rms * Silu(1), 8 / rms * Silu(2)})
      .Run();
  OpTest("EmbedLayerNormalization", 1, kMs)
      .In<int32_t>({1, 1}, {1})
      .NoInput()
      .In<float>({2, 2}, {9, 9, 1, 4})
      .In<float>({1, 2}, {1, 0})
      .NoInput()
      .In<float>({2}, {1, 1})
      .In<float>({2}, {0, 0})
      .In<int32_t>({1, 1}, {1})
      .Out<float>({1, 1, 2}, {-1, 1})
      .Out<int32_t>({1}, {1})
      .Out<float>({1, 1, 2}, {2, 4})
      .Run();
}

TEST(ContribTest, Products) {
  OpTest("FusedMatMul", 1, kMs)
      .Attr("transA", 1)
      .Attr("alpha", 0.5f)
      .In<float>({2, 1}, {1, 2})
      .In<float>({2, 2}, {1, 2, 3, 4})
      .Out<float>({1, 2}, {3.5f, 5})
      .Run();
  OpTest("FusedGemm", 1, kMs)
      .Attr("activation", "LeakyRelu")
      .Attr("activation_alpha", 0.5f)
      .In<float>({1, 1}, {2})
      .In<float>({1, 2}, {1, -1})
      .Out<float>({1, 2}, {2, -1})
      .Run();
  OpTest("FusedConv", 1, kMs)
      .Attr("activation", "Relu")
      .In<float>({1, 1, 2}, {1, -5})
      .In<float>({1, 1, 1}, {2})
      .In<float>({1}, {1})
      .In<float>({1, 1, 2}, {1, 1})
      .Out<float>({1, 1, 2}, {4, 0})
      .Run();
  OpTest("FusedConv", 1, kMs)
      .Attr("activation", "Softwish")
      .In<float>({1, 1, 1}, {1})
      .In<float>({1, 1, 1}, {1})
      .Fails("Softwish");
}

TEST(ContribTest, ConvTransposeWithDynamicPads) {
  OpTest("ConvTransposeWithDynamicPads", 1, kMs)
      .In<float>({1, 1, 2}, {1, 2})
      .In<float>({1, 1, 3}, {1, 10, 100})
      .In<int64_t>({2}, {1, 0})
      .In<float>({1}, {1})
      .Out<float>({1, 1, 3}, {13, 121, 201})
      .Run();
}

TEST(ContribTest, ChannelsLast) {
  // One pixel of two channels; the weights of NhwcConv are [M, kH, kW, C], those of NhwcFusedConv [M, C, kH, kW].
  OpTest("NhwcConv", 1, kMs)
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .In<float>({1, 1, 2, 2}, {1, 10, 100, 1000})
      .Out<float>({1, 1, 1, 1}, {4321})
      .Run();
  OpTest("NhwcFusedConv", 1, kMs)
      .Attr("activation", "Relu")
      .In<float>({1, 1, 2, 2}, {1, 2, 3, 4})
      .In<float>({1, 2, 1, 1}, {1, -1})
      .In<float>({1}, {0.5f})
      .In<float>({1, 1, 2, 1}, {0, 2})
      .Out<float>({1, 1, 2, 1}, {0, 1.5f})
      .Run();
  OpTest("SkipGroupNorm", 1, kMs)
      .Attr("groups", 1)
      .Attr("activation", 0)
      .Attr("epsilon", 0.0f)
      .In<float>({1, 1, 1, 2}, {1, 3})
      .In<float>({2}, {1, 2})
      .In<float>({2}, {0, 1})
      .In<float>({1, 2}, {1, 1})
      .Out<float>({1, 1, 1, 2}, {-1, 3})
      .Out<float>({1, 1, 1, 2}, {2, 4})
      .Run();
}

TEST(ContribTest, Rotary) {
  OpTest("RotaryEmbedding", 1, kMs)
      .In<float>({1, 1, 2}, {1, 2})
      .In<int64_t>({1}, {1})
      .In<float>({2, 1}, {1, 0})
      .In<float>({2, 1}, {0, 1})
      .Out<float>({1, 1, 2}, {-2, 1})
      .Run();
  OpTest("RotaryEmbedding", 1, kMs)
      .In<float>({1, 1, 2}, {1, 2})
      .In<int64_t>({1}, {2})
      .In<float>({2, 1}, {1, 0})
      .In<float>({2, 1}, {0, 1})
      .Fails("position_ids holds 2");
}

TEST(ContribTest, Twins) {
  OpTest("ExpandDims", 1, kMs).In<float>({2}, {1, 2}).In<int32_t>({}, {-1}).Out<float>({2, 1}, {1, 2}).Run();
  OpTest("Range", 1, kMs).In<int64_t>({}, {1}).In<int64_t>({1}, {3}).Out<int64_t>({2}, {1, 2}).Run();
  OpTest("ComplexMul", 1, kMs).In<float>({1, 2}, {1, 2}).In<float>({1, 2}, {3, 4}).Out<float>({1, 2}, {-5, 10}).Run();
  OpTest("Rfft", 1, kMs).In<float>({2}, {1, 3}).Out<float>({2, 2}, {4, 0, -2, 0}).Run();
  OpTest("Irfft", 1, kMs).Attr("signal_ndim", 1).In<float>({2, 2}, {4, 0, -2, 0}).Out<float>({2}, {1, 3}).Run();
  OpTest("Rfft", 1, kMs).Attr("signal_ndim", 2).In<float>({2}, {1, 3}).Fails("signal_ndim 2");
}

TEST(ContribTest, Decoding) {
  OpTest("UnfoldTensor", 1, kMs)
      .Attr("dim", 0)
      .Attr("size", 2)
      .In<float>({3, 2}, {1, 2, 3, 4, 5, 6})
      .Out<float>({2, 2, 2}, {1, 3, 2, 4, 3, 5, 4, 6})
      .Run();
  OpTest("UnfoldTensor", 1, kMs).Attr("size", 4).In<float>({3}, {1, 2, 3}).Fails("size 4");
  OpTest("NGramRepeatBlock", 1, kMs)
      .Attr("ngram_size", 2)
      .In<int64_t>({1, 3}, {1, 0, 1})
      .In<float>({1, 2}, {5, 6})
      .Out<float>({1, 2}, {-INFINITY, 6})
      .Run();
  OpTest("NGramRepeatBlock", 1, kMs)
      .Attr("ngram_size", 1)
      .In<int64_t>({1, 1}, {7})
      .In<float>({1, 2}, {5, 6})
      .Fails("holds 7");
  OpTest("DynamicTimeWarping", 1, kMs)
      .In<float>({2, 3}, {1, 9, 9, 9, 1, 1})
      .Out<int32_t>({2, 3}, {0, 1, 1, 0, 1, 2})
      .Run();
}

TEST(ContribTest, Numeric) {
  OpTest("Inverse", 1, kMs).In<float>({2, 2}, {0, 2, 4, 0}).Out<float>({2, 2}, {0, 0.25f, 0.5f, 0}).Run();
  OpTest("Inverse", 1, kMs).In<float>({2, 1}, {0, 2}).Fails("square");
  OpTest("CDist", 1, kMs)
      .Attr("metric", "euclidean")
      .In<double>({1, 2}, {0, 0})
      .In<double>({2, 2}, {3, 4, 1, 0})
      .Out<double>({1, 2}, {5, 1})
      .Run();
  OpTest("CDist", 1, kMs).Attr("metric", "cosine").In<float>({1, 1}, {0}).In<float>({1, 1}, {0}).Fails("cosine");
  // What other implementations of MurmurHash3_x86_32 give.
  OpTest("MurmurHash3", 1, kMs)
      .In<std::string>({3}, {"foo", "hello", ""})
      .Out<uint32_t>({3}, {4138058784u, 613153351u, 0u})
      .Run();
}

TEST(ContribTest, Refused) {
  OpTest("BeamSearch", 1, kMs).In<float>({1}, {1}).Fails("not there yet");
  OpTest("DecoderMaskedSelfAttention", 1, kMs).In<float>({1}, {1}).Fails("export it with MultiHeadAttention");
  OpTest("RemovePadding", 1, kMs).In<float>({1}, {1}).Fails("com.microsoft.RemovePadding: for packed");
  OpTest("QOrderedMatMul", 1, kMs).In<float>({1}, {1}).Fails("a fusion of ONNX Runtime for GPUs");
  OpTest("Conv", 1, "com.microsoft.nchwc").In<float>({1}, {1}).Fails("one kind of CPU");
  OpTest("Conv", 11, "com.ms.internal.nhwc").In<float>({1}, {1}).Fails("one kind of device");
  for (const char* name : {"HyperConnectionLowRankMix", "MatMulNBitsQkv", "SparseAttentionIndexer", "SwiGLU", "Snpe"}) {
    EXPECT_NE(WhyRefused("com.microsoft", name), "") << name;
  }
  EXPECT_EQ(WhyRefused("com.microsoft", "Search"), "");
  EXPECT_EQ(WhyRefused("com.microsoft", ""), "");
  EXPECT_EQ(WhyRefused("", "Sampling"), "");
}

// A name is either run or refused.
TEST(ContribTest, RefusedOperatorsAreNotThere) {
  for (const OpDef* def : OpRegistry::BuiltIns().All()) {
    EXPECT_EQ(WhyRefused(def->info.domain, def->info.name), "") << def->info.name;
  }
}

}  // namespace
}  // namespace kante::core
