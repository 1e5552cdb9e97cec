// SPDX-License-Identifier: MIT
// What kernels of the C ABI ask about their node, and the operators of ours that they invoke.
#include <map>

#include "kante/graph.h"
#include "tests/api/models.h"
#include "tests/api/ort_client.h"

namespace kante::api_test {
namespace {

// y = x @ w of a MatMul that the kernel invokes; what it learned when it was made is left in `seen`.
struct MatMulOp : OrtCustomOp {
  inline static std::map<std::string, std::string> seen;

  struct Kernel {
    OrtOp* matmul = nullptr;
    OrtStatus* Compute(OrtKernelContext* context) const;
  };

  MatMulOp() : OrtCustomOp() {
    version = 18;
    GetName = [](const OrtCustomOp*) { return "Times"; };
    GetExecutionProviderType = [](const OrtCustomOp*) -> const char* { return nullptr; };
    GetInputTypeCount = [](const OrtCustomOp*) -> size_t { return 2; };
    GetInputType = [](const OrtCustomOp*, size_t) { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; };
    GetOutputTypeCount = [](const OrtCustomOp*) -> size_t { return 1; };
    GetOutputType = [](const OrtCustomOp*, size_t) { return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; };
    GetInputCharacteristic = [](const OrtCustomOp*, size_t) { return INPUT_OUTPUT_REQUIRED; };
    GetOutputCharacteristic = [](const OrtCustomOp*, size_t) { return INPUT_OUTPUT_REQUIRED; };
    GetStartVersion = [](const OrtCustomOp*) { return 1; };
    GetEndVersion = [](const OrtCustomOp*) { return 1000; };
    CreateKernelV2 = [](const OrtCustomOp*, const OrtApi* api, const OrtKernelInfo* info, void** kernel) {
      return Create(*api, info, kernel);
    };
    KernelComputeV2 = [](void* kernel, OrtKernelContext* context) {
      return static_cast<Kernel*>(kernel)->Compute(context);
    };
    KernelDestroy = [](void* kernel) {
      Ort().ReleaseOp(static_cast<Kernel*>(kernel)->matmul);
      delete static_cast<Kernel*>(kernel);
    };
  }

  template <typename Ask>
  static std::string Text(const Ask& ask) {
    size_t size = 0;
    EXPECT_EQ(Told(ask(nullptr, &size)), "");
    std::string text(size, ' ');
    EXPECT_EQ(Told(ask(text.data(), &size)), "");
    text.pop_back();
    return text;
  }

