// SPDX-License-Identifier: MIT
// Models that clients of the C ABI build, read back, add to and compile.
#include <cmath>

#include "tests/api/models.h"
#include "tests/api/ort_client.h"

namespace kante::api_test {
namespace {

class OrtEditor : public OrtClient {
 protected:
  const OrtModelEditorApi& edit = *Ort().GetModelEditorApi();

  OrtTypeInfo* FloatType(const std::vector<int64_t>& dims, std::vector<const char*> names = {}) {
    OrtTensorTypeAndShapeInfo* tensor = nullptr;
    OrtTypeInfo* type = nullptr;
    EXPECT_EQ(Told(ort.CreateTensorTypeAndShapeInfo(&tensor)), "");
    EXPECT_EQ(Told(ort.SetTensorElementType(tensor, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)), "");
    EXPECT_EQ(Told(ort.SetDimensions(tensor, dims.data(), dims.size())), "");
    if (!names.empty()) {
      EXPECT_EQ(Told(ort.SetSymbolicDimensions(tensor, names.data(), names.size())), "");
    }
    EXPECT_EQ(Told(edit.CreateTensorTypeInfo(tensor, &type)), "");
    ort.ReleaseTensorTypeAndShapeInfo(tensor);
    return type;
  }
  OrtValueInfo* Floats(const char* name, const std::vector<int64_t>& dims, std::vector<const char*> names = {}) {
    OrtTypeInfo* type = FloatType(dims, names);
    OrtValueInfo* info = nullptr;
    EXPECT_EQ(Told(edit.CreateValueInfo(name, type, &info)), "");
    ort.ReleaseTypeInfo(type);
    return info;
  }
  OrtNode* Node(const char* op, std::vector<const char*> in, std::vector<const char*> out,
                std::vector<OrtOpAttr*> attributes = {}) {
    OrtNode* node = nullptr;
    EXPECT_EQ(Told(edit.CreateNode(op, "", op, in.data(), in.size(), out.data(), out.size(), attributes.data(),
                                   attributes.size(), &node)),
              "");
    for (OrtOpAttr* each : attributes) ort.ReleaseOpAttr(each);
    return node;
  }
  // y = Gemm(x, w) with transB and w [11,3] of [1, 2, 3], [4, 5, 6] and zeros; z = Relu(y).
  OrtGraph* GemmGraph(std::vector<float>* w = nullptr) {
    OrtGraph* graph = nullptr;
    EXPECT_EQ(Told(edit.CreateGraph(&graph)), "");
    OrtValueInfo* in = Floats("x", {-1, 3}, {"batch", ""});
    OrtValueInfo* out = Floats("z", {-1, 11}, {"batch", ""});
    EXPECT_EQ(Told(edit.SetGraphInputs(graph, &in, 1)), "");
    EXPECT_EQ(Told(edit.SetGraphOutputs(graph, &out, 1)), "");
    EXPECT_EQ(in, nullptr);
    std::vector<float> own(33);
    for (size_t i = 0; i < 6; ++i) own[i] = static_cast<float>(i + 1);
    if (w) *w = own;
    std::vector<float>& values = w ? *w : own;
    EXPECT_EQ(Told(edit.AddInitializerToGraph(graph, "w", Wrap(values, {11, 3}), w != nullptr)), "");
    const int64_t yes = 1;
    OrtOpAttr* transpose = nullptr;
    EXPECT_EQ(Told(ort.CreateOpAttr("transB", &yes, 1, ORT_OP_ATTR_INT, &transpose)), "");
    EXPECT_EQ(Told(edit.AddNodeToGraph(graph, Node("Relu", {"y"}, {"z"}))), "");  // any order
    EXPECT_EQ(Told(edit.AddNodeToGraph(graph, Node("Gemm", {"x", "w"}, {"y"}, {transpose}))), "");
    return graph;
  }
  OrtModel* ModelOf(OrtGraph* graph, int opset = 18) {
    OrtModel* model = nullptr;
    const char* domain = "";
    EXPECT_EQ(Told(edit.CreateModel(&domain, &opset, 1, &model)), "");
    EXPECT_EQ(Told(edit.AddGraphToModel(model, graph)), "");
    return model;
  }
};

TEST_F(OrtEditor, BuiltModelsRun) {
  std::vector<float> w;
  for (const bool external : {false, true}) {
    OrtModel* model = ModelOf(GemmGraph(external ? &w : nullptr));
    OrtSession* session = nullptr;
    ORT_OK(edit.CreateSessionFromModel(env, model, options, &session));
    ort.ReleaseModel(model);
    std::vector<float> y;
    EXPECT_EQ(Run(session, "x", {1, 1, 1, -1, 0, 0}, {2, 3}, "z", &y), "");
    ASSERT_EQ(y.size(), 22u);
    EXPECT_EQ((std::vector<float>{y[0], y[1], y[2], y[11], y[12]}), (std::vector<float>{6, 15, 0, 0, 0}));
    int opset = 0;
    ORT_OK(edit.SessionGetOpsetForDomain(session, "", &opset));
    EXPECT_EQ(opset, 18);
    ORT_FAILS(edit.SessionGetOpsetForDomain(session, "no.such", &opset), 1, "no.such");
    ort.ReleaseSession(session);
  }
}

TEST_F(OrtEditor, WhatIsGivenIsTakenOnlyOnSuccess) {
  OrtGraph* graph = nullptr;
  ORT_OK(edit.CreateGraph(&graph));
  OrtValueInfo* x = Floats("x", {1});
  OrtValueInfo* twice[] = {x, x};
  ORT_FAILS(edit.SetGraphInputs(graph, twice, 2), 2, "twice");
  OrtValueInfo* hole[] = {x, nullptr};
  ORT_FAILS(edit.SetGraphInputs(graph, hole, 2), 2, "null");
  EXPECT_EQ(hole[0], x);
  ort.ReleaseValueInfo(x);

  std::vector<float> one(1);
  OrtValue* small = Wrap(one, {1});
  ORT_FAILS(edit.AddInitializerToGraph(graph, "w", small, true), 2, "128 bytes");
  ORT_FAILS(edit.AddInitializerToGraph(graph, "", small, false), 2, "empty");
  ORT_FAILS(edit.AddInitializerToGraph(graph, "w", nullptr, false), 2, "null");
  ORT_OK(edit.AddInitializerToGraph(graph, "w", small, false));
  ORT_FAILS(edit.AddInitializerToGraph(graph, "v", small, false), 2, "already");
  OrtValue* other = Wrap(one, {1});
  ORT_FAILS(edit.AddInitializerToGraph(graph, "w", other, false), 2, "already");
  ort.ReleaseValue(other);

  OrtNode* node = Node("Relu", {"x"}, {"y"});
  ORT_OK(edit.AddNodeToGraph(graph, node));
  ORT_FAILS(edit.AddNodeToGraph(graph, node), 2, "already");
  OrtModel* model = ModelOf(graph);
  ORT_FAILS(edit.AddGraphToModel(model, graph), 2, "already");
  OrtSession* session = nullptr;
  ORT_FAILS(edit.CreateSessionFromModel(env, model, options, &session), 10, "x");  // nobody gives x
  EXPECT_EQ(session, nullptr);
  ort.ReleaseModel(model);
  OrtValueInfo* unnamed = nullptr;
  OrtTypeInfo* type = FloatType({1});
  ORT_FAILS(edit.CreateValueInfo("", type, &unnamed), 2, "empty");
  ort.ReleaseTypeInfo(type);
}

TEST_F(OrtEditor, GraphsAreReadBack) {
  OrtGraph* graph = GemmGraph();
  size_t count = 0;
  ORT_OK(ort.Graph_GetNumNodes(graph, &count));
  ASSERT_EQ(count, 2u);
  const OrtNode* nodes[2];
  ORT_FAILS(ort.Graph_GetNodes(graph, nodes, 1), 2, "room for 1");
  ORT_OK(ort.Graph_GetNodes(graph, nodes, 2));
  const char* text = nullptr;
  ORT_OK(ort.Node_GetOperatorType(nodes[1], &text));
  EXPECT_STREQ(text, "Gemm");
  size_t id = 9;
  ORT_OK(ort.Node_GetId(nodes[1], &id));
  EXPECT_EQ(id, 1u);
  const OrtValueInfo* in[2];
  ORT_OK(ort.Node_GetNumInputs(nodes[1], &count));
  ASSERT_EQ(count, 2u);
  ORT_OK(ort.Node_GetInputs(nodes[1], in, 2));
  ORT_OK(ort.GetValueInfoName(in[1], &text));
  EXPECT_STREQ(text, "w");
  bool is = false;
  ORT_OK(ort.ValueInfo_IsConstantInitializer(in[1], &is));
  EXPECT_TRUE(is);
  ORT_OK(ort.ValueInfo_IsRequiredGraphInput(in[0], &is));
  EXPECT_TRUE(is);
  const OrtTypeInfo* type = nullptr;
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ORT_OK(ort.GetValueInfoTypeInfo(in[0], &type));
  ORT_OK(ort.CastTypeInfoToTensorInfo(type, &tensor));
  int64_t dims[2];
  ORT_OK(ort.GetDimensions(tensor, dims, 2));
  EXPECT_EQ(dims[1], 3);
  const OrtValue* initializer = nullptr;
  ORT_OK(ort.ValueInfo_GetInitializerValue(in[1], &initializer));
  const void* data = nullptr;
  ORT_OK(ort.GetTensorData(initializer, &data));
  EXPECT_EQ(static_cast<const float*>(data)[5], 6);

  // y: written by Gemm, read by Relu.
  const OrtValueInfo* y = nullptr;
  ORT_OK(ort.Node_GetOutputs(nodes[1], &y, 1));
  const OrtNode* producer = nullptr;
  size_t index = 9;
  ORT_OK(ort.ValueInfo_GetValueProducer(y, &producer, &index));
  EXPECT_EQ(producer, nodes[1]);
  EXPECT_EQ(index, 0u);
  ORT_OK(ort.ValueInfo_GetValueNumConsumers(y, &count));
  ASSERT_EQ(count, 1u);
  const OrtNode* consumer = nullptr;
  int64_t at = 9;
  ORT_FAILS(ort.ValueInfo_GetValueConsumers(y, &consumer, &at, 0), 2, "room for 0");
  ORT_OK(ort.ValueInfo_GetValueConsumers(y, &consumer, &at, 1));
  EXPECT_EQ(consumer, nodes[0]);
  EXPECT_EQ(at, 0);

  const OrtOpAttr* attribute = nullptr;
  ORT_OK(ort.Node_GetAttributeByName(nodes[1], "transB", &attribute));
  OrtOpAttrType kind = ORT_OP_ATTR_UNDEFINED;
  ORT_OK(ort.OpAttr_GetType(attribute, &kind));
  EXPECT_EQ(kind, ORT_OP_ATTR_INT);
  ORT_FAILS(ort.Node_GetAttributeByName(nodes[1], "beta", &attribute), 14, "beta");
  int since = 0;
  ORT_FAILS(ort.Node_GetSinceVersion(nodes[1], &since), 1, "opset");
  OrtModel* model = ModelOf(graph, 12);
  ORT_OK(ort.Node_GetSinceVersion(nodes[1], &since));
  EXPECT_EQ(since, 11);
  const char* domain = nullptr;
  int64_t version = 0;
  ORT_OK(ort.Graph_GetOperatorSets(graph, &domain, &version, 1));
  EXPECT_EQ(version, 12);

  // A view of Gemm alone.
  OrtGraph* view = nullptr;
  ORT_OK(ort.Graph_GetGraphView(graph, &nodes[1], 1, &view));
  const OrtValueInfo* ends[1];
  ORT_OK(ort.Graph_GetNumInputs(view, &count));
  ASSERT_EQ(count, 1u);
  ORT_OK(ort.Graph_GetInputs(view, ends, 1));
  ORT_OK(ort.GetValueInfoName(ends[0], &text));
  EXPECT_STREQ(text, "x");
  ORT_OK(ort.Graph_GetNumOutputs(view, &count));
  ASSERT_EQ(count, 1u);
  ORT_OK(ort.Graph_GetOutputs(view, ends, 1));
  ORT_OK(ort.GetValueInfoName(ends[0], &text));
  EXPECT_STREQ(text, "y");
  ORT_OK(ort.Graph_GetNumInitializers(view, &count));
  EXPECT_EQ(count, 1u);
  OrtGraph* wrong = nullptr;
  ORT_FAILS(ort.Graph_GetGraphView(view, &nodes[1], 1, &wrong), 2, "not of the graph");
  ort.ReleaseGraph(view);
  ort.ReleaseModel(model);
}

TEST_F(OrtEditor, ModelsAreAddedTo) {
  const std::string bytes = ChainModel(1);  // v0 = sin(x) + x
  OrtSession* session = nullptr;
  ORT_FAILS(edit.CreateModelEditorSession(env, "/no/such/model.onnx", options, &session), 3, "model.onnx");
  ORT_FAILS(edit.CreateModelEditorSessionFromArray(env, "nonsense", 8, options, &session), 7, "");
  ORT_OK(edit.CreateModelEditorSessionFromArray(env, bytes.data(), bytes.size(), options, &session));
  size_t inputs = 0;
  ORT_OK(ort.SessionGetInputCount(session, &inputs));
  EXPECT_EQ(inputs, 1u);
  std::vector<float> y;
  EXPECT_TRUE(Run(session, "x", {1}, {1}, "v0", &y).starts_with("1: "));  // not yet
  int opset = 0;
  ORT_OK(edit.SessionGetOpsetForDomain(session, "", &opset));

  OrtGraph* graph = nullptr;
  ORT_OK(edit.CreateGraph(&graph));
  ORT_OK(edit.AddNodeToGraph(graph, Node("Neg", {"v0"}, {"z"})));
  OrtValueInfo* out = Floats("z", {-1});
  ORT_OK(edit.SetGraphOutputs(graph, &out, 1));
  OrtModel* more = ModelOf(graph, opset);
  ORT_OK(edit.ApplyModelToModelEditorSession(session, more));
  ORT_OK(edit.FinalizeModelEditorSession(session, options, nullptr));
  ORT_FAILS(edit.ApplyModelToModelEditorSession(session, more), 8, "cannot be added to");
  ort.ReleaseModel(more);
  EXPECT_EQ(Run(session, "x", {1, -2}, {2}, "z", &y), "");
  ASSERT_EQ(y.size(), 2u);
  EXPECT_FLOAT_EQ(y[1], 2 + std::sin(2.0f));
  ort.ReleaseSession(session);

  ORT_OK(edit.CreateModelEditorSessionFromArray(env, bytes.data(), bytes.size(), options, &session));
  ORT_OK(edit.CreateGraph(&graph));
  more = ModelOf(graph, opset + 1);
  ORT_FAILS(edit.ApplyModelToModelEditorSession(session, more), 2, "imports version");
  ort.ReleaseModel(more);
  ort.ReleaseSession(session);
}

TEST_F(OrtEditor, CompiledModelsAreOnnx) {
  const OrtCompileApi& compile = *ort.GetCompileApi();
  const TemporaryFolder folder;
  const std::string bytes = ChainModel(2);
  const std::string input = folder.Write("m.onnx", bytes);
  OrtModelCompilationOptions* how = nullptr;
  ORT_OK(compile.CreateModelCompilationOptionsFromSessionOptions(env, options, &how));
  ORT_FAILS(compile.CompileModel(env, how), 2, "no place");
  ORT_FAILS(compile.ModelCompilationOptions_SetInputModelPath(how, ""), 2, "empty");
  ORT_FAILS(compile.ModelCompilationOptions_SetInputModelFromBuffer(how, bytes.data(), 0), 2, "size is 0");
  ORT_FAILS(compile.ModelCompilationOptions_SetGraphOptimizationLevel(how, static_cast<GraphOptimizationLevel>(77)), 2,
            "not valid");
  ORT_OK(compile.ModelCompilationOptions_SetInputModelPath(how, input.c_str()));
  ORT_OK(compile.CompileModel(env, how));
  OrtSession* session = nullptr;
  ORT_OK(ort.CreateSession(env, folder.Path("m_ctx.onnx").c_str(), options, &session));
  std::vector<float> y;
  EXPECT_EQ(Run(session, "x", {1, 2}, {2}, "v1", &y), "");
  ASSERT_EQ(y.size(), 2u);
  EXPECT_FLOAT_EQ(y[1], std::sin(std::sin(2.0f) + 2) + 2);
  ort.ReleaseSession(session);
  ORT_OK(compile.ModelCompilationOptions_SetFlags(how, 2));
  ORT_FAILS(compile.CompileModel(env, how), 1, "exists already");
  ORT_OK(compile.ModelCompilationOptions_SetFlags(how, 1));
  ORT_FAILS(compile.CompileModel(env, how), 1, "compiles nodes");
  ORT_OK(compile.ModelCompilationOptions_SetFlags(how, 0));

  void* buffer = nullptr;
  size_t size = 0;
  ORT_OK(compile.ModelCompilationOptions_SetOutputModelBuffer(how, memory, &buffer, &size));
  OrtModel* model = ModelOf(GemmGraph());
  ORT_OK(compile.ModelCompilationOptions_SetInputModel(how, model));
  ORT_OK(compile.CompileModel(env, how));
  ORT_OK(ort.CreateSessionFromArray(env, buffer, size, options, &session));
  ort.ReleaseSession(session);
  ORT_OK(ort.AllocatorFree(memory, buffer));
  std::string written;
  const auto append = [](void* to, const void* data, size_t count) -> OrtStatus* {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), count);
    return nullptr;
  };
  ORT_OK(compile.ModelCompilationOptions_SetOutputModelWriteFunc(how, append, &written));
  ORT_OK(compile.CompileModel(env, how));
  EXPECT_EQ(written.size(), size);
  ort.ReleaseModel(model);
  compile.ReleaseModelCompilationOptions(how);
}

