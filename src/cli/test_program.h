// SPDX-License-Identifier: MIT
// The kante program in a folder of its own, for tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/io/npy.h"
#include "kante/session.h"
#include "onnx/test_models.h"

namespace kante::cli {

namespace fs = std::filesystem;
namespace wire = core::test;

inline bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// y = Relu(x * w + b) over float32[2]: (2x + 1, -x).
inline std::string SmallModel() {
  wire::GraphSpec g{.nodes = {wire::NodeMessage("Mul", {"x", "w"}, {"m"}, {}, "times"),
                              wire::NodeMessage("Add", {"m", "b"}, {"s"}, {}, "plus"),
                              wire::NodeMessage("Relu", {"s"}, {"y"}, {}, "rectify")},
                    .initializers = {wire::Floats("w", {2, -1}), wire::Floats("b", {1, 0})},
                    .inputs = {wire::Info("x")},
                    .outputs = {wire::Info("y")}};
  return wire::ModelBytes({.graph = wire::GraphMessage(g)});
}

struct Finished {
  int code = -1;
  std::string out, err;
};

class Program : public ::testing::Test {
 protected:
  Program() {
    folder_ = (fs::temp_directory_path() / "kante-cli-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    Write("m.onnx", SmallModel());
  }
  ~Program() override {
    std::error_code error;
    fs::remove_all(folder_, error);
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& bytes) const {
    fs::create_directories(fs::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }
  std::string Read(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(Path(name), std::ios::binary).rdbuf();
    return out.str();
  }
  // Runs `kante ARGUMENTS` in the test's folder.
  Finished Kante(const std::string& arguments) const {
    const std::string command =
        "cd '" + folder_ + "' && '" KANTE_BINARY_DIR "/kante' " + arguments + " >out.txt 2>err.txt </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), Read("out.txt"), Read("err.txt")};
  }
  static Tensor Floats(const std::vector<float>& values) {
    return *Tensor::Of<float>(std::vector<int64_t>{static_cast<int64_t>(values.size())}, std::span(values));
  }
  void WriteNpy(const std::string& name, const std::vector<float>& values) const {
    Write(name, *FormatNpy(Floats(values)));
  }
  // A backend test whose output is expected to be `y`.
  void WriteCase(const std::string& name, const std::vector<float>& x, const std::vector<float>& y) const {
    Write(name + "/model.onnx", SmallModel());
    fs::create_directories(Path(name + "/test_data_set_0"));
    ASSERT_TRUE(WriteProtoFile(Path(name + "/test_data_set_0/input_0.pb"), Floats(x), "x").ok());
    ASSERT_TRUE(WriteProtoFile(Path(name + "/test_data_set_0/output_0.pb"), Floats(y), "y").ok());
  }
  std::vector<float> NpyValues(const std::string& name) const {
    auto t = ParseNpy(Read(name), name);
    EXPECT_TRUE(t.ok()) << t.status().ToString();
    if (!t.ok() || t->type() != ElementType::kFloat32) return {};
    return {t->values<float>().begin(), t->values<float>().end()};
  }
  std::string folder_;
};

}  // namespace kante::cli
