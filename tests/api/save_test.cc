// SPDX-License-Identifier: MIT
// Saving, extracting and inspecting models.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Save, ReloadsToEqualResults) {
  TemporaryFolder folder;
  const Tensor x = Ramp({3, 2, 8, 8});
  for (auto level : {OptimizationLevel::kNone, OptimizationLevel::kBasic, OptimizationLevel::kAll}) {
    LoadOptions options;
    options.optimization = level;
    const Model model = LoadOrDie(ConvModel(), options);
    const std::string path = folder.Path("saved.onnx");
    const Status saved = model.Save(path);
    ASSERT_TRUE(saved.ok()) << saved.ToString();
    auto again = Model::Load(path);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(again->inputs()[0].ToString(), model.inputs()[0].ToString());
    EXPECT_EQ(again->metadata(), model.metadata());
    auto want = SessionOf(model).Run({{"x", x}}), got = SessionOf(*again).Run({{"x", x}});
    ASSERT_TRUE(want.ok() && got.ok());
    const auto a = FloatsOf((*want)[0]), b = FloatsOf((*got)[0]);
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
  }
  const Status nowhere = LoadOrDie(LinearModel()).Save(folder.Path("no/such/folder.onnx"));
  EXPECT_FALSE(nowhere.ok());
  EXPECT_TRUE(Has(nowhere.message(), "folder.onnx")) << nowhere.message();
}

TEST(Save, ExternalDataAndProgress) {
  TemporaryFolder folder;
  const Model model = LoadOrDie(ConvModel());
  std::vector<double> shares;
  SaveOptions options;
  options.external_data = "c.onnx.data";
  options.external_threshold_bytes = 0;
  options.progress = [&](double share) { return shares.push_back(share), true; };
  const Status saved = model.Save(folder.Path("c.onnx"), options);
  ASSERT_TRUE(saved.ok()) << saved.ToString();
  ASSERT_FALSE(shares.empty());
  for (size_t i = 1; i < shares.size(); ++i) EXPECT_GT(shares[i], shares[i - 1]);
  EXPECT_LE(shares.back(), 1);
  auto again = Model::Load(folder.Path("c.onnx"));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  const Tensor x = Ramp({1, 2, 8, 8});
  auto want = SessionOf(model).Run({{"x", x}}), got = SessionOf(*again).Run({{"x", x}});
  ASSERT_TRUE(want.ok() && got.ok());
  EXPECT_EQ(FloatsOf((*want)[0]), FloatsOf((*got)[0]));
  options.progress = [](double) { return false; };
  EXPECT_EQ(model.Save(folder.Path("cancelled.onnx"), options).code(), StatusCode::kCancelled);
  EXPECT_FALSE(Model::Load(folder.Path("cancelled.onnx")).ok());
  EXPECT_FALSE(Model::Load(folder.Path("cancelled.onnx.data")).ok());
}

