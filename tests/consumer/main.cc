// SPDX-License-Identifier: MIT
// Uses every header of the public API from outside, with exceptions and RTTI on: a custom operator, a model from
// memory, a run, and an error.
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

#include "kante/model.h"
#include "kante/op.h"
#include "kante/session.h"
#include "kante/status.h"
#include "kante/tensor.h"
#include "model.h"

namespace {

class SquareKernel : public kante::CustomKernel {
 public:
  explicit SquareKernel(float scale) : scale_(scale) {}

  kante::Status Infer(kante::OpInference& inference) const override {
    inference.SetOutputType(0, inference.input_type(0));
    std::vector<int64_t> shape;
    return inference.input_shape(0, &shape) ? inference.SetOutputShape(0, shape) : kante::Status();
  }
  kante::Status Run(kante::OpRun& run) const override {
    const kante::Tensor x = run.input(0);
    kante::Result<kante::Tensor> y = run.Output(0, x.type(), x.shape());
    if (!y.ok()) return y.status();
    const std::span<const float> from = x.values<float>();
    const std::span<float> to = y->mutable_values<float>();
    for (size_t i = 0; i < from.size(); ++i) to[i] = scale_ * from[i] * from[i];
    return {};
  }

 private:
  float scale_;
};

class Square : public kante::CustomOp {
 public:
  kante::OpSignature signature() const override { return {.domain = "consumer", .name = "Square"}; }
  kante::Result<std::unique_ptr<kante::CustomKernel>> Create(const kante::OpAttributes& attributes) const override {
    return std::unique_ptr<kante::CustomKernel>(new SquareKernel(attributes.Float("scale", 1)));
  }
};

int Fail(const char* what, const kante::Status& status) {
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  return 1;
}

}  // namespace

int main() {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(kModel));
  const auto refused = kante::Model::LoadFromMemory(bytes);
  if (refused.ok() || refused.status().code() != kante::StatusCode::kNotImplemented) {
    return Fail("a model with an unknown operator", refused.status());
  }

  kante::LoadOptions options;
  options.custom_ops.push_back(std::make_shared<Square>());
  const auto model = kante::Model::LoadFromMemory(bytes, options);
  if (!model.ok()) return Fail("load", model.status());
  const auto session = kante::Session::Create(*model, {.threads = 2});
  if (!session.ok()) return Fail("session", session.status());

  const std::vector<float> values = {-1, 0, 3};
  const int64_t shape[] = {3};
  const auto x = kante::Tensor::Of<float>(shape, values);
  if (!x.ok()) return Fail("tensor", x.status());
  const auto outputs = session->Run({{"x", *x}});
  if (!outputs.ok()) return Fail("run", outputs.status());
  const std::span<const float> y = (*outputs)[0].tensor().values<float>();
  if (y.size() != 3 || y[0] != 2 || y[1] != 0 || y[2] != 18) return Fail("wrong result", {});

  const auto missing = session->Run({});
  if (missing.ok() || missing.status().message().find('x') == std::string::npos) {
    return Fail("a run without its input", missing.status());
  }
  std::puts("consumer: ok");
  return 0;
}
