// SPDX-License-Identifier: MIT
// Operators that are known and not run: the load says why.
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr char kMachine[] =
    "was written by ONNX Runtime's optimizer for one kind of CPU: save the model without the layout level "
    "(graph_optimization_level extended or lower)";
constexpr char kSearch[] =
    "a whole search in one node is not there yet: export the decoder alone and let the caller search";
constexpr char kDecoder[] = "is not there yet: export the decoder with MultiHeadAttention";

template <typename T>
struct Refused {
  static Status Upgrade(UpgradeContext&, int) { return NotImplemented("operator ", T::kInfo.name, " ", T::kReason); }
  static Status Infer(InferContext&) { return NotImplemented("operator ", T::kInfo.name, " ", T::kReason); }
};

}  // namespace

#define KANTE_REFUSED_OP(T, title, space, reason)           \
  namespace {                                               \
  struct T : Refused<T> {                                   \
    static constexpr OpInfo kInfo{.name = title,            \
                                  .domain = space,          \
                                  .min_inputs = 0,          \
                                  .max_inputs = kVariadic,  \
                                  .max_outputs = kVariadic, \
                                  .numerics = kNoNumbers};  \
    static constexpr const char* kReason = reason;          \
  };                                                        \
  }                                                         \
  KANTE_DEFINE_OP(T)

KANTE_REFUSED_OP(BeamSearch, "BeamSearch", "com.microsoft", kSearch)
KANTE_REFUSED_OP(WhisperBeamSearch, "WhisperBeamSearch", "com.microsoft", kSearch)
KANTE_REFUSED_OP(GreedySearch, "GreedySearch", "com.microsoft", kSearch)
KANTE_REFUSED_OP(Sampling, "Sampling", "com.microsoft", kSearch)
KANTE_REFUSED_OP(DecoderMaskedMultiHeadAttention, "DecoderMaskedMultiHeadAttention", "com.microsoft", kDecoder)
KANTE_REFUSED_OP(DecoderMaskedSelfAttention, "DecoderMaskedSelfAttention", "com.microsoft", kDecoder)
KANTE_REFUSED_OP(NhwcMaxPool, "NhwcMaxPool", "com.microsoft", kMachine)
KANTE_REFUSED_OP(NchwcConv, "Conv", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcMaxPool, "MaxPool", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcAveragePool, "AveragePool", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcGlobalMaxPool, "GlobalMaxPool", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcGlobalAveragePool, "GlobalAveragePool", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcUpsample, "Upsample", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcReorderInput, "ReorderInput", "com.microsoft.nchwc", kMachine)
KANTE_REFUSED_OP(NchwcReorderOutput, "ReorderOutput", "com.microsoft.nchwc", kMachine)

}  // namespace kante::core
