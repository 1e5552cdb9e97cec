// SPDX-License-Identifier: MIT
// Real models, where a folder of them is at hand: KANTE_MODELS_DIR, or ../shared/models beside the repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "onnx/reader.h"
#include "onnx/tensor_proto.h"
#include "onnx/writer.h"

namespace kante::core {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> Models() {
  const char* given = std::getenv("KANTE_MODELS_DIR");
  const fs::path folder = given ? fs::path(given) : fs::path(KANTE_SOURCE_DIR) / ".." / "shared" / "models";
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() == ".onnx") out.push_back(entry.path());
  }
  return out;
}

// Rewrites leave captured values their old names; saving gives them those of the values that they stand for.
void NameCapturesLikeTheirValues(Graph& graph) {
  for (NodeId id = 0; id < graph.node_slots(); ++id) {
    if (!graph.alive(id)) continue;
    for (Graph* body : graph.node(id).Subgraphs()) {
      for (const Capture& c : body->captures()) {
        if (body->value(c.inner).name != graph.value(c.outer).name) {
          body->RenameValue(c.inner, graph.value(c.outer).name);
        }
      }
      NameCapturesLikeTheirValues(*body);
    }
  }
}

TEST(Models, ReadSaveAndReadAgain) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  const std::vector<fs::path> models = Models();
  if (models.empty()) GTEST_SKIP() << "no folder of models";
  for (const fs::path& path : models) {
    SCOPED_TRACE(path.string());
    auto model = ReadModel(path.string(), registry);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    auto bytes = WriteModelToMemory(model->graph, model->info, registry);
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    auto again = ReadModelFromMemory(std::as_bytes(std::span(*bytes)), nullptr, registry);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    NameCapturesLikeTheirValues(model->graph);
    EXPECT_EQ(Dump(again->graph), Dump(model->graph));
    for (ValueId id : again->graph.inputs()) {
      const ValueId before = model->graph.FindValue(again->graph.value(id).name);
      ASSERT_NE(before, kNone);
      EXPECT_EQ(model->graph.value(before).type.ToString(), again->graph.value(id).type.ToString());
    }
  }
}

TEST(Models, TestDataIsReadable) {
  const std::vector<fs::path> models = Models();
  if (models.empty()) GTEST_SKIP() << "no folder of models";
  const OpRegistry registry = OpRegistry::BuiltIns();
  int files = 0;
  for (const fs::path& path : models) {
    auto model = ReadModel(path.string(), registry);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    for (const auto& entry : fs::recursive_directory_iterator(path.parent_path())) {
      if (entry.path().extension() != ".pb") continue;
      SCOPED_TRACE(entry.path().string());
      auto file = MappedFile::Open(entry.path().string(), Mapping::kMap);
      ASSERT_TRUE(file.ok());
      std::string name;
      auto value = ReadValueProto((*file)->bytes(), *file, {}, {}, &name);
      ASSERT_TRUE(value.ok()) << value.status().ToString();
      if (!name.empty() && entry.path().filename().string().rfind("input", 0) == 0) {
        EXPECT_NE(model->graph.FindValue(name), kNone) << name;
      }
      ++files;
    }
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace kante::core
