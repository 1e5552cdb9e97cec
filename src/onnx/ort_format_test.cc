// SPDX-License-Identifier: MIT
#include "onnx/ort_format.h"

#include <gtest/gtest.h>

#include "onnx/test_models.h"
#include "onnx/test_ort_models.h"

namespace kante::core {
namespace {

using test::Read;
namespace ort = test::ort;

const Node* Find(const Graph& graph, std::string_view op_type) {
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (graph.node(id).op_type == op_type) return &graph.node(id);
  }
  return nullptr;
}

std::string ErrorOf(const std::string& file, const ReadOptions& options = {}) {
  const auto model = Read(file, options);
  return model.ok() ? "" : model.status().ToString();
}

TEST(OrtFormat, SaysWhatTheModelSays) {
  const auto model = Read(ort::RichModel());
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const ModelInfo& info = model->info;
  EXPECT_EQ(info.ir_version, 10);
  EXPECT_EQ(info.producer_name + " " + info.producer_version, "hand 1.5");
  EXPECT_EQ(info.domain, "org.test");
  EXPECT_EQ(info.model_version, 7);
  EXPECT_EQ(info.doc_string, "a model");
  EXPECT_EQ(info.graph_doc_string, "a graph");
  ASSERT_EQ(info.metadata.size(), 1u);
  EXPECT_EQ(info.metadata[0], std::pair(std::string("author"), std::string("a test")));
  ASSERT_EQ(info.opset_imports.size(), 3u);
  EXPECT_EQ(info.opset_imports[1].domain, "kante");
  EXPECT_EQ(info.opset_imports[0].version, 21);
}

TEST(OrtFormat, InputsOutputsAndTheirTypes) {
  const auto model = Read(ort::RichModel());
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Graph& graph = model->graph;
  const auto text = [&](ValueId id) { return StrCat(graph.value(id).name, " ", graph.value(id).type.ToString()); };
  ASSERT_EQ(graph.inputs().size(), 3u);
  EXPECT_EQ(text(graph.inputs()[0]), "x float32[n,2]");
  EXPECT_EQ(text(graph.inputs()[1]), "cond bool[]");
  EXPECT_EQ(text(graph.inputs()[2]), "w float32[2]");
  EXPECT_EQ(graph.value(graph.inputs()[2]).initial.data<float>()[1], 2);  // callers may feed another
  ASSERT_EQ(graph.outputs().size(), 3u);
  EXPECT_EQ(text(graph.outputs()[0]), "sum float32[2]");
  EXPECT_EQ(text(graph.outputs()[2]), "rows seq(map(int64,float32[]))");
}

TEST(OrtFormat, WeightsStayWhereTheyAre) {
  const std::string file = ort::RichModel();
  const auto owner = std::make_shared<int>();
  const OpRegistry registry = test::DomainsOnly();
  const auto model = ReadModelFromMemory(AsBytes(file), owner, registry);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Graph& graph = model->graph;
  const Tensor& w = graph.value(graph.inputs()[2]).initial;
  EXPECT_GE(w.raw(), AsBytes(file).data());
  EXPECT_LT(w.raw(), AsBytes(file).data() + file.size());
  EXPECT_GT(owner.use_count(), 1);
  const Node* sum = Find(graph, "Sum");
  ASSERT_TRUE(sum);
  const Tensor& sparse = graph.value(sum->inputs[2]).constant;
  EXPECT_EQ(sparse.data<float>()[0], 0);
  EXPECT_EQ(sparse.data<float>()[1], 5);
  const Node* everything = Find(graph, "Everything");
  ASSERT_TRUE(everything);
  EXPECT_EQ(everything->inputs[1], kNone);
  const Tensor& strings = graph.value(everything->inputs[2]).constant;
  EXPECT_EQ(strings.data<std::string>()[0], "one");
  EXPECT_EQ(strings.data<std::string>()[1], "");
}

TEST(OrtFormat, AttributesOfEveryType) {
  const auto model = Read(ort::RichModel());
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  const Node* node = Find(model->graph, "Everything");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->domain, "kante");
  EXPECT_EQ(node->name, "the Everything");
  const auto get = [&]<typename T>(const char* name, T) -> const T& {
    return std::get<T>(node->FindAttribute(name)->value);
  };
  EXPECT_EQ(get("f", float{}), 1.5f);
  EXPECT_EQ(get("i", int64_t{}), -3);
  EXPECT_EQ(get("s", std::string{}), "text");
  EXPECT_EQ(get("t", Tensor{}).data<float>()[0], 4);
  EXPECT_EQ(get("floats", std::vector<float>{}), (std::vector<float>{1, 2}));
  EXPECT_EQ(get("ints", std::vector<int64_t>{}), (std::vector<int64_t>{-1, 2}));
  EXPECT_EQ(get("strings", std::vector<std::string>{}), (std::vector<std::string>{"p", ""}));
  EXPECT_EQ(get("tensors", std::vector<Tensor>{})[1].data<float>()[1], 7);
  const auto& graphs = get("graphs", std::vector<std::shared_ptr<Graph>>{});
  ASSERT_EQ(graphs.size(), 1u);
  EXPECT_EQ(graphs[0]->captures().size(), 1u);  // w, of the graph around it
}

