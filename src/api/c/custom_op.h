// SPDX-License-Identifier: MIT
// Operators that callers define through the C ABI: OrtCustomOp behind kante::CustomOp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/c/ort_types.h"
#include "api/c/type_info.h"
#include "api/c/value.h"
#include "kante/op.h"

struct OrtCustomOpDomain {
  std::string name;
  std::vector<const OrtCustomOp*> ops;  // the caller's
};

struct OrtOpAttr {
  kante::OpAttribute attribute;
};

// What a kernel may ask about its node. Alive as long as the kernel; copies are the caller's.
struct OrtKernelInfo {
  std::string node_name;
  std::string domain;
  std::string op_type;
  std::vector<OrtOpAttr> attributes;
  std::vector<OrtTypeInfo> inputs, outputs;  // kUnknown: absent
  kante::NodeValues values;
  std::vector<OrtValue> constants;  // of values, as callers see them
  std::map<std::string, std::string, std::less<>> config;
  int since_version = 1;
  const kante::OpAttribute* Find(std::string_view name) const;
};

// Of one run.
struct OrtKernelContext {
  kante::OpRun* run;
  std::vector<std::unique_ptr<OrtValue>> inputs, outputs;  // made when asked for
  std::vector<ONNXTensorElementDataType> output_types;
};

struct OrtShapeInferContext {
  std::vector<OrtTensorTypeAndShapeInfo> inputs, outputs;
  const std::vector<OrtOpAttr>* attributes;
};

namespace kante::ort {

// `config`: what the kernels may ask of the session's options.
Result<std::shared_ptr<const CustomOp>> Adapt(const std::string& domain, const OrtCustomOp& op,
                                              const std::map<std::string, std::string, std::less<>>& config);
const OrtApi* Api();  // the table, for kernels of any version

}  // namespace kante::ort
