// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "kante/model.h"
#include "kante/tensor.h"

namespace kante::cli {

// A recording (.wav, .flac, what libsndfile reads) as the float32 tensor in [-1, 1] that `input` wants: channels are
// averaged to one; [samples], [1,samples], [1,1,samples] by the input's rank. Where the model fixes the number of
// samples, the recording is cut or padded with silence. A model whose metadata says "sample_rate" refuses another.
Result<Tensor> AudioTensor(const std::string& path, const ValueDescription& input, int sample_rate);

}  // namespace kante::cli
