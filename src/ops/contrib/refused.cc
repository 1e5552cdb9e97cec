// SPDX-License-Identifier: MIT
#include "ops/contrib/refused.h"

namespace kante::core {
namespace {

struct Family {
  std::string_view domain;
  std::string_view names;  // between spaces, one at each end
  std::string_view reason;
};

constexpr Family kFamilies[] = {
    {"com.microsoft", " BeamSearch GreedySearch Sampling WhisperBeamSearch ",
     "a whole search in one node is not there yet: export the decoder alone and let the caller search"},
    {"com.microsoft", " DecoderAttention DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention ",
     "a decoder's step for searches in one node is not there yet: export it with MultiHeadAttention, which takes "
     "past_sequence_length and cache_indirection"},
    {"com.microsoft", " NhwcMaxPool ",
     "written by ONNX Runtime's optimizer for one kind of CPU: save the model without the layout level "
     "(graph_optimization_level extended or lower)"},
    {"com.microsoft",
     " DynamicSparseAttention PackedAttention PackedMultiHeadAttention PagedAttention RemovePadding RestorePadding "
     "SparseAttentionIndexer PackedSparseAttentionIndexer PackedSparseAttentionIndexerMerge SparsePagedAttention ",
     "for packed or paged batches of GPU servers: export the model with padded batches (Attention, "
     "MultiHeadAttention or GroupQueryAttention)"},
    {"com.microsoft",
     " BranchwiseRMSNorm ConvStateReplay EngramGate FusedMatMulActivation GatedDeltaNet GatedDeltaNetStateReplay "
     "HyperConnectionLowRankMix HyperConnectionPostMix HyperConnectionPreMix Mamba2Verify MoEGroupRouter MoEPacked "
     "MatMulBlockQuantizedFp4Weight MatMulBlockQuantizedFp8Weight MatMulFpQ4 MatMulNBitsMlp MatMulNBitsQLoRA "
     "MatMulNBitsQkv MatMulPacked NGramHashMapping RMSNormRotary RouterGateUpProj ScaledSiLU SpeculativePrefixCommit "
     "SwiGLU VarlenCausalConvWithState VarlenNGramHashMapping GemmFloat8 GemmaRotaryEmbedding ",
     "a fusion of ONNX Runtime for GPUs: export the model for the CPU, or save it before that fusion"},
    {"com.microsoft",
     " BiasSoftmax GatedRelativePositionBias GemmFastGelu LongformerAttention RelativePositionBias TorchEmbedding "
     "QOrderedAttention QOrderedGelu QOrderedLayerNormalization QOrderedLongformerAttention QOrderedMatMul "
     "QuantizeWithOrder DequantizeWithOrder ",
     "a fusion of ONNX Runtime for GPUs: run its transformer optimizer without GPU fusions, or load the model from "
     "before it"},
    {"com.microsoft", " BiasDropout BitmaskBiasDropout BitmaskDropout GatherPacked IsAllFinite ",
     "of training: export the model in inference mode"},
    {"com.microsoft",
     " AttnLSTM BifurcationDetector MatMulInteger16 MulInteger ReduceSumInteger SampleOp "
     "SparseToDenseMatMul Tokenizer WordConvEmbedding ",
     "of an experiment or an old exporter: export the model with operators of ai.onnx"},
    {"com.microsoft", " MaxpoolWithMask ",
     "ONNX Runtime's own, for internal use, with a mask that ends windows early: export MaxPool over a Where"},
    {"com.microsoft", " DequantizeBFP EPContext QuantizeBFP Snpe ",
     "what a vendor's accelerator compiled: load the model from before that compilation"},
    {"com.microsoft.nchwc", "",
     "written by ONNX Runtime's optimizer for one kind of CPU: save the model without the layout level "
     "(graph_optimization_level extended or lower)"},
    {"com.ms.internal.nhwc", "",
     "written by ONNX Runtime's optimizer for one kind of device: save the model without the layout level "
     "(graph_optimization_level extended or lower)"},
};

bool Lists(std::string_view names, std::string_view name) {
  for (size_t at = names.find(name); at != names.npos; at = names.find(name, at + 1)) {
    if (names[at - 1] == ' ' && names[at + name.size()] == ' ') return true;
  }
  return false;
}

}  // namespace

std::string_view WhyRefused(std::string_view domain, std::string_view name) {
  for (const Family& family : kFamilies) {
    if (family.domain != domain) continue;
    if (family.names.empty() || (!name.empty() && Lists(family.names, name))) return family.reason;
  }
  return {};
}

}  // namespace kante::core
