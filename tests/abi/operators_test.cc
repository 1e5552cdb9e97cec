// SPDX-License-Identifier: MIT
// Operators of the caller's that fail, in every way that a client's code can.
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/abi/client.h"

namespace kante::abi_test {
namespace {

enum class Fault {
  kNone,
  kNoKernel,
  kThrowInCreate,
  kThrowInCompute,
  kThrowNumber,
  kStatusInCreate,
  kStatusInCompute,
  kNoOutput,
  kWrongInput,
};

// y = x, unless it is to fail. Fields up to version 17.
struct Op : OrtCustomOp {
  explicit Op(Fault wrong, bool with_status) : OrtCustomOp{}, fault(wrong) {
    version = with_status ? 17 : 15;
    GetName = [](const OrtCustomOp*) { return "Scale"; };
    GetExecutionProviderType = [](const OrtCustomOp*) -> const char* { return nullptr; };
    GetInputType = [](const OrtCustomOp*, size_t) { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; };
    GetOutputType = GetInputType;
    GetInputTypeCount = [](const OrtCustomOp*) -> size_t { return 1; };
    GetOutputTypeCount = GetInputTypeCount;
    GetInputCharacteristic = [](const OrtCustomOp*, size_t) { return INPUT_OUTPUT_REQUIRED; };
    GetOutputCharacteristic = GetInputCharacteristic;
    GetInputMemoryType = [](const OrtCustomOp*, size_t) { return OrtMemTypeDefault; };
    GetVariadicInputMinArity = [](const OrtCustomOp*) { return 1; };
    GetVariadicInputHomogeneity = GetVariadicInputMinArity;
    GetVariadicOutputMinArity = GetVariadicInputMinArity;
    GetVariadicOutputHomogeneity = GetVariadicInputMinArity;
    GetStartVersion = GetVariadicInputMinArity;
    GetEndVersion = [](const OrtCustomOp*) { return 1000; };
    KernelDestroy = [](void* kernel) { --*static_cast<int*>(kernel); };
    if (with_status) {
      CreateKernelV2 = [](const OrtCustomOp* op, const OrtApi*, const OrtKernelInfo*, void** kernel) {
        return static_cast<const Op*>(op)->Make(kernel);
      };
      KernelComputeV2 = [](void*, OrtKernelContext* context) { return current->Compute(context); };
    } else {
      CreateKernel = [](const OrtCustomOp* op, const OrtApi*, const OrtKernelInfo*) {
        void* kernel = nullptr;
        Api().ReleaseStatus(static_cast<const Op*>(op)->Make(&kernel));
        return kernel;
      };
      KernelCompute = [](void*, OrtKernelContext* context) { Api().ReleaseStatus(current->Compute(context)); };
    }
    current = this;
  }

  OrtStatus* Make(void** kernel) const {
    if (fault == Fault::kThrowInCreate) throw std::runtime_error("no kernel today");
    if (fault == Fault::kStatusInCreate) return Api().CreateStatus(ORT_EP_FAIL, "made of nothing");
    if (fault == Fault::kNoKernel) return nullptr;
    ++alive;
    *kernel = &alive;
    return nullptr;
  }

  OrtStatus* Compute(OrtKernelContext* context) const {
    if (fault == Fault::kThrowInCompute) throw std::runtime_error("thrown while computing");
    if (fault == Fault::kThrowNumber) throw 7;
    if (fault == Fault::kStatusInCompute) return Api().CreateStatus(ORT_RUNTIME_EXCEPTION, "cannot compute");
    if (fault == Fault::kNoOutput) return nullptr;
    const OrtValue* x = nullptr;
    OrtValue* y = nullptr;
    if (OrtStatus* status = Api().KernelContext_GetInput(context, fault == Fault::kWrongInput ? 3 : 0, &x)) {
      return status;
    }
    const std::vector<float> values = FloatsOf(x);
    const int64_t shape[] = {static_cast<int64_t>(values.size())};
    if (OrtStatus* status = Api().KernelContext_GetOutput(context, 0, shape, 1, &y)) return status;
    void* data = nullptr;
    ABI_OK(Api().GetTensorMutableData(y, &data));
    std::copy(values.begin(), values.end(), static_cast<float*>(data));
    return nullptr;
  }

