// SPDX-License-Identifier: MIT
// Numbers of the fields in files of ONNX Runtime's own format (.ort), table by table.
#pragma once

#include <cstdint>

namespace kante::core::ort_field {

namespace session {  // the root
enum : int { kVersion = 0, kModel = 1 };
}
namespace model {
enum : int {
  kIrVersion,
  kOpsetImport,
  kProducerName,
  kProducerVersion,
  kDomain,
  kModelVersion,
  kDocString,
  kGraph,
  kGraphDocString,
  kMetadata
};
}
namespace opset {
enum : int { kDomain, kVersion };
}
namespace entry {
enum : int { kKey, kValue };
}
namespace graph {
enum : int { kInitializers = 0, kValues = 1, kNodes = 2, kInputs = 5, kOutputs = 6, kSparseInitializers = 7 };
}
namespace node {
enum : int { kName = 0, kDomain = 2, kOpType = 5, kType = 6, kInputs = 8, kOutputs = 9, kAttributes = 10 };
}
namespace attribute {
enum : int { kName = 0, kType = 2, kF, kI, kS, kT, kG, kFloats, kInts, kStrings, kTensors, kGraphs };
}
namespace tensor {
enum : int { kName = 0, kDims = 2, kType = 3, kRaw = 4, kStrings = 5, kExternalOffset = 6 };
}
namespace sparse {
enum : int { kValues, kIndices, kDims };
}
namespace value {
enum : int { kName = 0, kType = 2 };
}
namespace type {
enum : int { kKind = 1, kContent = 2 };
enum Kind : uint8_t { kNone, kTensor, kSequence, kMap };
}  // namespace type
namespace tensor_type {
enum : int { kElement, kShape };
}
namespace sequence_type {
enum : int { kElement };
}
namespace map_type {
enum : int { kKey, kValue };
}
namespace shape {
enum : int { kDims };
}
namespace dimension {
enum : int { kValue };
}
namespace dimension_value {
enum : int { kKind, kNumber, kName };
enum Kind : int8_t { kUnknown, kIsNumber, kIsName };
}  // namespace dimension_value

}  // namespace kante::core::ort_field
