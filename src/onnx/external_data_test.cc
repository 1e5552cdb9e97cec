// SPDX-License-Identifier: MIT
#include "onnx/external_data.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "onnx/test_models.h"

namespace kante::core {
namespace {

namespace fs = std::filesystem;
using test::Entry;
using test::ExternalTensor;
using test::Info;

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("kante_external_" + std::to_string(getpid()));
    fs::create_directories(root_ / "model" / "sub");
    WriteFile(root_ / "secret.bin", std::string(64, 's'));
    WriteFile(root_ / "model" / "weights.bin", "....????" + test::Raw({1, 2, 3, 4}));
    WriteFile(root_ / "model" / "sub" / "more.bin", test::Raw({9, 10}));
  }
  void TearDown() override { fs::remove_all(root_); }

  static void WriteFile(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }

  // Saves and reads a model whose only weight, float32[2], lies where `entries` say.
  Result<LoadedModel> Load(const test::Messages& entries, const char* file = "m.onnx") {
    const test::GraphSpec graph{.nodes = {test::NodeMessage("Neg", {"w"}, {"y"})},
                                .initializers = {ExternalTensor("w", {2}, entries)},
                                .outputs = {Info("y")}};
    WriteFile(root_ / "model" / file, test::ModelBytes({.graph = test::GraphMessage(graph)}));
    const OpRegistry registry = test::DomainsOnly();
    return ReadModel((root_ / "model" / file).string(), registry);
  }
  std::string ErrorAt(const std::string& location) {
    auto model = Load({Entry("location", location)});
    return model.ok() ? "" : model.status().ToString();
  }

  fs::path root_;
};

std::vector<float> WeightOf(const Result<LoadedModel>& model) {
  if (!model.ok()) return {};
  const Tensor* tensor = model->graph.Constant(model->graph.FindValue("w"));
  std::vector<float> out(static_cast<size_t>(tensor->elements()));
  std::memcpy(out.data(), tensor->raw(), out.size() * sizeof(float));
  return out;
}

TEST_F(ExternalDataTest, ReadsPartsOfFilesInTheFolder) {
  EXPECT_EQ(WeightOf(Load({Entry("location", "weights.bin"), Entry("offset", "8"), Entry("length", "8")})),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(WeightOf(Load({Entry("location", "weights.bin"), Entry("offset", "16")})), (std::vector<float>{3, 4}));
  EXPECT_EQ(WeightOf(Load({Entry("location", "sub/more.bin")})), (std::vector<float>{9, 10}));
  EXPECT_EQ(WeightOf(Load({Entry("location", "./sub/./more.bin")})), (std::vector<float>{9, 10}));
  auto model = Load({Entry("location", "sub/more.bin")});
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->files.size(), 2u);
}

TEST_F(ExternalDataTest, RefusesPathsThatLeaveTheFolder) {
  for (const std::string& bad :
       {std::string("../secret.bin"), std::string("sub/../../secret.bin"), std::string(".."),
        (root_ / "secret.bin").string(), (root_ / "model" / "weights.bin").string(), std::string("\\\\host\\x"),
        std::string("C:\\x"), std::string("sub\\..\\..\\secret.bin"), std::string(), std::string("a\0b", 3)}) {
    EXPECT_NE(ErrorAt(bad), "") << bad;
  }
  EXPECT_NE(ErrorAt("../secret.bin").find("leaves the model's folder"), std::string::npos);
  EXPECT_NE(ErrorAt("/etc/passwd").find("absolute"), std::string::npos);
  EXPECT_NE(ErrorAt("../secret.bin").find("initializer 'w'"), std::string::npos);
}

TEST_F(ExternalDataTest, RefusesLinksThatLeaveTheFolder) {
  fs::create_symlink(root_ / "secret.bin", root_ / "model" / "link.bin");
  fs::create_directory_symlink(root_, root_ / "model" / "up");
  fs::create_symlink(root_ / "model" / "sub" / "more.bin", root_ / "model" / "inside.bin");
  EXPECT_NE(ErrorAt("link.bin").find("link that leaves"), std::string::npos);
  EXPECT_NE(ErrorAt("up/secret.bin").find("link that leaves"), std::string::npos);
  EXPECT_EQ(ErrorAt("inside.bin"), "");
}

// Download caches keep a model and its data as links into one folder.
TEST_F(ExternalDataTest, AModelThatIsALinkMayUseFilesBesideItsTarget) {
  const fs::path store = root_ / "store";
  fs::create_directories(store);
  ASSERT_TRUE(Load({Entry("location", "data.bin")}).status().code() == StatusCode::kNoSuchFile);
  fs::rename(root_ / "model" / "m.onnx", store / "abc");
  WriteFile(store / "def", test::Raw({5, 6}));
  fs::create_symlink(store / "abc", root_ / "model" / "linked.onnx");
  fs::create_symlink(store / "def", root_ / "model" / "data.bin");
  const OpRegistry registry = test::DomainsOnly();
  EXPECT_EQ(WeightOf(ReadModel((root_ / "model" / "linked.onnx").string(), registry)), (std::vector<float>{5, 6}));
}

TEST_F(ExternalDataTest, MissingShortAndOddFiles) {
  EXPECT_NE(ErrorAt("nowhere.bin").find("'nowhere.bin' is missing"), std::string::npos);
  EXPECT_NE(ErrorAt("sub"), "");  // a folder
  const auto at = [&](const char* offset, const char* length) {
    auto model = Load({Entry("location", "weights.bin"), Entry("offset", offset), Entry("length", length)});
    return model.ok() ? std::string() : model.status().ToString();
  };
  EXPECT_NE(at("20", "8").find("has 24 bytes; the tensor needs 8 at offset 20"), std::string::npos);
  EXPECT_NE(at("8", "4"), "");
  EXPECT_NE(at("-8", "8"), "");
  EXPECT_NE(at("9223372036854775807", "8"), "");
  EXPECT_NE(at("99999999999999999999", "8"), "");
  EXPECT_NE(at("0x8", "8"), "");
  EXPECT_EQ(at("16", "8"), "");
}

TEST_F(ExternalDataTest, FilesThatShrinkLaterAreNoticed) {
  auto model = Load({Entry("location", "weights.bin"), Entry("offset", "8"), Entry("length", "8")});
  ASSERT_TRUE(model.ok());
  ASSERT_EQ(model->files.size(), 2u);
  EXPECT_TRUE(model->files[0]->CheckUnchanged().ok());
  fs::resize_file(root_ / "model" / "m.onnx", 10);
  fs::resize_file(root_ / "model" / "weights.bin", 10);
  EXPECT_FALSE(model->files[0]->CheckUnchanged().ok());
  EXPECT_FALSE(model->files[1]->CheckUnchanged().ok());
}

TEST_F(ExternalDataTest, AModelInMemoryNeedsAFolder) {
  const test::GraphSpec graph{.nodes = {test::NodeMessage("Neg", {"w"}, {"y"})},
                              .initializers = {ExternalTensor("w", {2}, {Entry("location", "sub/more.bin")})},
                              .outputs = {Info("y")}};
  const std::string bytes = test::ModelBytes({.graph = test::GraphMessage(graph)});
  const OpRegistry registry = test::DomainsOnly();
  auto refused = ReadModelFromMemory(AsBytes(bytes), nullptr, registry);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("came from memory"), std::string::npos);
  EXPECT_EQ(WeightOf(ReadModelFromMemory(AsBytes(bytes), nullptr, registry, {}, (root_ / "model").string())),
            (std::vector<float>{9, 10}));
}

}  // namespace
}  // namespace kante::core
