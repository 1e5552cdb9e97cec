// SPDX-License-Identifier: MIT
// Operators of the caller's, the three ways that the headers offer.
#include <onnxruntime_lite_custom_op.h>

#include <stdexcept>

#include "client.h"

namespace {

struct ScaleKernel {
  explicit ScaleKernel(const OrtKernelInfo* raw) {
    const Ort::ConstKernelInfo info(raw);
    factor = info.GetAttribute<float>("factor");
    CHECK(info.GetInputCount() == 1 && info.GetOutputCount() == 1);
    CHECK(!info.GetInputName(0).empty() && !info.GetOutputName(0).empty());
    THROWS(info.GetAttribute<int64_t>("absent"), ORT_FAIL, "absent");
  }
  void Compute(OrtKernelContext* raw) {
    Ort::KernelContext context(raw);
    const auto x = context.GetInput(0);
    const auto shape = x.GetTensorTypeAndShapeInfo().GetShape();
    auto y = context.GetOutput(0, shape);
    const size_t count = x.GetTensorTypeAndShapeInfo().GetElementCount();
    for (size_t i = 0; i < count; ++i) y.GetTensorMutableData<float>()[i] = factor * x.GetTensorData<float>()[i];
  }
  float factor;
};

struct Scale : Ort::CustomOpBase<Scale, ScaleKernel> {
  void* CreateKernel(const OrtApi&, const OrtKernelInfo* info) const { return new ScaleKernel(info); }
  const char* GetName() const { return "Scale"; }
  size_t GetInputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetInputType(size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
  size_t GetOutputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetOutputType(size_t) const { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }
  static Ort::Status InferOutputShape(Ort::ShapeInferContext& context) {
    return context.SetOutputShape(0, context.GetInputShape(0));
  }
};

struct LiteScale {
  LiteScale(const OrtApi* api, const OrtKernelInfo* info) {
    Ort::ThrowOnError(api->KernelInfoGetAttribute_float(info, "factor", &factor));
  }
  Ort::Status Compute(const Ort::Custom::Tensor<float>& x, Ort::Custom::Tensor<float>& y) {
    float* out = y.Allocate(x.Shape());
    for (int64_t i = 0; i < x.NumberOfElement(); ++i) out[i] = factor * x.Data()[i];
    return Ort::Status{nullptr};
  }
  float factor = 0;
};

void Throwing(const Ort::Custom::Tensor<float>&, Ort::Custom::Tensor<float>&) {
  throw std::runtime_error("thrown in an operator");
}

Ort::Session Open(const Models& models, Ort::CustomOpDomain& domain, const OrtCustomOp* op) {
  domain.Add(op);
  Ort::SessionOptions options;
  options.Add(domain);
  return models.Open("custom.onnx", options);
}

std::vector<float> RunScale(Ort::Session& session) {
  std::vector<float> x = {1, -2, 4};
  const Ort::Value input = TensorOver(x, {3});
  const char *in = "x", *out = "y";
  return Elements<float>(session.Run(Ort::RunOptions{}, &in, &input, 1, &out, 1)[0]);
}

}  // namespace

void TestCustomOperator(const Models& models) {
  Scale op;
  Ort::CustomOpDomain domain("test.custom");
  Ort::Session session = Open(models, domain, &op);
  CHECK(RunScale(session) == (std::vector<float>{2.5f, -5, 10}));
  THROWS(models.Open("custom.onnx"), ORT_NOT_IMPLEMENTED, "test.custom.Scale");
}

void TestLiteOperator(const Models& models) {
  const std::unique_ptr<Ort::Custom::OrtLiteCustomOp> op{
      Ort::Custom::CreateLiteCustomOp<LiteScale>("Scale", "CPUExecutionProvider")};
  Ort::CustomOpDomain domain("test.custom");
  Ort::Session session = Open(models, domain, op.get());
  CHECK(RunScale(session) == (std::vector<float>{2.5f, -5, 10}));
}

void TestOperatorThatThrows(const Models& models) {
  const std::unique_ptr<Ort::Custom::OrtLiteCustomOp> op{
      Ort::Custom::CreateLiteCustomOp("Scale", "CPUExecutionProvider", Throwing)};
  Ort::CustomOpDomain domain("test.custom");
  Ort::Session session = Open(models, domain, op.get());
  bool thrown = false;
  try {
    RunScale(session);
  } catch (const Ort::Exception& e) {
    thrown = std::string(e.what()).find("thrown in an operator") != std::string::npos;
  }
  CHECK(thrown);
}