  static OrtStatus* Create(const OrtApi& api, const OrtKernelInfo* info, void** kernel) {
    seen["node"] = Text([&](char* out, size_t* size) { return api.KernelInfo_GetNodeName(info, out, size); });
    seen["in0"] = Text([&](char* out, size_t* size) { return api.KernelInfo_GetInputName(info, 0, out, size); });
    seen["in1"] = Text([&](char* out, size_t* size) { return api.KernelInfo_GetInputName(info, 1, out, size); });
    seen["out"] = Text([&](char* out, size_t* size) { return api.KernelInfo_GetOutputName(info, 0, out, size); });
    size_t size = 0;
    seen["out of bounds"] = Told(api.KernelInfo_GetInputName(info, 2, nullptr, &size));
    int constant = 0;
    const OrtValue* w = nullptr;
    if (OrtStatus* failed = api.KernelInfoGetConstantInput_tensor(info, 0, &constant, &w)) return failed;
    seen["x constant"] = constant || w ? "yes" : "no";
    if (OrtStatus* failed = api.KernelInfoGetConstantInput_tensor(info, 1, &constant, &w)) return failed;
    const void* data = nullptr;
    if (constant && !api.GetTensorData(w, &data)) seen["w"] = std::to_string(static_cast<const float*>(data)[3]);
    OrtKeyValuePairs* entries = nullptr;
    if (OrtStatus* failed = api.KernelInfo_GetConfigEntries(info, &entries)) return failed;
    if (const char* value = api.GetKeyValue(entries, "my.key")) seen["config"] = value;
    api.ReleaseKeyValuePairs(entries);
    OrtKernelInfo* copy = nullptr;
    if (OrtStatus* failed = api.CopyKernelInfo(info, &copy)) return failed;
    auto made = std::make_unique<Kernel>();
    const char* constraint = "T";
    const ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    seen["unknown"] =
        Told(api.CreateOp(copy, "NoSuch", "", 13, &constraint, &type, 1, nullptr, 0, 2, 1, &made->matmul));
    OrtStatus* failed = api.CreateOp(copy, "MatMul", "", 13, &constraint, &type, 1, nullptr, 0, 2, 1, &made->matmul);
    api.ReleaseKernelInfo(copy);
    if (!failed) *kernel = made.release();
    return failed;
  }
};

OrtStatus* MatMulOp::Kernel::Compute(OrtKernelContext* context) const {
  const OrtApi& api = Ort();
  const OrtValue* in[2] = {};
  for (size_t i = 0; i < 2; ++i) {
    if (OrtStatus* failed = api.KernelContext_GetInput(context, i, &in[i])) return failed;
  }
  int64_t rows[2];
  OrtTensorTypeAndShapeInfo* info = nullptr;
  if (OrtStatus* failed = api.GetTensorTypeAndShape(in[0], &info)) return failed;
  OrtStatus* asked = api.GetDimensions(info, rows, 2);
  api.ReleaseTensorTypeAndShapeInfo(info);
  if (asked) return asked;
  const int64_t shape[] = {rows[0], 2};
  OrtValue* out = nullptr;
  if (OrtStatus* failed = api.KernelContext_GetOutput(context, 0, shape, 2, &out)) return failed;
  MatMulOp::seen["count"] = Told(api.InvokeOp(context, matmul, in, 1, &out, 1));

  OrtMemoryInfo* host = nullptr;
  OrtAllocator* allocator = nullptr;
  void* scratch = nullptr;
  EXPECT_EQ(Told(api.CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &host)), "");
  EXPECT_EQ(Told(api.KernelContext_GetScratchBuffer(context, host, 100, &scratch)), "");
  EXPECT_EQ(Told(api.KernelContext_GetAllocator(context, host, &allocator)), "");
  if (scratch) allocator->Free(allocator, scratch);
  api.ReleaseMemoryInfo(host);
  ORT_FAILS(api.KernelContext_GetResource(context, 1, 0, &scratch), 2, "stream");
  OrtSyncStream* stream = nullptr;
  EXPECT_EQ(Told(api.KernelContext_GetSyncStream(context, &stream)), "");
  return api.InvokeOp(context, matmul, in, 2, &out, 1);
}

class OrtKernel : public OrtClient {};

// x float32[n,2], w a constant [2,2]: y = my.domain.Times(x, w).
std::string TimesModel() {
  ModelSpec spec;
  spec.opsets = {{"", 17}, {"my.domain", 1}};
  spec.graph.inputs = {TensorInfo("x", ElementType::kFloat32, {{-1, "n"}, {2, ""}})};
  spec.graph.outputs = {TensorInfo("y", ElementType::kFloat32, {{-1, "n"}, {2, ""}})};
  spec.graph.initializers = {{"w", Floats({2, 2}, {1, 2, 3, 4})}};
  spec.graph.nodes = {
      {.op_type = "Times", .inputs = {"x", "w"}, .outputs = {"y"}, .domain = "my.domain", .name = "the node"}};
  auto bytes = WriteOnnx(spec);
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return *bytes;
}

TEST_F(OrtKernel, KnowsItsNodeAndInvokesOperators) {
  MatMulOp op;
  OrtCustomOpDomain* domain = nullptr;
  ORT_OK(ort.CreateCustomOpDomain("my.domain", &domain));
  ORT_OK(ort.CustomOpDomain_Add(domain, &op));
  ORT_OK(ort.AddCustomOpDomain(options, domain));
  ORT_OK(ort.AddSessionConfigEntry(options, "my.key", "my value"));
  MatMulOp::seen.clear();
  const std::string bytes = TimesModel();
  OrtSession* session = nullptr;
  ORT_OK(ort.CreateSessionFromArray(env, bytes.data(), bytes.size(), options, &session));
  auto& seen = MatMulOp::seen;
  EXPECT_EQ(seen["node"], "the node");
  EXPECT_EQ(seen["in0"], "x");
  EXPECT_EQ(seen["in1"], "w");
  EXPECT_EQ(seen["out"], "y");
  EXPECT_EQ(seen["out of bounds"], "2: index 2 is out of bounds");
  EXPECT_EQ(seen["x constant"], "no");
  EXPECT_EQ(seen["w"], std::to_string(4.0f));
  EXPECT_EQ(seen["config"], "my value");
  EXPECT_TRUE(seen["unknown"].starts_with("1: ")) << seen["unknown"];

  for (const int64_t rows : {1, 3}) {
    std::vector<float> x, y, expected;
    for (int64_t r = 0; r < rows; ++r) {
      x.insert(x.end(), {1, static_cast<float>(r)});
      expected.insert(expected.end(), {static_cast<float>(1 + 3 * r), static_cast<float>(2 + 4 * r)});
    }
    EXPECT_EQ(Run(session, "x", x, {rows, 2}, "y", &y), "");
    EXPECT_EQ(y, expected);
  }
  EXPECT_TRUE(seen["count"].starts_with("2: ")) << seen["count"];
  ort.ReleaseSession(session);
  ort.ReleaseCustomOpDomain(domain);
}

}  // namespace
}  // namespace kante::api_test