TEST_F(OrtEditor, CompiledModelsMayHaveTheirWeightsBeside) {
  const OrtCompileApi& compile = *ort.GetCompileApi();
  const TemporaryFolder folder;
  OrtModel* model = ModelOf(GemmGraph());
  OrtModelCompilationOptions* how = nullptr;
  ORT_OK(compile.CreateModelCompilationOptionsFromSessionOptions(env, options, &how));
  ORT_OK(compile.ModelCompilationOptions_SetInputModel(how, model));
  ORT_FAILS(compile.CompileModel(env, how), 2, "no place");
  ORT_OK(compile.ModelCompilationOptions_SetOutputModelPath(how, folder.Path("m.onnx").c_str()));
  ORT_OK(compile.ModelCompilationOptions_SetOutputModelExternalInitializersFile(how, "w.bin", 64));
  ORT_OK(compile.CompileModel(env, how));
  EXPECT_EQ(folder.SizeOf("w.bin"), 132);
  compile.ReleaseModelCompilationOptions(how);
  ort.ReleaseModel(model);
  OrtSession* session = nullptr;
  ORT_OK(ort.CreateSession(env, folder.Path("m.onnx").c_str(), options, &session));
  std::vector<float> z;
  EXPECT_EQ(Run(session, "x", {1, 1, 1}, {1, 3}, "z", &z), "");
  EXPECT_EQ(z[1], 15);
  ort.ReleaseSession(session);
}

