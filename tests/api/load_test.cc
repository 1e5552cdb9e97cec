// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "onnx/test_ort_models.h"
#include "tests/api/models.h"

namespace kante::api_test {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Load, FromFileAndFromMemory) {
  TemporaryFolder folder;
  const std::string bytes = LinearModel();
  const std::string path = folder.Write("linear.onnx", bytes);
  for (FileMapping mapping : {FileMapping::kMap, FileMapping::kCopy}) {
    LoadOptions options;
    options.mapping = mapping;
    auto model = Model::Load(path, options);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    auto outputs = SessionOf(*model).Run({{"x", Floats({1, 3}, {1, 1, 1})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{9.5f, 0}));
  }
  std::string changing = bytes;
  const Model model = LoadOrDie(changing);
  std::fill(changing.begin(), changing.end(), 'x');  // it was copied
  auto outputs = SessionOf(model).Run({{"x", Floats({1, 3}, {1, 1, 1})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[1]), (std::vector<float>{9, 12}));
}

TEST(Load, OrtFiles) {
  namespace ort = core::test::ort;
  TemporaryFolder folder;
  const std::string bytes = ort::File(ort::Graph({.nodes = {ort::Node("Add", {"x", "w"}, {"y"})},
                                                  .initializers = {ort::Floats("w", {1, 2})},
                                                  .values = {ort::Value("x"), ort::Value("y")},
                                                  .inputs = {"x"},
                                                  .outputs = {"y"}}));
  const std::string path = folder.Write("add.ort", bytes);
  for (FileMapping mapping : {FileMapping::kMap, FileMapping::kCopy}) {
    for (ModelFormat format : {ModelFormat::kDetect, ModelFormat::kOrt}) {
      LoadOptions options;
      options.mapping = mapping;
      options.format = format;
      auto model = Model::Load(path, options);
      ASSERT_TRUE(model.ok()) << model.status().ToString();
      EXPECT_EQ(model->producer(), "hand");
      EXPECT_EQ(model->producer_version(), "1.5");
      auto outputs = SessionOf(*model).Run({{"x", Floats({2}, {10, 20})}});
      ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
      EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{11, 22}));
    }
  }
  auto outputs = SessionOf(LoadOrDie(bytes)).Run({{"x", Floats({2}, {0, 0})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{1, 2}));
  LoadOptions as_onnx;
  as_onnx.format = ModelFormat::kOnnx;
  EXPECT_EQ(Model::Load(path, as_onnx).status().code(), StatusCode::kInvalidProtobuf);
  LoadOptions as_ort;
  as_ort.format = ModelFormat::kOrt;
  const Status other = Model::Load(folder.Write("linear.onnx", LinearModel()), as_ort).status();
  EXPECT_TRUE(Has(other.message(), "not an .ort file")) << other.message();
}

TEST(Load, ErrorsNameTheFile) {
  TemporaryFolder folder;
  const auto load = [&](const std::string& path) { return Model::Load(path).status(); };
  const Status missing = load(folder.Path("none.onnx"));
  EXPECT_EQ(missing.code(), StatusCode::kNoSuchFile);
  EXPECT_TRUE(Has(missing.message(), "none.onnx")) << missing.message();
  EXPECT_EQ(missing.ToString().substr(0, 11), "NoSuchFile:");
  const Status directory = load(folder.Path(""));
  EXPECT_FALSE(directory.ok());
  EXPECT_FALSE(directory.message().empty());
  const Status empty = load(folder.Write("empty.onnx", ""));
  EXPECT_FALSE(empty.ok());
  EXPECT_TRUE(Has(empty.message(), "empty.onnx")) << empty.message();
  const Status garbage = load(folder.Write("garbage.onnx", std::string(300, '\xff')));
  EXPECT_EQ(garbage.code(), StatusCode::kInvalidProtobuf);
  EXPECT_TRUE(Has(garbage.message(), "garbage.onnx")) << garbage.message();
  const Status text = load(folder.Write("text.onnx", "This is a README, not a model.\n"));
  EXPECT_FALSE(text.ok());
  EXPECT_TRUE(Has(text.message(), "text.onnx")) << text.message();
  EXPECT_FALSE(Model::LoadFromMemory({}).ok());
}

TEST(Load, UnknownOperatorsAreListedTogether) {
  wire::GraphSpec g{.nodes = {wire::NodeMessage("Frobnicate", {"x"}, {"a"}, {}, "one"),
                              wire::NodeMessage("Twiddle", {"a"}, {"y"}, {}, "two")},
                    .inputs = {wire::Info("x")},
                    .outputs = {wire::Info("y")}};
  const std::string bytes = wire::ModelBytes({.graph = wire::GraphMessage(g)});
  const Status status = Model::LoadFromMemory(BytesOf(bytes)).status();
  EXPECT_EQ(status.code(), StatusCode::kNotImplemented);
  for (const char* part : {"Frobnicate", "Twiddle", "'one'", "'two'"}) {
    EXPECT_TRUE(Has(status.message(), part)) << status.message();
  }
  LoadOptions options;
  options.inspect_only = true;
  const Model model = LoadOrDie(bytes, options);
  ASSERT_TRUE(model.valid());
  EXPECT_TRUE(Has(model.GraphText(), "Frobnicate"));
  EXPECT_FALSE(Session::Create(model).ok());
}

TEST(Load, UnknownOpset) {
  wire::GraphSpec g{
      .nodes = {wire::NodeMessage("Relu", {"x"}, {"y"})}, .inputs = {wire::Info("x")}, .outputs = {wire::Info("y")}};
  const auto status = [&](const std::vector<std::pair<std::string, int64_t>>& imports) {
    const std::string bytes = wire::ModelBytes({.graph = wire::GraphMessage(g), .imports = imports});
    return Model::LoadFromMemory(BytesOf(bytes)).status();
  };
  EXPECT_TRUE(status({{"", 1}}).ok());
  EXPECT_TRUE(status({{"ai.onnx", 21}}).ok());
  const Status newer = status({{"", 9999}});
  EXPECT_EQ(newer.code(), StatusCode::kNotImplemented);
  EXPECT_TRUE(Has(newer.message(), "9999")) << newer.message();
}

TEST(Load, DescribesInputsAndOutputs) {
  const Model model = LoadOrDie(LinearModel());
  ASSERT_TRUE(model.valid());
  ASSERT_EQ(model.inputs().size(), 2u);
  const ValueDescription& x = model.inputs()[0];
  EXPECT_EQ(x.name, "x");
  EXPECT_EQ(x.kind, ValueKind::kTensor);
  EXPECT_EQ(x.element_type, ElementType::kFloat32);
  ASSERT_TRUE(x.has_shape);
  ASSERT_EQ(x.dimensions.size(), 2u);
  EXPECT_EQ(x.dimensions[0].value, -1);
  EXPECT_EQ(x.dimensions[0].name, "batch");
  EXPECT_EQ(x.dimensions[1].value, 3);
  EXPECT_FALSE(x.has_default);
  EXPECT_EQ(x.ToString(), "float32[batch,3]");
  EXPECT_EQ(model.inputs()[1].name, "b");
  EXPECT_TRUE(model.inputs()[1].has_default);
  ASSERT_EQ(model.outputs().size(), 2u);
  EXPECT_EQ(model.outputs()[0].ToString(), "float32[batch,2]");
  EXPECT_EQ(model.metadata(), (std::map<std::string, std::string>{{"key", "value"}}));
  EXPECT_EQ(model.opsets(), (std::map<std::string, int>{{"", 21}}));
  EXPECT_EQ(model.name(), "linear");
  EXPECT_EQ(model.ir_version(), 10);
}

TEST(Load, DescribesSequences) {
  const Model model = LoadOrDie(SequenceModel());
  ASSERT_TRUE(model.valid());
  EXPECT_EQ(model.inputs()[0].kind, ValueKind::kSequence);
  EXPECT_EQ(model.inputs()[0].element_type, ElementType::kFloat32);
  EXPECT_EQ(model.inputs()[0].ToString(), "seq(float32[?])");
}

TEST(Load, ProgressAndCancel) {
  const std::string bytes = ConvModel();
  std::vector<double> shares;
  LoadOptions options;
  options.progress = [&](double share) {
    shares.push_back(share);
    return true;
  };
  LoadOrDie(bytes, options);
  ASSERT_GE(shares.size(), 2u);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_GE(shares.front(), 0.0);
  EXPECT_EQ(shares.back(), 1.0);
  for (size_t stop = 0; stop < shares.size(); ++stop) {
    size_t calls = 0;
    options.progress = [&](double) { return calls++ < stop; };
    EXPECT_EQ(Model::LoadFromMemory(BytesOf(bytes), options).status().code(), StatusCode::kCancelled) << stop;
  }
}

TEST(Load, LimitsAreTheCallers) {
  LoadOptions options;
  options.limits.max_nodes = 3;
  EXPECT_EQ(Model::LoadFromMemory(BytesOf(ChainModel(10)), options).status().code(), StatusCode::kLimitExceeded);
  options.limits.max_nodes = 20;
  EXPECT_TRUE(Model::LoadFromMemory(BytesOf(ChainModel(10)), options).ok());
}

TEST(Load, OptimizationLevelsAgree) {
  std::vector<std::vector<float>> results;
  const Tensor x = Ramp({3, 2, 8, 8});
  for (auto level : {OptimizationLevel::kNone, OptimizationLevel::kBasic, OptimizationLevel::kAll}) {
    LoadOptions options;
    options.optimization = level;
    const Model model = LoadOrDie(ConvModel(), options);
    EXPECT_EQ(Has(model.GraphText(), "FusedConv"), level == OptimizationLevel::kAll) << model.GraphText();
    EXPECT_EQ(model.OptimizationNotes().empty(), level != OptimizationLevel::kAll);
    auto outputs = SessionOf(model).Run({{"x", x}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    EXPECT_EQ(ShapeOf((*outputs)[0]), (std::vector<int64_t>{3, 5}));
    results.push_back(FloatsOf((*outputs)[0]));
  }
  for (size_t i = 0; i < results[0].size(); ++i) {
    EXPECT_NEAR(results[1][i], results[0][i], 1e-5);
    EXPECT_NEAR(results[2][i], results[0][i], 1e-5);
  }
}

TEST(Load, HandlesShareOneModel) {
  Model copy;
  EXPECT_FALSE(copy.valid());
  EXPECT_EQ(Session::Create(copy).status().code(), StatusCode::kNoModel);
  Session session;
  {
    const Model model = LoadOrDie(LinearModel());
    copy = model;
    EXPECT_EQ(copy.rep(), model.rep());
    session = SessionOf(model);
    copy = Model();
  }
  EXPECT_TRUE(session.Run({{"x", Floats({1, 3}, {1, 2, 3})}}).ok());  // the session keeps the model
}

TEST(Load, ListOperators) {
  const auto ops = ListOperators();
  EXPECT_GT(ops.size(), 60u);
  const auto relu =
      std::find_if(ops.begin(), ops.end(), [](const OperatorInfo& o) { return o.domain.empty() && o.name == "Relu"; });
  ASSERT_NE(relu, ops.end());
  EXPECT_EQ(relu->min_inputs, 1);
  EXPECT_EQ(relu->max_outputs, 1);
  EXPECT_TRUE(relu->has_kernel);
  EXPECT_EQ(relu->floats, FloatNumerics::kExact);
  EXPECT_EQ(relu->integers, IntegerNumerics::kWrap);
  EXPECT_NE(std::find(relu->types.begin(), relu->types.end(), ElementType::kFloat32), relu->types.end());
  EXPECT_TRUE(std::is_sorted(ops.begin(), ops.end(), [](const OperatorInfo& a, const OperatorInfo& b) {
    return std::pair(a.domain, a.name) < std::pair(b.domain, b.name);
  }));
}

}  // namespace
}  // namespace kante::api_test
