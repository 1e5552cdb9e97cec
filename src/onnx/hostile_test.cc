// SPDX-License-Identifier: MIT
// Broken models: an error or a valid graph, never a crash. Meant to run under sanitizers too.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstdio>
#include <string>

#include "onnx/reader.h"
#include "onnx/test_models.h"
#include "onnx/writer.h"

namespace kante::core {
namespace {

using namespace test;  // NOLINT: tests are made of it

// Small enough that a broken count cannot take much memory or time.
ReadOptions Small() {
  ReadOptions options;
  options.limits.max_nodes = 1000;
  options.limits.max_values = 10000;
  options.limits.max_folded_total_bytes = 1 << 20;
  options.limits.max_tensor_bytes = 1 << 20;
  return options;
}

// What is read is whole: it can be checked, printed and saved.
void CheckRead(const std::string& bytes, const std::string& what) {
  auto model = Read(bytes, Small());
  if (!model.ok()) {
    EXPECT_FALSE(model.status().message().empty()) << what;
    return;
  }
  EXPECT_TRUE(Verify(model->graph).ok()) << what;
  EXPECT_FALSE(Dump(model->graph).empty()) << what;
  auto saved = WriteModelToMemory(model->graph, model->info, DomainsOnly());
  EXPECT_TRUE(saved.ok()) << what << ": " << saved.status().ToString();
}

TEST(Hostile, TheModelItselfIsFine) {
  auto model = Read(RichModel(), Small());
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->graph.node_count(), 6u);
}

TEST(Hostile, EveryPrefix) {
  const std::string bytes = RichModel();
  for (size_t size = 0; size < bytes.size(); ++size) CheckRead(bytes.substr(0, size), StrCat("prefix of ", size));
}

TEST(Hostile, EveryByteFlipped) {
  const std::string bytes = RichModel();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int value : {0x00, 0x01, 0x7f, 0x80, 0xff, bytes[i] ^ 0x01, bytes[i] ^ 0x08, bytes[i] ^ 0x20}) {
      std::string broken = bytes;
      broken[i] = static_cast<char>(value);
      CheckRead(broken, StrCat("byte ", i, " = ", value));
    }
  }
}

TEST(Hostile, BytesMissingOrTwice) {
  const std::string bytes = RichModel();
  for (size_t i = 0; i < bytes.size(); ++i) {
    CheckRead(bytes.substr(0, i) + bytes.substr(i + 1), StrCat("without byte ", i));
    CheckRead(bytes.substr(0, i) + bytes[i] + bytes.substr(i), StrCat("byte ", i, " twice"));
  }
}

TEST(Hostile, DeepSubgraphs) {
  const auto nested = [](int levels) {
    GraphSpec graph{.nodes = {NodeMessage("Neg", {"x"}, {"y0"})}, .outputs = {Info("y0")}};
    for (int i = 1; i <= levels; ++i) {
      GraphSpec around{.outputs = {Info(StrCat("y", i))}};
      around.nodes = {NodeMessage("If", {"x"}, {StrCat("y", i)}, {GraphAttribute("then_branch", GraphMessage(graph))})};
      graph = around;
    }
    graph.inputs = {Info("x")};
    return ModelBytes({.graph = GraphMessage(graph)});
  };
  EXPECT_TRUE(Read(nested(20)).ok());
  for (int levels : {60, 70, 500}) {
    EXPECT_EQ(Read(nested(levels)).status().code(), StatusCode::kLimitExceeded) << levels;
  }
  ReadOptions options;
  options.limits.max_nesting = 10;
  EXPECT_EQ(Read(nested(20), options).status().code(), StatusCode::kLimitExceeded);
}

TEST(Hostile, DeepTypes) {
  WireWriter type = TensorType(ElementType::kFloat32, {1});
  for (int i = 0; i < 5000; ++i) {
    WireWriter inner, outer;
    inner.Message(type_field::kElemType, std::move(type));
    outer.Message(type_field::kSequence, std::move(inner));
    type = std::move(outer);
  }
  const GraphSpec graph{.inputs = {Info("x", std::move(type))}};
  EXPECT_EQ(Read(ModelSpec{.graph = GraphMessage(graph)}).status().code(), StatusCode::kLimitExceeded);
}