TEST(Save, DefaultsOfInputsSurvive) {
  TemporaryFolder folder;
  const std::string path = folder.Path("saved.onnx");
  ASSERT_TRUE(LoadOrDie(LinearModel()).Save(path).ok());
  auto again = Model::Load(path);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  ASSERT_EQ(again->inputs().size(), 2u);
  EXPECT_TRUE(again->inputs()[1].has_default);
  auto outputs = SessionOf(*again).Run({{"x", Floats({1, 3}, {1, 1, 1})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{9.5f, 0}));
}

TEST(Save, ControlFlow) {
  TemporaryFolder folder;
  const std::string path = folder.Path("saved.onnx");
  ASSERT_TRUE(LoadOrDie(LoopModel(7)).Save(path).ok());
  auto again = Model::Load(path);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  auto outputs = SessionOf(*again).Run({{"x", Floats({}, {1})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), std::vector<float>{8});
}

// A mapped model may be saved over its own file.
TEST(Save, OverItself) {
  TemporaryFolder folder;
  const std::string path = folder.Write("m.onnx", ConvModel());
  auto model = Model::Load(path);
  ASSERT_TRUE(model.ok());
  ASSERT_TRUE(model->Save(path).ok());
  EXPECT_TRUE(SessionOf(*model).Run({{"x", Ramp({1, 2, 8, 8})}}).ok());
  auto again = Model::Load(path);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_TRUE(SessionOf(*again).Run({{"x", Ramp({1, 2, 8, 8})}}).ok());
}

TEST(SaveNode, IsAModelOfOneNode) {
  TemporaryFolder folder;
  LoadOptions options;
  options.optimization = OptimizationLevel::kNone;
  const Model model = LoadOrDie(ConvModel(), options);
  const std::string path = folder.Path("node.onnx");
  auto inputs = model.SaveNode("r", path);
  ASSERT_TRUE(inputs.ok()) << inputs.status().ToString();
  EXPECT_EQ(*inputs, std::vector<std::string>{"c"});
  auto relu = Model::Load(path);
  ASSERT_TRUE(relu.ok()) << relu.status().ToString();
  auto outputs = SessionOf(*relu).Run({{"c", Floats({1, 4, 1, 1}, {-1, 0, 1, 2})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{0, 0, 1, 2}));

  inputs = model.SaveNode("c", path);  // weights stay inside
  ASSERT_TRUE(inputs.ok());
  EXPECT_EQ(*inputs, std::vector<std::string>{"x"});
  EXPECT_TRUE(Model::Load(path).ok());
  const Status nobody = model.SaveNode("nobody", path).status();
  EXPECT_EQ(nobody.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Has(nobody.message(), "'nobody'"));
  EXPECT_FALSE(model.SaveNode("x", path).ok());
}

TEST(SaveNode, KeepsBodies) {
  TemporaryFolder folder;
  const Model model = LoadOrDie(LoopModel(7));
  const std::string path = folder.Path("node.onnx");
  auto inputs = model.SaveNode("y", path);
  ASSERT_TRUE(inputs.ok()) << inputs.status().ToString();
  auto loop = Model::Load(path);
  ASSERT_TRUE(loop.ok()) << loop.status().ToString();
  auto outputs = SessionOf(*loop).Run({{"x", Floats({}, {1})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), std::vector<float>{8});
}

TEST(Inspect, CountsAKnownNet) {
  LoadOptions options;
  options.optimization = OptimizationLevel::kNone;
  const Model model = LoadOrDie(ConvModel(), options);
  auto report = model.Inspect({{"x", {3, 2, 8, 8}}});
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->parameters, 72 + 4 + 20 + 5);
  EXPECT_EQ(report->parameter_bytes, 4 * (72 + 4 + 20 + 5));
  EXPECT_TRUE(report->complete);
  EXPECT_TRUE(report->unsupported.empty());
  const double conv = 2.0 * 3 * 4 * 64 * 18, gemm = 2.0 * 3 * 5 * 4;
  for (const OperatorCount& op : report->operators) {
    EXPECT_EQ(op.count, 1);
    EXPECT_TRUE(op.supported);
    EXPECT_GT(op.version, 0);
    if (op.name == "Conv") {
      EXPECT_EQ(op.flops, conv);
    } else if (op.name == "Gemm") {
      EXPECT_EQ(op.flops, gemm);
    } else if (op.name == "Relu") {
      EXPECT_EQ(op.flops, 3 * 4 * 64);
    }
  }
  EXPECT_EQ(report->operators.size(), 5u);
  double sum = 0;
  for (const OperatorCount& op : report->operators) sum += op.flops;
  EXPECT_EQ(report->flops, sum);
  // c, r, a, f, y
  EXPECT_EQ(report->activation_bytes, 4 * 3 * (256 + 256 + 4 + 4 + 5));
  EXPECT_GE(report->arena_bytes, 4 * 3 * 256);
  EXPECT_LE(report->arena_bytes, report->activation_bytes + (1 << 16));
  // Open dimensions count as one.
  auto one = model.Inspect();
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->activation_bytes * 3, report->activation_bytes);
  EXPECT_EQ(one->flops * 3, report->flops);
  const Status unknown = model.Inspect({{"z", {1}}}).status();
  EXPECT_EQ(unknown.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Has(unknown.message(), "'z'"));
  EXPECT_FALSE(model.Inspect({{"x", {1, 7, 8, 8}}}).ok());
  EXPECT_FALSE(model.Inspect({{"x", {-1, 2, 8, 8}}}).ok());
}

TEST(Inspect, FlopsOfProductsAndLayers) {
  const auto flops = [](const NodeSpec& spec) {
    const Model model = LoadOrDie(NodeModel(spec));
    if (!model.valid()) return -1.0;
    auto report = model.Inspect();
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return report.ok() ? report->flops : -1.0;
  };
  const Type f = Type::kFloat32;
  EXPECT_EQ(flops({.op = "MatMul", .inputs = {{f, {6, 5, 7}}, {f, {7, 3}}}}), 2.0 * 6 * 5 * 7 * 3);
  EXPECT_EQ(flops({.op = "MatMul", .inputs = {{f, {7}}, {f, {7}}}}), 14.0);
  EXPECT_EQ(flops({.op = "ConvTranspose", .inputs = {{f, {1, 4, 5, 5}}, {f, {4, 3, 2, 2}}}}), 2.0 * 4 * 25 * 3 * 4);
  EXPECT_EQ(flops({.op = "Conv",
                   .inputs = {{f, {1, 4, 5, 5}}, {f, {4, 1, 3, 3}}},
                   .attributes = {wire::IntAttribute("group", 4)}}),
            2.0 * 4 * 9 * 9);
  EXPECT_EQ(flops({.op = "LSTM",
                   .inputs = {{f, {10, 2, 3}}, {f, {1, 16, 3}}, {f, {1, 16, 4}}},
                   .attributes = {wire::IntAttribute("hidden_size", 4)}}),
            2.0 * 10 * 2 * 16 * (3 + 4));
  EXPECT_EQ(flops({.op = "Add", .inputs = {{f, {10, 2}}, {f, {2}}}}), 20.0);
}

TEST(Inspect, ListsWhatIsNotSupported) {
  wire::GraphSpec g{
      .nodes = {wire::NodeMessage("Relu", {"x"}, {"a"}), wire::NodeMessage("Frobnicate", {"a"}, {"b"}, {}, "strange"),
                wire::NodeMessage("Relu", {"b"}, {"y"})},
      .inputs = {wire::Info("x")},
      .outputs = {wire::Info("y")}};
  LoadOptions options;
  options.inspect_only = true;
  const Model model = LoadOrDie(wire::ModelBytes({.graph = wire::GraphMessage(g)}), options);
  ASSERT_TRUE(model.valid());
  auto report = model.Inspect();
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_FALSE(report->complete);
  ASSERT_EQ(report->unsupported.size(), 1u);
  EXPECT_TRUE(Has(report->unsupported[0], "strange") && Has(report->unsupported[0], "Frobnicate"))
      << report->unsupported[0];
  ASSERT_EQ(report->operators.size(), 2u);
  EXPECT_EQ(report->operators[0].name, "Relu");  // by falling count
  EXPECT_EQ(report->operators[0].count, 2);
  EXPECT_FALSE(report->operators[1].supported);
}

}  // namespace
}  // namespace kante::api_test