  Fault fault;
  mutable int alive = 0;  // kernels
  static inline Op* current = nullptr;
};

class OperatorsTest : public ::testing::TestWithParam<bool> {
 protected:
  // A session of custom.onnx with this operator; null with its error.
  Owned<OrtSession> With(const Op& op, Outcome* outcome) {
    domain =
        New<OrtCustomOpDomain>([](OrtCustomOpDomain** out) { return Api().CreateCustomOpDomain("test.custom", out); });
    ABI_OK(Api().CustomOpDomain_Add(domain.get(), &op));
    const auto options = NewOptions();
    ABI_OK(Api().AddCustomOpDomain(options.get(), domain.get()));
    OrtSession* session = nullptr;
    *outcome = Take(Api().CreateSession(env.get(), ModelPath("custom").c_str(), options.get(), &session));
    return Owned<OrtSession>(session);
  }

  // Loads and runs; the first error of the two.
  Outcome Try(Fault fault) {
    const Op op(fault, GetParam());
    Outcome outcome;
    {
      const auto session = With(op, &outcome);
      if (outcome.ok()) {
        const auto x = Floats(data, {3});
        for (int i = 0; i < 3; ++i) {
          Ran ran = RunSession(session.get(), {"x"}, {x.get()}, {"y"});
          outcome = ran.outcome;
          if (!outcome.ok()) break;
          EXPECT_EQ(FloatsOf(ran.outputs[0].get()), data);
        }
      }
    }
    EXPECT_EQ(op.alive, 0) << "kernels are left";
    return outcome;
  }

  std::vector<float> data = {1, 2, 3};
  const Owned<OrtEnv> env = NewEnv();
  Owned<OrtCustomOpDomain> domain;
};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutStatus, OperatorsTest, ::testing::Bool());

TEST_P(OperatorsTest, OneThatWorks) {
  const Outcome outcome = Try(Fault::kNone);
  EXPECT_TRUE(outcome.ok()) << outcome.message;
}

TEST_P(OperatorsTest, WhatIsThrownIsAnError) {
  for (const auto& [fault, text] :
       std::vector<std::pair<Fault, std::string>>{{Fault::kThrowInCreate, "no kernel today"},
                                                  {Fault::kThrowInCompute, "thrown while computing"},
                                                  {Fault::kThrowNumber, "custom operator"}}) {
    const Outcome outcome = Try(fault);
    EXPECT_FALSE(outcome.ok());
    EXPECT_NE(outcome.message.find(text), std::string::npos) << outcome.message;
    EXPECT_NE(outcome.message.find("Scale"), std::string::npos) << outcome.message;
  }
}

TEST_P(OperatorsTest, StatusesArriveWithTheirTextAndCode) {
  if (!GetParam()) GTEST_SKIP() << "older operators have no status";
  const Outcome made = Try(Fault::kStatusInCreate);
  EXPECT_EQ(made.code, ORT_EP_FAIL) << made.message;
  EXPECT_NE(made.message.find("made of nothing"), std::string::npos) << made.message;
  const Outcome computed = Try(Fault::kStatusInCompute);
  EXPECT_EQ(computed.code, ORT_RUNTIME_EXCEPTION) << computed.message;
  EXPECT_NE(computed.message.find("cannot compute"), std::string::npos) << computed.message;
  const Outcome input = Try(Fault::kWrongInput);
  EXPECT_EQ(input.code, ORT_INVALID_ARGUMENT) << input.message;
}

TEST_P(OperatorsTest, OutputsThatNobodyMade) {
  const Outcome outcome = Try(Fault::kNoOutput);
  EXPECT_FALSE(outcome.ok());
  EXPECT_NE(outcome.message.find("Scale"), std::string::npos) << outcome.message;
}

TEST_P(OperatorsTest, NoKernel) {
  if (GetParam()) GTEST_SKIP() << "with a status, null is a kernel without state";
  EXPECT_FALSE(Try(Fault::kNoKernel).ok());
}

TEST_P(OperatorsTest, OnesThatNobodyRegistered) {
  OrtSession* session = nullptr;
  ABI_FAILS(Api().CreateSession(env.get(), ModelPath("custom").c_str(), nullptr, &session), ORT_NOT_IMPLEMENTED,
            "Scale");
}

TEST_P(OperatorsTest, VersionsOfTheFuture) {
  Op op(Fault::kNone, GetParam());
  op.version = 99;
  Outcome outcome;
  EXPECT_EQ(With(op, &outcome), nullptr);
  EXPECT_EQ(outcome.code, ORT_INVALID_ARGUMENT) << outcome.message;
}

}  // namespace
}  // namespace kante::abi_test
