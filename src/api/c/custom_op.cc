// SPDX-License-Identifier: MIT
#include "api/c/custom_op.h"

#include <mutex>

#include "base/mutex.h"

#include "api/c/foreign_calls.h"
#include "api/c/options.h"
#include "api/c/slots.h"

namespace kante::ort {
namespace {

constexpr uint32_t kNewestVersion = 30;
constexpr int kMany = 1 << 20;

// The fields of OrtCustomOp that a version has.
bool HasOptional(const OrtCustomOp& op) { return op.version >= 8 && op.GetInputCharacteristic; }
bool HasOutputKinds(const OrtCustomOp& op) { return op.version >= 8 && op.GetOutputCharacteristic; }
bool HasArity(const OrtCustomOp& op) { return op.version >= 14; }
bool HasVersions(const OrtCustomOp& op) { return op.version >= 17; }

struct Arity {
  int min = 0, max = 0;
};

template <typename Kind, typename MinArity>
Arity Count(const OrtCustomOp& op, size_t count, bool kinds, Kind kind, MinArity min_arity) {
  Arity arity{static_cast<int>(count), static_cast<int>(count)};
  if (!kinds) return arity;
  while (arity.min > 0 && kind(&op, static_cast<size_t>(arity.min - 1)) == INPUT_OUTPUT_OPTIONAL) --arity.min;
  if (count && kind(&op, count - 1) == INPUT_OUTPUT_VARIADIC) {
    arity.max = kMany;
    arity.min = static_cast<int>(count) - 1 + (HasArity(op) && min_arity ? std::max(0, min_arity(&op)) : 1);
  }
  return arity;
}

class Kernel final : public CustomKernel {
 public:
  Kernel(const OrtCustomOp& op, OrtKernelInfo info) : op_(op), info_(std::move(info)) {}
  ~Kernel() override {
    if (kernel_ && op_.KernelDestroy) op_.KernelDestroy(kernel_);
  }

  void SetValues(NodeValues values) override {
    for (const Tensor& constant : values.constants) info_.constants.push_back({constant});
    info_.values = std::move(values);
  }

  Status Infer(OpInference& inference) const override {
    OrtShapeInferContext context;
    context.attributes = &info_.attributes;
    bool known = true;
    for (int i = 0; i < inference.input_count(); ++i) {
      OrtTensorTypeAndShapeInfo input;
      if (inference.has_input(i)) {
        input.type = ToOrt(inference.input_type(i));
        known &= input.type != ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
        input.has_shape = inference.input_shape(i, &input.dims);
        input.names.resize(input.dims.size());
        if (const Status right = CheckInput(i, input.type); !right.ok()) return right;
      }
      context.inputs.push_back(std::move(input));
    }
    if (!known) return Status();
    for (int i = 0; i < inference.output_count(); ++i) {
      OrtTensorTypeAndShapeInfo output;
      output.has_shape = false;
      output.type = OutputType(i, context.inputs);
      context.outputs.push_back(std::move(output));
    }
    if (HasVersions(op_) && op_.InferOutputShapeFn) {
      if (Status asked = CallInferShape(op_, &context); !asked.ok()) return asked;
    }
    for (int i = 0; i < inference.output_count(); ++i) {
      const OrtTensorTypeAndShapeInfo& output = context.outputs[static_cast<size_t>(i)];
      const ElementType type = FromOrt(output.type);
      if (type == ElementType::kUndefined) {
        return Status(StatusCode::kInvalidGraph, "the type of output " + std::to_string(i) + " is not known");
      }
      inference.SetOutputType(i, type);
    }
    return Make(context);
  }

  Status Run(OpRun& run) const override {
    if (!kernel_) return Status(StatusCode::kFail, "the kernel was not made");
    OrtKernelContext context;
    context.run = &run;
    context.inputs.resize(static_cast<size_t>(run.input_count()));
    context.outputs.resize(static_cast<size_t>(run.output_count()));
    context.output_types = output_types_;
    return CallCompute(op_, kernel_, &context);
  }

 private:
  Status CheckInput(int i, ONNXTensorElementDataType type) const {
    const size_t declared = op_.GetInputTypeCount(&op_);
    if (declared == 0) return Status();
    const size_t at = std::min(static_cast<size_t>(i), declared - 1);  // variadic ones share the last
    const ONNXTensorElementDataType want = op_.GetInputType(&op_, at);
    if (want == type || want == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED ||
        type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED) {
      return Status();
    }
    return Status(StatusCode::kInvalidGraph, "input " + std::to_string(i) + " is " +
                                                 std::string(NameOf(FromOrt(type))) + ", the operator takes " +
                                                 std::string(NameOf(FromOrt(want))));
  }