TEST(OrtFormat, IsFoundByItsBeginning) {
  EXPECT_TRUE(IsOrtFormat(AsBytes(ort::RichModel())));
  EXPECT_FALSE(IsOrtFormat(AsBytes(test::RichModel())));
  EXPECT_FALSE(IsOrtFormat({}));
  // An ONNX model whose producer's name begins like that.
  test::ModelSpec spec{.graph = test::GraphMessage({.inputs = {test::Info("x")}})};
  WireWriter named;
  named.Int(model_field::kIrVersion, 8);
  named.String(model_field::kProducerName, "ORTModel");
  const std::string bytes = named.ToString() + test::ModelBytes(spec);
  EXPECT_EQ(bytes.substr(4, 4), "ORTM");
  EXPECT_EQ(ErrorOf(bytes), "");
}

TEST(OrtFormat, CanBeSaidInstead) {
  ReadOptions options;
  options.format = ModelFormat::kOrt;
  EXPECT_EQ(ErrorOf(ort::RichModel(), options), "");
  EXPECT_NE(ErrorOf(test::RichModel(), options).find("not an .ort file"), std::string::npos);
  options.format = ModelFormat::kOnnx;
  EXPECT_NE(ErrorOf(ort::RichModel(), options).find("not a valid ONNX file"), std::string::npos);
}

TEST(OrtFormat, RefusesWhatItCannotRead) {
  const auto graph = [](std::vector<test::flat::Thing> nodes, std::vector<test::flat::Thing> weights = {}) {
    return ort::File(ort::Graph({.nodes = std::move(nodes), .initializers = std::move(weights)}));
  };
  for (const char* version : {"0", "7", "", "66"}) {
    const std::string error = ErrorOf(ort::File(ort::Graph({}), version));
    EXPECT_NE(error.find("of the .ort format is not known"), std::string::npos) << error;
  }
  EXPECT_EQ(ErrorOf(ort::File(ort::Graph({}), "1")), "");
  const auto empty = test::flat::Table({test::flat::To(ort_field::session::kVersion, "6")});
  EXPECT_NE(ErrorOf(test::flat::File("ORTM", empty)).find("holds no model"), std::string::npos);
  const auto fused = test::flat::Table(
      {test::flat::To(ort_field::node::kOpType, "Blob"), test::flat::Is<int32_t>(ort_field::node::kType, 1)});
  EXPECT_NE(ErrorOf(graph({fused})).find("(Blob) was compiled for another runtime"), std::string::npos);
  const auto outside = test::flat::Table({test::flat::To(ort_field::tensor::kName, "w"),
                                          test::flat::Is<int32_t>(ort_field::tensor::kType, 1),
                                          test::flat::Is<int64_t>(ort_field::tensor::kExternalOffset, 0)});
  EXPECT_NE(ErrorOf(graph({}, {outside})).find("'w' keeps its bytes outside"), std::string::npos);
  const auto unknown = ort::Node("Conv", {}, {"y"}, {}, "com.microsoft.nhwc");
  EXPECT_NE(ErrorOf(graph({unknown})).find("operator com.microsoft.nhwc.Conv"), std::string::npos);
  const auto short_weight = ort::Tensor<float>("w", ElementType::kFloat32, {3}, {1, 2});
  EXPECT_NE(ErrorOf(graph({}, {short_weight})).find("initializer 'w'"), std::string::npos);
}

}  // namespace
}  // namespace kante::core
