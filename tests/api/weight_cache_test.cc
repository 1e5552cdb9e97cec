// SPDX-License-Identifier: MIT
// LoadOptions::weight_cache: what a load finds in the folder makes it faster, never wrong and never fail.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kWidth = 200;

// y = x @ w + b with w of 200 x 200, of which element `changed` is another number.
std::string ProductModel(size_t changed = 0) {
  std::vector<float> w(kWidth * kWidth);
  for (size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<int>(i * 7 % 32) - 16) / 16;
  if (changed) w[changed] = 3;
  return wire::ModelBytes(
      {.graph = wire::GraphMessage(
           {.nodes = {wire::NodeMessage("MatMul", {"x", "w"}, {"xw"}), wire::NodeMessage("Add", {"xw", "b"}, {"y"})},
            .initializers = {wire::RawTensor("w", Type::kFloat32, {kWidth, kWidth}, wire::Raw(w)),
                             wire::Floats("b", std::vector<float>(kWidth, 0.5f))},
            .inputs = {wire::Info("x", TensorTypeOf(Type::kFloat32, {"n", "200"}))},
            .outputs = {wire::Info("y", TensorTypeOf(Type::kFloat32, {"n", "200"}))}})});
}

struct Ran {
  std::vector<float> y;
  std::vector<std::string> log;
};

Ran RunModel(const std::string& model, const std::string& cache) {
  Ran ran;
  LoadOptions options;
  options.weight_cache = cache;
  options.log = [&ran](const std::string& line) { ran.log.push_back(line); };
  auto loaded = Model::Load(model, options);
  EXPECT_TRUE(loaded.ok()) << loaded.status().ToString();
  SessionOptions one;
  one.threads = 1;
  auto outputs = SessionOf(*loaded, one).Run({{"x", Ramp({5, kWidth})}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().ToString();
  if (outputs.ok()) ran.y = FloatsOf((*outputs)[0]);
  return ran;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class WeightCacheTest : public ::testing::Test {
 protected:
  WeightCacheTest() {
    fs::create_directory(cache);
    want = RunModel(model, "").y;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(cache)) files.push_back(entry.path().string());
    return files;
  }
  // The only file of the folder.
  std::string File() const {
    const auto files = Files();
    EXPECT_EQ(files.size(), 1u);
    return files.empty() ? "" : files[0];
  }
  // Sets the last packed numbers to zero, which no check sees: whoever uses the file gets another result.
  void Poison() const {
    std::string bytes = ReadAll(File());
    std::fill(bytes.end() - 4000, bytes.end(), '\0');
    WriteAll(File(), bytes);
  }

  TemporaryFolder folder;
  std::string model = folder.Write("model.onnx", ProductModel()), cache = folder.Path("cache");
  std::vector<float> want;
};

TEST_F(WeightCacheTest, WhatIsSavedIsUsed) {
  const Ran first = RunModel(model, cache);
  EXPECT_EQ(first.y, want);
  EXPECT_TRUE(first.log.empty());
  const std::string saved = ReadAll(File());
  const Ran second = RunModel(model, cache);
  EXPECT_EQ(second.y, want);
  EXPECT_TRUE(second.log.empty());
  EXPECT_EQ(ReadAll(File()), saved);
  Poison();
  EXPECT_NE(RunModel(model, cache).y, want);
}

TEST_F(WeightCacheTest, SoItIsForACopyOfTheModel) {
  RunModel(model, cache);
  Poison();
  EXPECT_NE(RunModel(folder.Write("copy.onnx", ProductModel()), cache).y, want);
}

TEST_F(WeightCacheTest, DamagedAndForeignFilesAreMadeAnew) {
  RunModel(model, cache);
  const std::string file = File(), right = ReadAll(file);
  std::vector<std::string> wrong = {"", "no cache at all", std::string(5000, 'x'), right.substr(0, 10)};
  wrong.push_back(right.substr(0, right.size() / 2));
  wrong.push_back(right.substr(0, right.size() - 1));
  wrong.push_back(right + "x");
  for (size_t at : {0, 8, 30, 44, 60, 70, 80, 90, 130, 180, 230}) {
    wrong.push_back(right);
    wrong.back()[at] = static_cast<char>(wrong.back()[at] ^ 0x10);
  }
  for (const std::string& bytes : wrong) {
    WriteAll(file, bytes);
    const Ran ran = RunModel(model, cache);
    EXPECT_EQ(ran.y, want);
    EXPECT_EQ(ran.log.size(), 1u);
    EXPECT_EQ(ReadAll(File()).size(), right.size());
    const Ran after = RunModel(model, cache);
    EXPECT_EQ(after.y, want);
    EXPECT_TRUE(after.log.empty());
  }
}

TEST_F(WeightCacheTest, AnotherModelOfTheSameSizeAndTimeIsNoticed) {
  std::this_thread::sleep_for(std::chrono::milliseconds(2200));  // from then on a change shows in the file's stamp
  RunModel(model, cache);
  const auto time = fs::last_write_time(model);
  constexpr size_t kBetweenSamples = 3700;
  WriteAll(model, ProductModel(kBetweenSamples));
  fs::last_write_time(model, time);
  const std::vector<float> changed = RunModel(model, "").y;
  ASSERT_NE(changed, want);
  const Ran ran = RunModel(model, cache);
  EXPECT_EQ(ran.y, changed);
  EXPECT_EQ(ran.log.size(), 1u);
  EXPECT_EQ(RunModel(model, cache).y, changed);
}

TEST_F(WeightCacheTest, SeveralProcessesAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      bool right = true;
      for (int k = 0; k < 5; ++k) {
        right = right && RunModel(model, cache).y == want;
        if (i == 0) fs::remove_all(Files().empty() ? "" : Files()[0]);
      }
      _exit(right ? 0 : 1);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(RunModel(model, cache).y, want);
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(WeightCacheTest, AFullDiskIsNoError) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10'000, 10'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const Ran ran = RunModel(model, cache);
    _exit(ran.y == want && ran.log.size() == 1 && Files().empty() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(WeightCacheTest, AFolderThatIsNotThereIsNoError) {
  const Ran ran = RunModel(model, folder.Path("nowhere"));
  EXPECT_EQ(ran.y, want);
  EXPECT_EQ(ran.log.size(), 1u);
  fs::create_directories(cache);
  RunModel(model, cache);
  const std::string file = File();
  fs::remove(file);
  fs::create_directory(file);  // nor can it be written
  EXPECT_EQ(RunModel(model, cache).y, want);
}

TEST_F(WeightCacheTest, ModelsInMemorySayThatTheyHaveNone) {
  std::vector<std::string> log;
  LoadOptions options;
  options.weight_cache = cache;
  options.log = [&](const std::string& line) { log.push_back(line); };
  EXPECT_EQ(FloatsOf((*SessionOf(LoadOrDie(ProductModel(), options)).Run({{"x", Ramp({5, kWidth})}}))[0]), want);
  EXPECT_EQ(log.size(), 1u);
  EXPECT_TRUE(Files().empty());
}

}  // namespace
}  // namespace kante::api_test
