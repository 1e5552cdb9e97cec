// SPDX-License-Identifier: MIT
// Broken .ort files: an error or a valid graph, never a crash. Meant to run under sanitizers too.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "onnx/test_models.h"
#include "onnx/test_ort_models.h"
#include "onnx/writer.h"

namespace kante::core {
namespace {

namespace ort = test::ort;
namespace flat = test::flat;

ReadOptions Small() {
  ReadOptions options;
  options.limits.max_nodes = 1000;
  options.limits.max_values = 10000;
  options.limits.max_inlined_bytes = 1 << 20;
  options.limits.max_folded_total_bytes = 1 << 20;
  options.limits.max_tensor_bytes = 1 << 20;
  return options;
}

void CheckRead(const std::string& bytes, const std::string& what) {
  auto model = test::Read(bytes, Small());
  if (!model.ok()) {
    EXPECT_FALSE(model.status().message().empty()) << what;
    return;
  }
  EXPECT_TRUE(Verify(model->graph).ok()) << what;
  EXPECT_FALSE(Dump(model->graph).empty()) << what;
  auto saved = WriteModelToMemory(model->graph, model->info, test::DomainsOnly());
  EXPECT_TRUE(saved.ok()) << what << ": " << saved.status().ToString();
}

TEST(OrtFormatHostile, EveryPrefix) {
  const std::string bytes = ort::RichModel();
  for (size_t size = 0; size < bytes.size(); ++size) CheckRead(bytes.substr(0, size), StrCat("prefix of ", size));
}

TEST(OrtFormatHostile, EveryByteFlipped) {
  const std::string bytes = ort::RichModel();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int value : {0x00, 0x7f, 0xff, bytes[i] ^ 0x01, bytes[i] ^ 0x20}) {
      std::string broken = bytes;
      broken[i] = static_cast<char>(value);
      CheckRead(broken, StrCat("byte ", i, " = ", value));
    }
  }
}

TEST(OrtFormatHostile, EveryOffsetSetToEveryOther) {
  const std::string bytes = ort::RichModel();
  for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    for (uint32_t value : {0u, 4u, 16u, 0x7fffffffu, 0x80000000u, 0xfffffffcu, 0xffffffffu}) {
      std::string broken = bytes;
      flat::Put(broken, i, value);
      CheckRead(broken, StrCat("word ", i, " = ", value));
    }
  }
}

std::string CodeOf(const flat::Thing& graph, const ReadOptions& options) {
  const auto model = test::Read(ort::File(graph), options);
  return model.ok() ? "" : model.status().ToString();
}

// One table that many offsets lead to: each level of subgraphs would be a thousand times the one below.
TEST(OrtFormatHostile, SharedTablesDoNotMultiply) {
  flat::Thing graph = ort::Graph({.nodes = {ort::Node("Neg", {"x"}, {"y"})}});
  for (int level = 0; level < 5; ++level) {
    graph = ort::Graph(
        {.nodes = {ort::Node("Op", {}, {},
                             {ort::Attribute("g", AttributeType::kGraphs,
                                             flat::To(ort_field::attribute::kGraphs, flat::Repeated(1000, graph)))})}});
  }
  EXPECT_NE(CodeOf(graph, Small()).find("bytes beside its weights"), std::string::npos);
}

TEST(OrtFormatHostile, SharedTextsAreCounted) {
  const std::string text(1000, 'x');
  const auto strings = flat::Table({flat::To(ort_field::tensor::kDims, flat::Numbers<int64_t>({100000})),
                                    flat::Is(ort_field::tensor::kType, static_cast<int32_t>(ElementType::kString)),
                                    flat::To(ort_field::tensor::kStrings, flat::Repeated(100000, flat::Text(text)))});
  EXPECT_NE(CodeOf(ort::Graph({.nodes = {}, .initializers = {strings}}), Small()).find("beside its weights"),
            std::string::npos);
}

TEST(OrtFormatHostile, SharedWeightsAreCounted) {
  const auto weight = ort::Tensor("w", ElementType::kBool, {1 << 16}, std::vector<uint8_t>(1 << 16, 2));
  const auto graph = flat::Table({flat::To(ort_field::graph::kInitializers, flat::Repeated(1000, weight))});
  EXPECT_NE(CodeOf(graph, {}).find("than the file could hold"), std::string::npos);
}

// Names are hashed: a long one that many entries share costs time even where nothing is written.
TEST(OrtFormatHostile, SharedNamesAreCounted) {
  const flat::Thing value = ort::Value(std::string(1 << 16, 'v'));
  const flat::Thing values = flat::Table({flat::To(ort_field::graph::kValues, flat::Repeated(1 << 16, value))});
  EXPECT_NE(CodeOf(values, Small()).find("beside its weights"), std::string::npos);
  const flat::Thing outputs = flat::Table(
      {flat::To(ort_field::graph::kOutputs, flat::Repeated(1 << 16, flat::Text(std::string(1 << 16, 'o'))))});
  EXPECT_NE(CodeOf(outputs, Small()).find("beside its weights"), std::string::npos);
  const flat::Thing opset = ort::Opset(std::string(1 << 16, 'd'), 1);
  const std::string file = flat::File(
      "ORTM",
      flat::Table({flat::To(ort_field::session::kVersion, "6"),
                   flat::To(ort_field::session::kModel,
                            flat::Table({flat::To(ort_field::model::kOpsetImport, flat::Repeated(1 << 16, opset))}))}));
  const auto model = test::Read(file, Small());
  ASSERT_FALSE(model.ok());
  EXPECT_NE(model.status().ToString().find("beside its weights"), std::string::npos) << model.status().ToString();
}

TEST(OrtFormatHostile, DepthIsLimited) {
  flat::Thing graph = ort::Graph({.nodes = {}});
  flat::Thing type = ort::TensorType(ElementType::kFloat32, {});
  const int levels =
      sizeof(size_t) == 8 ? 2000 : 200;  // who writes them recurses as well, on WebAssembly's small stack
  for (int level = 0; level < levels; ++level) {
    graph = ort::Graph(
        {.nodes = {ort::Node(
             "Op", {}, {}, {ort::Attribute("g", AttributeType::kGraph, flat::To(ort_field::attribute::kG, graph))})}});
    type = ort::SequenceType(type);
  }
  EXPECT_NE(CodeOf(graph, {}).find("levels deep"), std::string::npos);
  EXPECT_NE(
      CodeOf(ort::Graph({.nodes = {}, .values = {ort::Value("x", type)}, .inputs = {"x"}}), {}).find("too deeply"),
      std::string::npos);
}

// Not a test of its own: KANTE_FUZZ_CORPUS=folder makes the seeds of the fuzzers.
TEST(OrtFormatHostile, SeedsForFuzzers) {
  const char* folder = std::getenv("KANTE_FUZZ_CORPUS");
  if (!folder) GTEST_SKIP() << "KANTE_FUZZ_CORPUS is not set";
  std::FILE* file = std::fopen(StrCat(folder, "/rich.ort").c_str(), "wb");
  ASSERT_NE(nullptr, file);
  const std::string model = ort::RichModel();
  EXPECT_EQ(model.size(), std::fwrite(model.data(), 1, model.size(), file));
  std::fclose(file);
}

}  // namespace
}  // namespace kante::core