TEST_F(OrtEditor, MetadataOfABuiltGraphIsEmpty) {
  OrtGraph* graph = GemmGraph();
  OrtModelMetadata* metadata = nullptr;
  ORT_OK(ort.Graph_GetModelMetadata(graph, &metadata));
  char* text = nullptr;
  int64_t version = 0;
  ORT_OK(ort.ModelMetadataGetProducerName(metadata, memory, &text));
  EXPECT_STREQ(text, "");
  ORT_OK(ort.AllocatorFree(memory, text));
  ORT_OK(ort.ModelMetadataLookupCustomMetadataMap(metadata, memory, "key", &text));
  EXPECT_EQ(text, nullptr);
  ORT_OK(ort.ModelMetadataGetVersion(metadata, &version));
  EXPECT_EQ(version, INT64_MAX);
  ort.ReleaseModelMetadata(metadata);
  ort.ReleaseGraph(graph);
}

TEST_F(OrtEditor, TypesOfContainers) {
  OrtTypeInfo* tensor = FloatType({2});
  OrtTypeInfo *map = nullptr, *sequence = nullptr, *optional = nullptr, *inner = nullptr;
  ORT_OK(edit.CreateMapTypeInfo(ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, tensor, &map));
  ORT_OK(edit.CreateSequenceTypeInfo(map, &sequence));
  ORT_OK(edit.CreateOptionalTypeInfo(tensor, &optional));
  ort.ReleaseTypeInfo(tensor);
  const OrtSequenceTypeInfo* as_sequence = nullptr;
  ORT_OK(ort.CastTypeInfoToSequenceTypeInfo(sequence, &as_sequence));
  ORT_OK(ort.GetSequenceElementType(as_sequence, &inner));
  const OrtMapTypeInfo* as_map = nullptr;
  ORT_OK(ort.CastTypeInfoToMapTypeInfo(inner, &as_map));
  ONNXTensorElementDataType key = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  ORT_OK(ort.GetMapKeyType(as_map, &key));
  EXPECT_EQ(key, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING);
  for (OrtTypeInfo* each : {map, sequence, optional, inner}) ort.ReleaseTypeInfo(each);
}

}  // namespace
}  // namespace kante::api_test
