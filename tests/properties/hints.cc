// SPDX-License-Identifier: MIT
#include "tests/properties/generate.h"

namespace kante::core {
namespace {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;

constexpr std::string_view kMs = "com.microsoft", kMl = "ai.onnx.ml", kTraining = "ai.onnx.preview.training";

Attribute Of(const char* name, Ints values) { return {name, AttributeValue(std::move(values))}; }
Attribute Of(const char* name, Floats values) { return {name, AttributeValue(std::move(values))}; }
Attribute Of(const char* name, Strings values) { return {name, AttributeValue(std::move(values))}; }

std::vector<Hint> Windows() {
  return {
      {"AveragePool", {"T:n,c,7,6"}, {Of("kernel_shape", Ints{3, 2}), {"ceil_mode", 1}}},
      {"AveragePool", {"T:n,c,7"}, {Of("kernel_shape", Ints{3}), Of("strides", Ints{2}), Of("pads", Ints{1, 1})}},
      {"MaxPool", {"T:n,c,7,6"}, {Of("kernel_shape", Ints{3, 2}), Of("dilations", Ints{2, 1})}, 2},
      {"LpPool", {"T:n,c,7,6"}, {Of("kernel_shape", Ints{3, 2}), {"auto_pad", "SAME_UPPER"}}},
      {"MaxUnpool", {"T:n,c,2,2", "int64:n,c,2,2<16"}, {Of("kernel_shape", Ints{2, 2}), Of("strides", Ints{2, 2})}},
      {"Conv", {"T:n,4,7,6", "T:6,2,3,3", "T:6"}, {{"group", 2}, Of("pads", Ints{1, 0, 1, 2})}},
      {"Conv", {"T:n,c,9", "T:m,c,3"}, {Of("strides", Ints{2})}},
      {"ConvTranspose", {"T:n,4,3,5", "T:4,2,3,3", "T:4"}, {{"group", 2}, Of("strides", Ints{2, 1})}},
      {"FusedConv", {"T:n,4,7,6", "T:6,4,3,3", "T:6"}, {{"activation", "Relu"}}, 0, kMs},
      {"ConvInteger", {"uint8:n,3,6,6", "int8:4,3,3,3", "uint8"}},
      {"QLinearConv",
       {"uint8:n,3,6,6", "float32=1", "uint8", "uint8:4,3,3,3", "float32=1", "uint8", "float32=2", "uint8"}},
      {"DeformConv", {"T:n,2,5,5", "T:3,2,3,3", "T:n,18,3,3"}},
      {"Col2Im", {"T:n,8,4", "int64:2=4,4", "int64:2=2,2"}, {Of("strides", Ints{2, 2})}},
      {"ConvTransposeWithDynamicPads", {"float32:n,2,4,4", "float32:2,3,3,3", "int64:4=0,1,0,1"}, {}, 0, kMs},
      {"NhwcConv", {"T:n,5,6,3", "T:4,3,3,3"}, {}, 0, kMs},
      {"NhwcFusedConv", {"T:n,5,6,3", "T:4,3,3,3"}, {{"activation", "Relu"}}, 0, kMs},
      {"RoiAlign", {"T:2,c,6,6", "T:r,4=0,0,4,4", "int64:r<2"}, {{"output_height", 2}, {"output_width", 3}}},
      {"MaxRoiPool", {"T:2,c,6,6", "T:r,5=0,0,0,4,4"}, {Of("pooled_shape", Ints{2, 2})}},
      {"GridSample", {"T:n,c,4,5", "float32:n,3,2,2"}},
      {"GridSample", {"float32:n,c,4,5,3", "float32:n,3,2,2,3"}, {{"mode", "nearest"}, {"align_corners", 1}}},
      {"GridSample", {"float32:n,c,4,5", "float32:n,3,2,2"}, {}, 0, kMs},
      {"AffineGrid", {"T:n,2,3", "int64:4=1,2,3,4"}},
      {"AffineGrid", {"T:2,3,4", "int64:5=2,2,3,4,2"}},
      {"Resize", {"T:n,2,3,4", "-", "float32:4=1,1,2,2"}, {{"mode", "nearest"}}},
      {"Resize", {"T:1,2,3,4", "-", "-", "int64:4=1,2,5,3"}, {{"mode", "linear"}}},
      {"Upsample", {"T:n,c,3,4", "float32:4=1,1,2,2"}},
      {"NonMaxSuppression", {"float32:2,6,4", "float32:2,3,6", "int64=4"}},
      {"DepthToSpace", {"T:n,8,h,w"}, {{"blocksize", 2}}},
      {"SpaceToDepth", {"T:n,c,4,6"}, {{"blocksize", 2}}},
      {"UnfoldTensor", {"T:n,7"}, {{"size", 3}, {"step", 2}}, 0, kMs},
  };
}

std::vector<Hint> Norms() {
  return {
      {"BatchNormalization", {"T:n,c,h", "T:c", "T:c", "T:c", "T:c=1,2"}},
      {"InstanceNormalization", {"T:n,c,h", "T:c", "T:c"}},
      {"GroupNormalization", {"T:n,4,h,w", "T:4", "T:4"}, {{"num_groups", 2}}},
      {"LayerNormalization", {"T:n,m,k", "T:k", "T:k"}, {}, 3},
      {"LRN", {"T:n,c,h"}, {{"size", 3}}},
      {"MeanVarianceNormalization", {"T:n,c,h,w"}},
      {"GroupNorm",
       {"T:n,h,w,4", "float32:4", "float32:4"},
       {{"groups", 2}, {"channels_last", 1}, {"activation", 0}},
       0,
       kMs},
      {"SkipGroupNorm",
       {"T:n,3,3,4", "float32:4", "float32:4", "T:n,3,3,4"},
       {{"groups", 2}, {"channels_last", 1}, {"activation", 1}},
       0,
       kMs},
      {"SkipLayerNormalization", {"T:n,m,k", "T:n,m,k", "T:k", "T:k"}, {}, 1, kMs},
      {"EmbedLayerNormalization",
       {"int32:b,s<6", "int32:b,s<2", "float32:6,8", "float32:17,8", "float32:2,8", "float32:8", "float32:8"},
       {},
       2,
       kMs},
  };
}

std::vector<Hint> Moves() {
  return {
      {"Cast", {"float32:S"}, {{"to", 6}}},
      {"Cast", {"float16:S"}, {{"to", 11}}},
      {"Cast", {"int32:S"}, {{"to", 8}}},
      {"BitCast", {"float32:S"}, {{"to", 6}}},
      {"BitShift", {"T:S", "T:B"}, {{"direction", "LEFT"}}},
      {"CenterCropPad", {"T:n,m", "int64:2=4,1"}},
      {"Compress", {"T:S", "bool:m"}},
      {"Compress", {"T:n,m", "bool:m"}, {{"axis", 1}}},
      {"Concat", {"T:n,m", "T:n,k", "T:n,1"}, {{"axis", 1}}},
      {"ConstantOfShape", {"int64:3<4"}},
      {"Constant", {}, {{"value_float", 2.0f}}},
      {"CumSum", {"T:n,m", "int64=1"}, {{"reverse", 1}}},
      {"CumProd", {"T:n,m", "int64=0"}, {{"exclusive", 1}}},
      {"Expand", {"T:n,1,k", "int64:3=1,4,1"}},
      {"Flatten", {"T:n,m,k"}, {{"axis", 2}}},
      {"Gather", {"T:n,m,k", "int64:p,q<m"}, {{"axis", 1}}},
      {"GatherElements", {"T:n,m", "int64:n,p<m"}, {{"axis", 1}}},
      {"GatherND", {"T:n,m,k", "int64:p,1<n"}},
      {"GatherND", {"T:n,m,k", "int64:p,1<n"}, {}, 0, kMs},
      {"Scatter", {"T:n,m", "int64:n,1<m", "T:n,1"}, {{"axis", 1}}},
      {"ScatterElements", {"T:n,m", "int64:n,p<m", "T:n,p"}, {{"axis", 1}}},
      {"ScatterND", {"T:n,m", "int64:p,1<n", "T:p,m"}},
      {"OneHot", {"int64:S<5", "int64=5", "T:2"}},
      {"Pad", {"T:n,m", "int64:4=1,0,2,1"}},
      {"Pad", {"T:4,m,5", "int64:6=1,0,2,1,0,1"}, {{"mode", "reflect"}}},
      {"Pad", {"T:n,m", "int64:4=1,0,2,1"}, {}, 0, kMs},
      {"Range", {"T=0", "T=7", "T=2"}},
      {"Reshape", {"T:n,6,m", "int64:3=0,-1,2"}},
      {"Reshape", {"T:n,m", "int64:2=0,0"}},
      {"ExpandDims", {"T:n,m", "int32=1"}, {}, 0, kMs},
      {"ReverseSequence", {"T:5,n,m", "int64:n<6"}},
      {"Slice", {"T:n,m,k", "int64:2=1,-1", "int64:2=9,-9", "int64:2=0,2", "int64:2=1,-2"}},
      {"Split", {"T:n,6", "int64:2=2,4"}, {{"axis", 1}}, 2},
      {"Squeeze", {"T:n,1,m", "int64:1=1"}},
      {"Unsqueeze", {"T:S", "int64:2=0,-1"}},
      {"Tile", {"T:n,m", "int64:2=2,3"}},
      {"TopK", {"T:4,7", "int64:1=3"}, {}, 2},
      {"Transpose", {"T:n,m,k"}, {Of("perm", Ints{2, 0, 1})}},
      {"Trilu", {"T:b,n,m", "int64=1"}},
      {"TensorScatter", {"T:b,h,8,k", "T:b,h,3,k", "int64:b<5"}},
      {"Where", {"bool:S", "T:S", "T:B"}},
      {"SplitToSequence", {"T:6,m", "int64=2"}},
      {"SequenceConstruct", {"T:S", "T:S"}},
      {"Clip", {"T:S", "T=-1", "T=1"}},
      {"EyeLike", {"T:n,m"}, {{"k", 1}}},
      {"NGramRepeatBlock", {"int64:b,6<5", "float32:b,5"}, {{"ngram_size", 2}}, 0, kMs},
  };
}

std::vector<Hint> Products() {
  return {
      {"MatMul", {"T:b,n,k", "T:k,m"}},
      {"MatMul", {"T:k", "T:b,k,m"}},
      {"Gemm", {"T:k,n", "T:m,k", "T:m"}, {{"transA", 1}, {"transB", 1}, {"alpha", 0.5f}}},
      {"FusedGemm", {"T:n,k", "T:k,m", "T:m"}, {{"activation", "Relu"}}, 0, kMs},
      {"FusedGemm", {"T:n,k", "T:k,m", "T:m"}, {}, 0, "kante"},
      {"FusedMatMul", {"T:n,k", "T:m,k"}, {{"transB", 1}}, 0, kMs},
      {"Einsum", {"T:b,n,k", "T:b,k,m"}, {{"equation", "bij,bjk->bik"}}},
      {"Einsum", {"T:n,m"}, {{"equation", "ij->j"}}},
      {"Det", {"T:b,3,3"}},
      {"Inverse", {"float32:b,1,1=2,4,8"}, {}, 0, kMs},
      {"CDist", {"T:n,k", "T:m,k"}, {}, 0, kMs},
      {"MatMulInteger", {"uint8:n,k", "int8:k,m"}},
      {"QLinearMatMul", {"uint8:n,k", "float32=1", "uint8", "int8:k,m", "float32=1", "int8", "float32=2", "uint8"}},
      {"MatMulIntegerToFloat", {"uint8:n,k", "int8:k,m", "float32=1", "float32=2"}, {}, 0, kMs},
      {"MatMulNBits",
       {"T:n,32", "uint8:6,1,16", "T:6"},
       {{"K", 32}, {"N", 6}, {"bits", 4}, {"block_size", 32}},
       0,
       kMs},
      {"QuantizeLinear", {"float32:S", "float32=2", "uint8"}},
      {"QuantizeLinear", {"float32:n,3,m", "float32:3=1,2,4", "int8:3"}},
      {"DequantizeLinear", {"int8:S", "float32=2", "int8"}},
      {"QuantizeLinear", {"float32:S", "float32=2", "uint8"}, {}, 0, kMs},
      {"DequantizeLinear", {"uint8:S", "float32=2", "uint8"}, {}, 0, kMs},
      {"RNN", {"T:s,b,3", "T:1,4,3", "T:1,4,4"}, {{"hidden_size", 4}}, 2},
      {"GRU", {"T:s,b,3", "T:1,12,3", "T:1,12,4", "T:1,24"}, {{"hidden_size", 4}}, 2},
      {"LSTM", {"T:s,b,3", "T:2,16,3", "T:2,16,4"}, {{"hidden_size", 4}, {"direction", "bidirectional"}}, 3},
      {"DFT", {"T:b,7,1", "-", "int64=1"}},
      {"STFT", {"T:b,16,1", "int64=4", "T:8"}},
      {"Irfft", {"float32:b,5,2"}, {{"signal_ndim", 1}, {"normalized", 0}, {"onesided", 1}}, 0, kMs},
      {"Rfft", {"float32:b,8"}, {{"signal_ndim", 1}, {"normalized", 0}, {"onesided", 1}}, 0, kMs},
      {"MelWeightMatrix", {"int64=8", "int64=16", "int64=8192", "float32=0", "float32=4096"}},
      {"NegativeLogLikelihoodLoss", {"T:n,c,h", "int64:n,h<c"}},
      {"SoftmaxCrossEntropyLoss", {"T:n,c", "int64:n<c"}, {}, 2},
  };
}

std::vector<Hint> Transformers() {
  return {
      {"Attention", {"T:b,2,s,4", "T:b,2,t,4", "T:b,2,t,4"}, {{"is_causal", 1}}},
      {"Attention", {"T:b,s,8", "T:b,t,8", "T:b,t,8"}, {{"q_num_heads", 2}, {"kv_num_heads", 2}}},
      {"Attention",
       {"T:b,4,s,6", "T:b,2,2,6", "T:b,2,2,3", "T:s,5", "T:b,2,3,6", "T:b,2,3,3"},
       {{"softcap", 2.0f}, {"qk_matmul_output_mode", 3}},
       4},
      {"Attention",
       {"T:b,4,s,6", "T:b,2,7,6", "T:b,2,7,3", "bool:b,1,s,7", "-", "-", "int64:b<8"},
       {{"is_causal", 1}, {"scale", 0.5f}}},
      {"RotaryEmbedding", {"T:b,2,s,4", "T:17,2", "T:17,2", "int64:b,s<17"}},
      {"RotaryEmbedding", {"T:b,2,s,4", "int64:b,s<17", "T:17,2", "T:17,2"}, {}, 0, kMs},
      {"Attention", {"T:b,s,8", "T:8,24", "T:24"}, {{"num_heads", 2}}, 0, kMs},
      {"MultiHeadAttention", {"T:b,s,8", "T:b,t,8", "T:b,t,8"}, {{"num_heads", 2}}, 0, kMs},
      {"GroupQueryAttention",
       {"T:b,1,16", "T:b,1,8", "T:b,1,8", "T:b,1,6,8", "T:b,1,6,8", "int32:b<6", "int32=6"},
       {{"num_heads", 2}, {"kv_num_heads", 1}},
       3,
       kMs},
      {"QAttention", {"uint8:b,s,8", "int8:8,24", "float32:24", "float32=1", "float32=1"}, {{"num_heads", 2}}, 0, kMs},
      {"LinearAttention",
       {"T:b,s,8", "T:b,s,8", "T:b,s,8"},
       {{"q_num_heads", 2}, {"kv_num_heads", 2}, {"update_rule", "linear"}},
       2},
      {"CausalConvWithState", {"T:b,c,s", "T:c,1,3"}, {}, 2},
      {"LinearAttention",
       {"T:b,s,8", "T:b,s,8", "T:b,s,8"},
       {{"q_num_heads", 2}, {"kv_num_heads", 2}, {"update_rule", "linear"}},
       2,
       kMs},
      {"CausalConvWithState", {"T:b,c,s", "T:c,1,3"}, {}, 2, kMs},
      {"BiasGelu", {"T:n,k", "T:k"}, {}, 0, kMs},
  };
}

std::vector<Hint> Learned() {
  return {
      {"ArrayFeatureExtractor", {"T:n,m", "int64:p<m"}, {}, 0, kMl},
      {"Imputer", {"float32:n,m"}, {Of("imputed_value_floats", Floats{3}), {"replaced_value_float", 1.0f}}, 0, kMl},
      {"LabelEncoder", {"int64:S"}, {Of("keys_int64s", Ints{0, 1}), Of("values_strings", Strings{"a", "b"})}, 0, kMl},
      {"LinearClassifier",
       {"T:n,2"},
       {Of("coefficients", Floats{1, -1, 2, 0, 1, 1}), Of("intercepts", Floats{0, 1, 0}),
        Of("classlabels_ints", Ints{1, 2, 3})},
       2,
       kMl},
      {"LinearRegressor", {"T:n,2"}, {Of("coefficients", Floats{1, -1}), Of("intercepts", Floats{2})}, 0, kMl},
      {"OneHotEncoder", {"int64:S"}, {Of("cats_int64s", Ints{0, 1, 2})}, 0, kMl},
      {"Scaler", {"T:n,2"}, {Of("offset", Floats{1, 2}), Of("scale", Floats{2, 3})}, 0, kMl},
      {"SVMRegressor",
       {"T:n,2"},
       {Of("coefficients", Floats{1, 2}),
        Of("support_vectors", Floats{1, 0, 0, 1}),
        {"n_supports", 2},
        Of("rho", Floats{0.5f}),
        {"kernel_type", "LINEAR"}},
       0,
       kMl},
      {"TreeEnsembleRegressor",
       {"T:n,2"},
       {Of("nodes_treeids", Ints{0, 0, 0}),
        Of("nodes_nodeids", Ints{0, 1, 2}),
        Of("nodes_featureids", Ints{1, 0, 0}),
        Of("nodes_modes", Strings{"BRANCH_LEQ", "LEAF", "LEAF"}),
        Of("nodes_values", Floats{0.5f, 0, 0}),
        Of("nodes_truenodeids", Ints{1, 0, 0}),
        Of("nodes_falsenodeids", Ints{2, 0, 0}),
        Of("target_treeids", Ints{0, 0}),
        Of("target_nodeids", Ints{1, 2}),
        Of("target_ids", Ints{0, 0}),
        Of("target_weights", Floats{1, 2}),
        {"n_targets", 1}},
       0,
       kMl},
      {"SVMClassifier",
       {"T:n,2"},
       {Of("coefficients", Floats{1, -2}),
        Of("support_vectors", Floats{1, 0, 0, 1}),
        Of("vectors_per_class", Ints{1, 1}),
        Of("rho", Floats{0.5f}),
        {"kernel_type", "RBF"},
        Of("kernel_params", Floats{0.5f, 0, 3}),
        Of("classlabels_ints", Ints{3, 4})},
       2,
       kMl},
      {"TreeEnsembleClassifier",
       {"T:n,2"},
       {Of("nodes_treeids", Ints{0, 0, 0}), Of("nodes_nodeids", Ints{0, 1, 2}), Of("nodes_featureids", Ints{1, 0, 0}),
        Of("nodes_modes", Strings{"BRANCH_LEQ", "LEAF", "LEAF"}), Of("nodes_values", Floats{0.5f, 0, 0}),
        Of("nodes_truenodeids", Ints{1, 0, 0}), Of("nodes_falsenodeids", Ints{2, 0, 0}),
        Of("class_treeids", Ints{0, 0}), Of("class_nodeids", Ints{1, 2}), Of("class_ids", Ints{0, 1}),
        Of("class_weights", Floats{1, 2}), Of("classlabels_int64s", Ints{7, 8})},
       2,
       kMl},
      {"ZipMap", {"float32:n,2"}, {Of("classlabels_int64s", Ints{4, 5})}, 0, kMl},
      {"TfIdfVectorizer",
       {"int64:b,6"},
       {{"mode", "TF"},
        {"min_gram_length", 1},
        {"max_gram_length", 1},
        {"max_skip_count", 0},
        Of("ngram_counts", Ints{0}),
        Of("ngram_indexes", Ints{0, 1}),
        Of("pool_int64s", Ints{0, 1})}},
      {"Adagrad", {"T=1", "int64=2", "T:S", "T:S", "T:S=1,2"}, {}, 2, kTraining},
      {"Adam", {"T=1", "int64=2", "T:S", "T:S", "T:S", "T:S=1,2"}, {}, 3, kTraining},
      {"Momentum",
       {"T=1", "int64=2", "T:S", "T:S", "T:S"},
       {{"alpha", 0.9f}, {"beta", 0.5f}, {"mode", "standard"}, {"norm_coefficient", 0.0f}},
       2,
       kTraining},
      {"RandomNormal", {}, {Of("shape", Ints{2, 3})}},
      {"RandomUniform", {}, {Of("shape", Ints{2, 3})}},
  };
}

}  // namespace

const std::vector<Hint>& Hints() {
  static const std::vector<Hint> hints = [] {
    std::vector<Hint> all;
    for (auto* family : {Windows, Norms, Moves, Products, Transformers, Learned}) {
      for (Hint& h : family()) all.push_back(std::move(h));
    }
    return all;
  }();
  return hints;
}

}  // namespace kante::core
