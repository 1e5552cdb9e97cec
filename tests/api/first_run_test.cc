// SPDX-License-Identifier: MIT
// Weights at any address of a file: what a first run reads as it lies, later ones pack. The bits are the same.
#include <gtest/gtest.h>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

std::string Weights(int64_t count) {
  std::vector<float> w(static_cast<size_t>(count));
  for (size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<int>(i * 37 % 1013) - 506) / 4096;
  return wire::Raw(w);
}

// Rows of a table through a MatMul and a transposed Gemm. The name of the table moves all weights by `shift` bytes.
std::string ProductsModel(size_t shift) {
  const std::string table = "table" + std::string(shift, '_');
  const auto weight = [](std::string_view name, const std::vector<int64_t>& dims) {
    return wire::RawTensor(name, Type::kFloat32, dims, Weights(dims[0] * dims[1]));
  };
  return wire::ModelBytes(
      {.graph = wire::GraphMessage(
           {.nodes = {wire::NodeMessage("Gather", {table, "i"}, {"rows"}),
                      wire::NodeMessage("MatMul", {"rows", "w"}, {"h"}),
                      wire::NodeMessage("Gemm", {"h", "v"}, {"y"}, {wire::IntAttribute("transB", 1)})},
            .initializers = {weight(table, {500, 300}), weight("w", {300, 310}), weight("v", {280, 310})},
            .inputs = {wire::Info("i", TensorTypeOf(Type::kInt64, {"n"}))},
            .outputs = {wire::Info("y", TensorTypeOf(Type::kFloat32, {"n", "280"}))}})});
}

// Convolutions of 3x3 and 1x1, one of 3x3 with stride 2, one over all that is left.
std::string ConvolutionsModel(size_t shift) {
  const std::string first = "w" + std::string(shift, '_');
  const auto weight = [](std::string_view name, const std::vector<int64_t>& dims) {
    return wire::RawTensor(name, Type::kFloat32, dims, Weights(dims[0] * dims[1] * dims[2] * dims[3]));
  };
  return wire::ModelBytes(
      {.graph = wire::GraphMessage(
           {.nodes = {wire::NodeMessage("Conv", {"x", "t"}, {"s"}, {IntsAttribute("pads", {1, 1, 1, 1})}),
                      wire::NodeMessage("Conv", {"s", first}, {"a"}),
                      wire::NodeMessage("Conv", {"a", "u"}, {"b"}, {IntsAttribute("strides", {2, 2})}),
                      wire::NodeMessage("Conv", {"b", "v"}, {"y"})},
            .initializers = {weight(first, {40, 96, 1, 1}), weight("t", {96, 96, 3, 3}), weight("u", {50, 40, 3, 3}),
                             weight("v", {30, 50, 6, 6})},
            .inputs = {wire::Info("x", TensorTypeOf(Type::kFloat32, {"1", "96", "13", "13"}))},
            .outputs = {wire::Info("y", TensorTypeOf(Type::kFloat32, {"1", "30", "1", "1"}))}})});
}

// Many channels on a small map: to transform the weights takes as long as all else.
std::string DeepModel(size_t shift) {
  const std::string name = "w" + std::string(shift, '_');
  return wire::ModelBytes(
      {.graph = wire::GraphMessage(
           {.nodes = {wire::NodeMessage("Conv", {"x", name}, {"a"}, {IntsAttribute("pads", {1, 1, 1, 1})}),
                      wire::NodeMessage("Conv", {"a", name}, {"y"},
                                        {IntsAttribute("pads", {1, 1, 1, 1}), IntsAttribute("strides", {2, 2})})},
            .initializers = {wire::RawTensor(name, Type::kFloat32, {256, 256, 3, 3}, Weights(256 * 256 * 9))},
            .inputs = {wire::Info("x", TensorTypeOf(Type::kFloat32, {"1", "256", "n", "n"}))},
            .outputs = {wire::Info("y", TensorTypeOf(Type::kFloat32, {"1", "256", "k", "k"}))}})});
}

void ExpectSameBitsInEveryRun(std::string (*make)(size_t), const NamedValues& feeds) {
  TemporaryFolder folder;
  std::vector<float> want;
  for (size_t shift = 0; shift < 4; ++shift) {
    auto model = Model::Load(folder.Write("model.onnx", make(shift)));
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    const Session session = SessionOf(*model);
    for (int run = 0; run < 3; ++run) {
      auto outputs = session.Run(feeds);
      ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
      const std::vector<float> got = FloatsOf((*outputs)[0]);
      if (want.empty()) want = got;
      EXPECT_EQ(got, want) << "shift " << shift << " run " << run;
    }
  }
}

TEST(FirstRun, ProductsHaveTheBitsOfLaterRuns) {
  std::vector<int64_t> rows(40);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i * 71 % 500);
  ExpectSameBitsInEveryRun(&ProductsModel, {{"i", Ints({40}, rows)}});
  ExpectSameBitsInEveryRun(&ProductsModel, {{"i", Ints({2}, {499, 3})}});
}

TEST(FirstRun, ConvolutionsHaveTheBitsOfLaterRuns) {
  ExpectSameBitsInEveryRun(&ConvolutionsModel, {{"x", Ramp({1, 96, 13, 13})}});
  ExpectSameBitsInEveryRun(&DeepModel, {{"x", Ramp({1, 256, 7, 7})}});
  ExpectSameBitsInEveryRun(&DeepModel, {{"x", Ramp({1, 256, 18, 18})}});
}

TEST(FirstRun, PrepareLeavesNothingForLater) {
  TemporaryFolder folder;
  auto model = Model::Load(folder.Write("model.onnx", ProductsModel(1)));
  ASSERT_TRUE(model.ok());
  const Session prepared = SessionOf(*model), other = SessionOf(*model);
  ASSERT_TRUE(prepared.Prepare({{"i", {40}}}).ok());
  const Tensor rows = Ints({40}, std::vector<int64_t>(40, 7));
  EXPECT_EQ(FloatsOf((*prepared.Run({{"i", rows}}))[0]), FloatsOf((*other.Run({{"i", rows}}))[0]));
}

}  // namespace
}  // namespace kante::api_test