  ONNXTensorElementDataType OutputType(int i, const std::vector<OrtTensorTypeAndShapeInfo>& inputs) const {
    const size_t declared = op_.GetOutputTypeCount(&op_);
    if (declared == 0) return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    const auto type = op_.GetOutputType(&op_, std::min(static_cast<size_t>(i), declared - 1));
    // Undefined stands for any type, which is then that of the inputs.
    if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED && !inputs.empty()) return inputs[0].type;
    return type;
  }

  // Once, when the types are known: kernels ask for them.
  Status Make(const OrtShapeInferContext& context) const {
    const std::lock_guard lock(mutex_);
    if (kernel_) return Status();
    output_types_.clear();
    const auto list = [](const std::vector<OrtTensorTypeAndShapeInfo>& from, std::vector<OrtTypeInfo>& to) {
      to.clear();
      for (const auto& tensor : from) {
        OrtTypeInfo& info = to.emplace_back();
        info.type = tensor.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED ? ONNX_TYPE_UNKNOWN : ONNX_TYPE_TENSOR;
        info.tensor = tensor;
      }
    };
    list(context.inputs, info_.inputs);
    list(context.outputs, info_.outputs);
    for (const auto& output : context.outputs) output_types_.push_back(output.type);
    return CallCreate(op_, Api(), &info_, &kernel_);
  }

  const OrtCustomOp& op_;
  mutable core::Mutex mutex_;
  mutable OrtKernelInfo info_;
  mutable void* kernel_ = nullptr;
  mutable std::vector<ONNXTensorElementDataType> output_types_;
};

class Adapter final : public CustomOp {
 public:
  Adapter(std::string domain, const OrtCustomOp& op, const OrtConfigEntries& config)
      : domain_(std::move(domain)), op_(op), config_(config) {}

  OpSignature signature() const override {
    OpSignature s;
    s.domain = domain_;
    s.name = op_.GetName(&op_);
    const Arity in = Count(op_, op_.GetInputTypeCount(&op_), HasOptional(op_), op_.GetInputCharacteristic,
                           HasArity(op_) ? op_.GetVariadicInputMinArity : nullptr);
    const Arity out = Count(op_, op_.GetOutputTypeCount(&op_), HasOutputKinds(op_), op_.GetOutputCharacteristic,
                            HasArity(op_) ? op_.GetVariadicOutputMinArity : nullptr);
    s.min_inputs = in.min;
    s.max_inputs = in.max;
    s.min_outputs = out.min;
    s.max_outputs = out.max;
    s.stateful = true;  // nobody says that it is not
    s.data_dependent = true;
    return s;
  }

  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes& attributes) const override {
    OrtKernelInfo info;
    info.node_name = attributes.node_name();
    info.domain = domain_;
    info.op_type = op_.GetName(&op_);
    info.config = config_;
    if (HasVersions(op_) && op_.GetStartVersion) info.since_version = op_.GetStartVersion(&op_);
    for (OpAttribute& attribute : attributes.All()) info.attributes.push_back({std::move(attribute)});
    return std::unique_ptr<CustomKernel>(new Kernel(op_, std::move(info)));
  }

 private:
  std::string domain_;
  const OrtCustomOp& op_;
  OrtConfigEntries config_;
};

}  // namespace

Result<std::shared_ptr<const CustomOp>> Adapt(const std::string& domain, const OrtCustomOp& op,
                                              const OrtConfigEntries& config) {
  if (op.version < 1 || op.version > kNewestVersion) {
    return Status(StatusCode::kInvalidArgument, "Unsupported version '" + std::to_string(op.version) +
                                                    "' in custom op '" + (op.GetName ? op.GetName(&op) : "") + "'");
  }
  return std::shared_ptr<const CustomOp>(std::make_shared<Adapter>(domain, op, config));
}

OrtStatus* CreateCustomOpDomain(const char* domain, OrtCustomOpDomain** out) noexcept {
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(out);
  *out = new OrtCustomOpDomain{domain, {}};
  return nullptr;
}

void ReleaseCustomOpDomain(OrtCustomOpDomain* domain) noexcept { delete domain; }

OrtStatus* CustomOpDomain_Add(OrtCustomOpDomain* domain, const OrtCustomOp* op) noexcept {
  KANTE_ORT_REQUIRE(domain);
  KANTE_ORT_REQUIRE(op);
  domain->ops.push_back(op);
  return nullptr;
}

OrtStatus* AddCustomOpDomain(OrtSessionOptions* options, OrtCustomOpDomain* domain) noexcept {
  KANTE_ORT_REQUIRE(options);
  KANTE_ORT_REQUIRE(domain);
  options->custom_op_domains.push_back(domain);
  return nullptr;
}

}  // namespace kante::ort
