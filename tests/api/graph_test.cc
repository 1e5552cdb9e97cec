// SPDX-License-Identifier: MIT
// Models made of data, and models that are added to.
#include "kante/graph.h"

#include <gtest/gtest.h>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

// y = x @ w where `flag`, else x @ w + 1; w float32[3,400].
ModelSpec BranchingModel() {
  ModelSpec spec;
  spec.opsets[""] = 18;
  spec.metadata["made"] = "here";
  spec.graph.name = "branching";
  spec.graph.inputs = {TensorInfo("x", ElementType::kFloat32, {{-1, "n"}, {3, ""}}),
                       TensorInfo("flag", ElementType::kBool, {})};
  spec.graph.outputs = {TensorInfo("y", ElementType::kFloat32, {{-1, "n"}, {400, ""}})};
  spec.graph.initializers = {{"w", Ramp({3, 400})}, {"one", Floats({}, {1})}};
  GraphSpec same, plus;
  same.outputs = {ValueDescription{.name = "a", .kind = ValueKind::kUnknown}};
  same.nodes = {{.op_type = "Identity", .inputs = {"p"}, .outputs = {"a"}}};
  plus.outputs = {ValueDescription{.name = "b", .kind = ValueKind::kUnknown}};
  plus.nodes = {{.op_type = "Add", .inputs = {"p", "one"}, .outputs = {"b"}}};
  spec.graph.nodes = {{.op_type = "If",
                       .inputs = {"flag"},
                       .outputs = {"y"},
                       .bodies = {{"then_branch", std::make_shared<GraphSpec>(same)},
                                  {"else_branch", std::make_shared<GraphSpec>(plus)}}},
                      {.op_type = "MatMul", .inputs = {"x", "w"}, .outputs = {"p"}, .name = "product"}};
  return spec;
}

std::vector<float> RunBranching(const Model& model, bool flag) {
  const Session session = SessionOf(model);
  auto f = Tensor::Allocate(ElementType::kBool, {});
  *static_cast<bool*>(f->mutable_data()) = flag;
  auto y = session.Run({{"x", Floats({1, 3}, {1, 2, 3})}, {"flag", *f}});
  EXPECT_TRUE(y.ok()) << y.status().ToString();
  return y.ok() ? FloatsOf((*y)[0]) : std::vector<float>();
}

TEST(GraphSpec, RunsWithoutAFile) {
  const ModelSpec spec = BranchingModel();
  const auto model = Model::Make(spec);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->name(), "branching");
  EXPECT_EQ(model->metadata().at("made"), "here");
  EXPECT_EQ(model->inputs()[0].ToString(), "float32[n,3]");
  const auto w = spec.graph.initializers[0].second.values<float>();
  const std::vector<float> same = RunBranching(*model, true), plus = RunBranching(*model, false);
  ASSERT_EQ(same.size(), 400u);
  ASSERT_EQ(plus.size(), 400u);
  for (size_t i = 0; i < 400; ++i) {
    EXPECT_FLOAT_EQ(same[i], w[i] + 2 * w[400 + i] + 3 * w[800 + i]);
    EXPECT_FLOAT_EQ(plus[i], same[i] + 1);
  }
}

TEST(GraphSpec, IsWrittenAsOnnx) {
  const auto bytes = WriteOnnx(BranchingModel());
  ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
  const Model model = LoadOrDie(*bytes);
  EXPECT_EQ(RunBranching(model, true), RunBranching(*Model::Make(BranchingModel()), true));
  const auto saved = model.SaveToMemory();
  ASSERT_TRUE(saved.ok()) << saved.status().ToString();
  EXPECT_EQ(RunBranching(LoadOrDie(*saved), false), RunBranching(model, false));
}

TEST(GraphSpec, IsSavedWithItsWeightsBeside) {
  const TemporaryFolder folder;
  const Model model = *Model::Make(BranchingModel());
  SaveOptions save;
  save.external_data = "w.bin";
  ASSERT_TRUE(model.Save(folder.Path("m.onnx"), save).ok());
  EXPECT_GE(folder.SizeOf("w.bin"), 4800);
  EXPECT_LT(folder.SizeOf("m.onnx"), 4800);
  const auto loaded = Model::Load(folder.Path("m.onnx"));
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  EXPECT_EQ(RunBranching(*loaded, true), RunBranching(model, true));
  save.external_data = "elsewhere/w.bin";
  EXPECT_EQ(model.Save(folder.Path("n.onnx"), save).code(), StatusCode::kInvalidArgument);
  ASSERT_FALSE(model.Nodes().empty());
  EXPECT_EQ(model.Nodes()[0].name, "product");
}

