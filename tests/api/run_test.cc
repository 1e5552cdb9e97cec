// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "tests/api/models.h"

namespace kante::api_test {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

using Names = std::vector<std::string>;

class RunTest : public ::testing::Test {
 protected:
  const Model model = LoadOrDie(LinearModel());
  const Session session = SessionOf(model);
  const Tensor x = Floats({2, 3}, {1, 1, 1, 0, 0, 1});
  const std::vector<float> kProduct = {9, 12, 5, 6};
  const std::vector<float> kResult = {9.5f, 0, 5.5f, 0};
};

TEST_F(RunTest, AllOutputsInOrder) {
  auto outputs = session.Run({{"x", x}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  ASSERT_EQ(outputs->size(), 2u);
  EXPECT_EQ(FloatsOf((*outputs)[0]), kResult);
  EXPECT_EQ(FloatsOf((*outputs)[1]), kProduct);
  EXPECT_EQ(ShapeOf((*outputs)[0]), (std::vector<int64_t>{2, 2}));
}

TEST_F(RunTest, NamedOutputsInTheCallersOrder) {
  auto outputs = session.Run({{"x", x}}, Names{"p", "y"});
  ASSERT_TRUE(outputs.ok());
  EXPECT_EQ(FloatsOf((*outputs)[0]), kProduct);
  EXPECT_EQ(FloatsOf((*outputs)[1]), kResult);
  outputs = session.Run({{"x", x}}, Names{"p"});
  ASSERT_TRUE(outputs.ok());
  ASSERT_EQ(outputs->size(), 1u);
  EXPECT_EQ(FloatsOf((*outputs)[0]), kProduct);
  const Status unknown = session.Run({{"x", x}}, Names{"z"}).status();
  EXPECT_EQ(unknown.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Has(unknown.message(), "'z'") && Has(unknown.message(), "'y'")) << unknown.message();
}

TEST_F(RunTest, DefaultsMayBeFed) {
  auto outputs = session.Run({{"x", x}, {"b", Floats({2}, {0, 0})}}, Names{"y"});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), kProduct);
  outputs = session.Run({{"x", x}}, Names{"y"});  // and the default is back
  ASSERT_TRUE(outputs.ok());
  EXPECT_EQ(FloatsOf((*outputs)[0]), kResult);
}

TEST_F(RunTest, WrongFeedsAreNamed) {
  const auto error = [&](const NamedValues& feeds) {
    const Status status = session.Run(feeds).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status.ToString();
    return status.message();
  };
  const std::string missing = error({});
  EXPECT_TRUE(Has(missing, "'x'") && Has(missing, "float32[batch,3]") && Has(missing, "missing")) << missing;
  const std::string unknown = error({{"x", x}, {"q", x}});
  EXPECT_TRUE(Has(unknown, "'q'") && Has(unknown, "'x'") && Has(unknown, "'b'")) << unknown;
  const std::string twice = error({{"x", x}, {"x", x}});
  EXPECT_TRUE(Has(twice, "'x'")) << twice;
  const std::string type = error({{"x", Ints({1, 3}, {1, 2, 3})}});
  EXPECT_TRUE(Has(type, "'x'") && Has(type, "float32[batch,3]") && Has(type, "int64[1,3]")) << type;
  const std::string rank = error({{"x", Floats({3}, {1, 2, 3})}});
  EXPECT_TRUE(Has(rank, "'x'") && Has(rank, "float32[batch,3]") && Has(rank, "float32[3]")) << rank;
  const std::string dim = error({{"x", Floats({1, 2}, {1, 2})}});
  EXPECT_TRUE(Has(dim, "'x'") && Has(dim, "[batch,3]") && Has(dim, "[1,2]")) << dim;
  const std::string nothing = error({{"x", Value()}});
  EXPECT_TRUE(Has(nothing, "'x'")) << nothing;
  const std::string invalid = error({{"x", Tensor()}});
  EXPECT_TRUE(Has(invalid, "'x'")) << invalid;
  const std::string sequence = error({{"x", Value::Sequence({x}, ElementType::kFloat32)}});
  EXPECT_TRUE(Has(sequence, "'x'") && Has(sequence, "tensor")) << sequence;
}

TEST_F(RunTest, ShapesMayChangeFromRunToRun) {
  for (int64_t batch : {1, 4, 0, 2, 4, 17}) {
    auto outputs = session.Run({{"x", Ramp({batch, 3})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    EXPECT_EQ(ShapeOf((*outputs)[0]), (std::vector<int64_t>{batch, 2}));
  }
}

TEST_F(RunTest, InputsAreOnlyRead) {
  const std::vector<float> before = FloatsOf(x);
  auto outputs = session.Run({{"x", x}});
  ASSERT_TRUE(outputs.ok());
  (*outputs)[0].tensor();
  EXPECT_EQ(FloatsOf(x), before);
}

TEST_F(RunTest, ResultsOutliveLaterRunsAndTheSession) {
  Value first;
  {
    const Session brief = SessionOf(model);
    first = (*brief.Run({{"x", x}}))[0];
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(brief.Run({{"x", Ramp({2, 3})}}).ok());
  }
  EXPECT_EQ(FloatsOf(first), kResult);
}

TEST_F(RunTest, IntoMemoryOfTheCaller) {
  float memory[4] = {-1, -1, -1, -1};
  int released = 0;
  {
    auto y =
        Tensor::Wrap(ElementType::kFloat32, std::vector<int64_t>{2, 2}, memory, sizeof memory, [&] { ++released; });
    const std::vector<std::pair<std::string, Tensor>> into = {{"y", *y}};
    const Status status = session.RunInto({{"x", x}}, into);
    ASSERT_TRUE(status.ok()) << status.ToString();
    EXPECT_EQ(y->data(), memory);
  }
  EXPECT_EQ(std::vector<float>(memory, memory + 4), kResult);
  EXPECT_EQ(released, 1);  // nothing of the run holds on to it
}

TEST_F(RunTest, IntoWrongMemory) {
  const auto error = [&](const std::string& name, const Tensor& tensor) {
    const std::vector<std::pair<std::string, Tensor>> into = {{name, tensor}};
    const Status status = session.RunInto({{"x", x}}, into);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status.ToString();
    return status.message();
  };
  const std::string shape = error("y", Floats({4}, {0, 0, 0, 0}));
  EXPECT_TRUE(Has(shape, "'y'") && Has(shape, "[2,2]") && Has(shape, "[4]")) << shape;
  const std::string type = error("y", Ints({2, 2}, {0, 0, 0, 0}));
  EXPECT_TRUE(Has(type, "'y'") && Has(type, "int64") && Has(type, "float32")) << type;
  EXPECT_TRUE(Has(error("q", Floats({2, 2}, {0, 0, 0, 0})), "'q'"));
  EXPECT_FALSE(error("y", Tensor()).empty());
}

TEST_F(RunTest, ByPlace) {
  EXPECT_EQ(*session.InputIndex("x"), 0u);
  EXPECT_EQ(*session.InputIndex("b"), 1u);
  EXPECT_EQ(*session.OutputIndex("p"), 1u);
  const Status unknown = session.OutputIndex("z").status();
  EXPECT_EQ(unknown.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Has(unknown.message(), "'z'") && Has(unknown.message(), "'y'")) << unknown.message();

  const Value feed = x, zeros = Floats({2}, {0, 0}), nothing;
  Value y, p;
  const auto run = [&](const Value* first, const Value* second, Value* to_y, Value* to_p) {
    const std::vector<const Value*> inputs = {first, second};
    const std::vector<Value*> outputs = {to_y, to_p};
    return session.RunAt(inputs, outputs);
  };
  ASSERT_TRUE(run(&feed, nullptr, &y, &p).ok());
  EXPECT_EQ(FloatsOf(y), kResult);
  EXPECT_EQ(FloatsOf(p), kProduct);

  // The second time y is memory to write to; what is not wanted stays away.
  const void* before = y.tensor().data();
  ASSERT_TRUE(run(&feed, &zeros, &y, nullptr).ok());
  EXPECT_EQ(FloatsOf(y), kProduct);
  EXPECT_EQ(y.tensor().data(), before);
  ASSERT_TRUE(run(&feed, &nothing, nullptr, nullptr).ok());

  Value wrong = Floats({3}, {1, 2, 3});
  EXPECT_EQ(run(&feed, nullptr, &wrong, nullptr).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(run(nullptr, &zeros, &y, nullptr).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(run(&wrong, nullptr, &y, nullptr).code(), StatusCode::kInvalidArgument);
  const Status few = session.RunAt({}, {});
  EXPECT_EQ(few.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Has(few.message(), "2 inputs and 2 outputs")) << few.message();
}

TEST_F(RunTest, MoreValuesThanNeedNoHeap) {
  wire::GraphSpec g;
  NamedValues feeds;
  for (int i = 0; i < 11; ++i) {
    const std::string n = std::to_string(i);
    g.nodes.push_back(wire::NodeMessage("Neg", {"x" + n}, {"y" + n}));
    g.inputs.push_back(wire::Info("x" + n));
    g.outputs.push_back(wire::Info("y" + n));
    feeds.emplace_back("x" + n, Floats({2}, {static_cast<float>(i), 1}));
  }
  const Session many = SessionOf(LoadOrDie(wire::ModelBytes({.graph = wire::GraphMessage(g)})));
  std::vector<const Value*> inputs;
  std::vector<Value> results(11);
  std::vector<Value*> outputs;
  for (size_t i = 0; i < 11; ++i) {
    inputs.push_back(&feeds[i].second);
    outputs.push_back(&results[i]);
  }
  ASSERT_TRUE(many.RunAt(inputs, outputs).ok());
  for (size_t i = 0; i < 11; ++i) EXPECT_EQ(FloatsOf(results[i])[0], -static_cast<float>(i));
}

TEST_F(RunTest, MisalignedMemoryWorks) {
  alignas(64) char memory[64] = {};
  const float values[] = {1, 1, 1, 0, 0, 1};
  std::memcpy(memory + 4, values, sizeof values);  // aligned for a float, not for a vector
  auto wrapped = Tensor::Wrap(ElementType::kFloat32, std::vector<int64_t>{2, 3}, memory + 4, sizeof values);
  ASSERT_TRUE(wrapped.ok());
  auto outputs = session.Run({{"x", *wrapped}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ(FloatsOf((*outputs)[0]), kResult);
}

TEST_F(RunTest, AnInputAsOutputIsACopy) {
  wire::GraphSpec g{.nodes = {wire::NodeMessage("Identity", {"x"}, {"y"})},
                    .inputs = {wire::Info("x")},
                    .outputs = {wire::Info("y"), wire::Info("x")}};
  const Session pass = SessionOf(LoadOrDie(wire::ModelBytes({.graph = wire::GraphMessage(g)})));
  Tensor in = Floats({2}, {3, 4});
  auto outputs = pass.Run({{"x", in}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  in.mutable_values<float>()[0] = 0;
  EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{3, 4}));
  EXPECT_EQ(FloatsOf((*outputs)[1]), (std::vector<float>{3, 4}));
  EXPECT_NE((*outputs)[0].tensor().data(), (*outputs)[1].tensor().data());
}

TEST_F(RunTest, AConstantAsOutputIsACopy) {
  wire::GraphSpec g{.nodes = {wire::NodeMessage("Identity", {"w"}, {"y"})},
                    .initializers = {wire::Floats("w", {3, 4})},
                    .outputs = {wire::Info("y")}};
  const Session constant = SessionOf(LoadOrDie(wire::ModelBytes({.graph = wire::GraphMessage(g)})));
  for (int i = 0; i < 2; ++i) {
    auto outputs = constant.Run({});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{3, 4}));
    Tensor mine = (*outputs)[0].tensor();
    mine.mutable_values<float>()[0] = 99;
  }
}

TEST_F(RunTest, Sequences) {
  const Session sequences = SessionOf(LoadOrDie(SequenceModel()));
  const Value one = Value::Sequence({Floats({2}, {1, 2}), Floats({1}, {3})}, ElementType::kFloat32);
  auto outputs = sequences.Run({{"s", one}, {"x", Floats({2}, {4, 5})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  ASSERT_EQ((*outputs)[0].kind(), Value::Kind::kSequence);
  ASSERT_EQ((*outputs)[0].items().size(), 3u);
  EXPECT_EQ(FloatsOf((*outputs)[0].items()[1]), (std::vector<float>{3}));
  EXPECT_EQ(FloatsOf((*outputs)[1]), (std::vector<float>{1, 2, 3, 4, 5}));
  EXPECT_EQ(FloatsOf((*outputs)[2]), (std::vector<float>{1, 2}));
  const Value empty = Value::Sequence({}, ElementType::kFloat32);
  outputs = sequences.Run({{"s", empty}, {"x", Floats({1}, {4})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
  EXPECT_EQ((*outputs)[0].items().size(), 1u);
  const Status tensor = sequences.Run({{"s", Floats({1}, {4})}, {"x", Floats({1}, {4})}}).status();
  EXPECT_TRUE(Has(tensor.message(), "'s'")) << tensor.message();
  const Value wrong = Value::Sequence({Ints({1}, {4})}, ElementType::kInt64);
  const Status mixed = sequences.Run({{"s", wrong}, {"x", Floats({1}, {4})}}).status();
  EXPECT_FALSE(mixed.ok());
  const Value nested = Value::Sequence({Value()}, ElementType::kFloat32);
  EXPECT_FALSE(sequences.Run({{"s", nested}, {"x", Floats({1}, {4})}}).ok());
}

TEST_F(RunTest, RuntimeErrorsNameNodeOperatorAndShapes) {
  const std::string bytes =
      NodeModel({.op = "MatMul", .inputs = {{Type::kFloat32, {-1, -1}}, {Type::kFloat32, {-1, -1}}}});
  const Session product = SessionOf(LoadOrDie(bytes));
  const Status status = product.Run({{"x0", Ramp({2, 3})}, {"x1", Ramp({4, 5})}}).status();
  EXPECT_FALSE(status.ok());
  for (const char* part : {"the_node", "MatMul", "[2,3]", "[4,5]"})
    EXPECT_TRUE(Has(status.message(), part)) << status.message();
  EXPECT_TRUE(product.Run({{"x0", Ramp({2, 3})}, {"x1", Ramp({3, 5})}}).ok());  // and the session lives on
}

TEST_F(RunTest, PrepareThenRun) {
  EXPECT_TRUE(session.Prepare({{"x", {5, 3}}}).ok());
  EXPECT_TRUE(session.Prepare({}).ok());
  EXPECT_FALSE(session.Prepare({{"x", {-5, 3}}}).ok());
  EXPECT_FALSE(session.Prepare({{"nobody", {5, 3}}}).ok());
  EXPECT_FALSE(session.Prepare({{"x", {5, 4}}}).ok());
  auto outputs = session.Run({{"x", Ramp({5, 3})}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().ToString();
}

}  // namespace
}  // namespace kante::api_test
