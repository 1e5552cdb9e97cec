// SPDX-License-Identifier: MIT
// Weights in several files beside the model, one of them larger than 2 GB.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

core::WireWriter External(std::string_view name, const std::vector<int64_t>& dims, const std::string& file,
                          int64_t offset) {
  return wire::ExternalTensor(name, dims,
                              {wire::Entry("location", file), wire::Entry("offset", std::to_string(offset))});
}

void WriteAt(const std::string& path, int64_t offset, const std::vector<float>& values) {
  std::ofstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offset);
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
}

int64_t PeakKilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// y = Gather(table, i) + shift: a table of 3 GiB of which a run reads two rows.
TEST(External, MoreThanTwoGigabytesInSeveralFiles) {
  constexpr int64_t kRows = 786'432;
  constexpr int64_t kWidth = 1024;
  TemporaryFolder folder;
  const std::string table = folder.Write("table.bin", "");
  std::filesystem::resize_file(table, static_cast<uintmax_t>(kRows * kWidth) * sizeof(float));  // sparse
  WriteAt(table, (kRows - 1) * kWidth * int64_t{sizeof(float)}, {5, 6, 7});
  folder.Write("shift.bin", std::string(64, '\0') + wire::Raw({1}));

  const std::string path = folder.Write(
      "large.onnx",
      wire::ModelBytes(
          {.graph = wire::GraphMessage({.nodes = {wire::NodeMessage("Gather", {"table", "i"}, {"rows"}),
                                                  wire::NodeMessage("Add", {"rows", "shift"}, {"y"})},
                                        .initializers = {External("table", {kRows, kWidth}, "table.bin", 0),
                                                         External("shift", {1}, "shift.bin", 64)},
                                        .inputs = {wire::Info("i", TensorTypeOf(Type::kInt64, {"2"}))},
                                        .outputs = {wire::Info("y", TensorTypeOf(Type::kFloat32, {"2", "1024"}))}})}));

  const int64_t before = PeakKilobytes();
  for (OptimizationLevel level : {OptimizationLevel::kNone, OptimizationLevel::kAll}) {
    LoadOptions options;
    options.optimization = level;
    auto model = Model::Load(path, options);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    auto outputs = SessionOf(*model).Run({{"i", Ints({2}, {kRows - 1, 0})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    const std::vector<float> got = FloatsOf((*outputs)[0]);
    ASSERT_EQ(got.size(), size_t{2 * kWidth});
    EXPECT_EQ(std::vector<float>(got.begin(), got.begin() + 4), (std::vector<float>{6, 7, 8, 1}));
    EXPECT_EQ(got.back(), 1);
  }
  EXPECT_LT(PeakKilobytes() - before, 64 << 10) << "the table was read";
}

}  // namespace
}  // namespace kante::api_test