TEST(GraphSpec, MistakesAreNamed) {
  const auto failure = [](void (*spoil)(ModelSpec&)) {
    ModelSpec spec = BranchingModel();
    spoil(spec);
    return Model::Make(spec).status().ToString();
  };
  EXPECT_NE(failure([](ModelSpec& s) { s.graph.nodes[1].inputs[1] = "v"; }).find("'v'"), std::string::npos);
  EXPECT_NE(failure([](ModelSpec& s) { s.graph.nodes[1].op_type = "NoSuch"; }).find("NoSuch"), std::string::npos);
  EXPECT_NE(failure([](ModelSpec& s) {
              s.graph.nodes[1].attributes = {{"axis", {}}};
            }).find("'axis'"),
            std::string::npos);
  EXPECT_NE(failure([](ModelSpec& s) { s.graph.initializers[0].second = Tensor(); }).find("'w'"), std::string::npos);
  EXPECT_NE(failure([](ModelSpec& s) { s.graph.nodes[0].bodies[1].second = nullptr; }).find("'else_branch'"),
            std::string::npos);
  EXPECT_NE(failure([](ModelSpec& s) { s.opsets.clear(); }).find("opset"), std::string::npos);
}

TEST(GraphSpec, ExtendsModels) {
  const std::string bytes = LinearModel();  // y = Relu(x @ w + b)
  ModelSpec more;
  more.graph.nodes = {{.op_type = "Mul", .inputs = {"y", "two"}, .outputs = {"z"}}};
  more.graph.initializers = {{"two", Floats({}, {2})}};
  more.graph.outputs = {ValueDescription{.name = "z", .kind = ValueKind::kUnknown}};
  more.metadata["more"] = "yes";
  const auto extended = ExtendOnnx(BytesOf(bytes), more);
  ASSERT_TRUE(extended.ok()) << extended.status().ToString();
  const Model model = LoadOrDie(*extended);
  ASSERT_EQ(model.outputs().size(), 1u);
  EXPECT_EQ(model.metadata().at("more"), "yes");
  const Value x = Floats({1, 3}, {1, 2, 3});
  const auto y = SessionOf(LoadOrDie(bytes)).Run({{"x", x}});
  const auto z = SessionOf(model).Run({{"x", x}});
  ASSERT_TRUE(z.ok()) << z.status().ToString();
  EXPECT_EQ(FloatsOf((*z)[0])[1], 2 * FloatsOf((*y)[0])[1]);

  more.opsets[""] = 1;
  EXPECT_EQ(ExtendOnnx(BytesOf(bytes), more).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ExtendOnnx(BytesOf("nonsense"), {}).status().code(), StatusCode::kInvalidProtobuf);
  EXPECT_EQ(ExtendOnnx({}, {}).status().code(), StatusCode::kInvalidGraph);
}

TEST(Operators, SinceAVersion) {
  EXPECT_EQ(OperatorSince("", "Softmax", 12), 11);
  EXPECT_EQ(OperatorSince("ai.onnx", "Softmax", 20), 13);
  EXPECT_EQ(OperatorSince("", "Gelu", 19), 0);
  EXPECT_EQ(OperatorSince("no.such", "Softmax", 20), 0);
}

#ifndef KANTE_NO_THREADS
TEST(SharedThreads, SessionsUseOnePool) {
  SessionOptions options;
  options.threads = 2;
  const auto threads = MakeSharedThreads(options);
  ASSERT_TRUE(threads.ok());
  SessionOptions shared;
  shared.threads = 1;  // counts for nothing
  shared.shared_threads = *threads;
  const Model model = LoadOrDie(LinearModel());
  EXPECT_EQ(SessionOf(model, shared).threads(), SessionOf(model, options).threads());
  options.threads = -1;
  EXPECT_EQ(MakeSharedThreads(options).status().code(), StatusCode::kInvalidArgument);
}
#endif

}  // namespace
}  // namespace kante::api_test