TEST(Hostile, CountsAreLimited) {
  GraphSpec graph{.inputs = {Info("x")}};
  for (int i = 0; i < 2000; ++i) graph.nodes.push_back(NodeMessage("Neg", {"x"}, {StrCat("y", i)}));
  EXPECT_EQ(ErrorOf({.graph = GraphMessage(graph)}), "");
  EXPECT_NE(ErrorOf({.graph = GraphMessage(graph)}, Small()).find("more than 1000 nodes"), std::string::npos);
  ReadOptions options;
  options.limits.max_values = 500;
  EXPECT_NE(ErrorOf({.graph = GraphMessage(graph)}, options).find("more than 500 values"), std::string::npos);
  const Messages many(2000, IntAttribute("a", 1));
  graph.nodes = {NodeMessage("Neg", {"x"}, {"y"}, many)};
  EXPECT_NE(ErrorOf({.graph = GraphMessage(graph)}).find("2000 attributes"), std::string::npos);
}

TEST(Hostile, HugeDeclaredDimensions) {
  GraphSpec graph{.inputs = {Info("x", TensorType(ElementType::kFloat32, {1LL << 40, 1LL << 40}))}};
  EXPECT_EQ(ErrorOf({.graph = GraphMessage(graph)}), "");  // only a claim: runs decide
  graph.initializers = {RawTensor("w", ElementType::kFloat32, {1LL << 40, 1LL << 40}, "")};
  EXPECT_NE(ErrorOf({.graph = GraphMessage(graph)}).find("initializer 'w'"), std::string::npos);
  graph.initializers = {};
  graph.inputs = {Info("x", TensorType(ElementType::kFloat32, std::vector<int64_t>(300, 1)))};
  EXPECT_NE(ErrorOf({.graph = GraphMessage(graph)}).find("too many dimensions"), std::string::npos);
}

// The same body's attribute again and again: what is copied is counted.
TEST(Hostile, FunctionsThatCopyMuch) {
  WireWriter content;
  content.String(attribute_field::kS, std::string(1 << 20, 'x'));
  const FunctionSpec f{
      .name = "F",
      .inputs = {"a"},
      .outputs = {"b"},
      .nodes = {NodeMessage("Op", {"a"}, {"b"}, {AttributeOf("s", AttributeType::kString, std::move(content))})}};
  GraphSpec graph{.inputs = {Info("x")}};
  for (int i = 0; i < 300; ++i) {
    graph.nodes.push_back(NodeMessage("F", {"x"}, {StrCat("y", i)}, {}, "", "local"));
  }
  ReadOptions options;
  options.limits.max_inlined_bytes = 16 << 20;
  const ModelSpec spec{.graph = GraphMessage(graph), .functions = {FunctionMessage(f)}};
  EXPECT_NE(ErrorOf(spec, options).find("expand to more than"), std::string::npos);
}

TEST(Hostile, LongChainsTakeLinearTime) {
  GraphSpec graph{.inputs = {Info("v0")}, .outputs = {Info("v0")}};
  constexpr int kNodes = 50'000;
  for (int i = kNodes; i-- > 0;) {  // consumers before producers
    graph.nodes.push_back(NodeMessage("Neg", {StrCat("v", i)}, {StrCat("v", i + 1)}));
  }
  auto model = Read(ModelSpec{.graph = GraphMessage(graph)});
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->graph.node_count(), size_t{kNodes});
}

// Not a test of its own: KANTE_FUZZ_CORPUS=folder makes the seeds of the fuzzers.
TEST(Hostile, SeedsForFuzzers) {
  const char* folder = std::getenv("KANTE_FUZZ_CORPUS");
  if (!folder) GTEST_SKIP() << "KANTE_FUZZ_CORPUS is not set";
  std::FILE* file = std::fopen(StrCat(folder, "/rich.onnx").c_str(), "wb");
  ASSERT_NE(nullptr, file);
  const std::string model = RichModel();
  EXPECT_EQ(model.size(), std::fwrite(model.data(), 1, model.size(), file));
  std::fclose(file);
}

}  // namespace
}  // namespace kante::core
