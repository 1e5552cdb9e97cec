// SPDX-License-Identifier: MIT
// Private to api/cxx: models as data become the protobuf that files hold, so that the one reader checks both.
#pragma once

#include <string>

#include "kante/graph.h"
#include "onnx/external_data.h"

namespace kante {

// The bytes of the model. Large tensors are put into `files` under names that the bytes refer to; null: all tensors lie
// in the bytes.
core::Result<std::string> WriteSpec(const ModelSpec& spec, core::ExternalData::Files* files);

}  // namespace kante
