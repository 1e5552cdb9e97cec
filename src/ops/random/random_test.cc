// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "compute/element_io.h"
#include "compute/random.h"
#include "ops/evaluate.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr int64_t kMany = 40000;

// The outputs of one node, run by itself.
std::vector<Value> Evaluate(std::string_view op_type, std::vector<Attribute> attributes, std::vector<Value> inputs,
                            size_t outputs = 1) {
  Node node;
  node.op_type = op_type;
  node.attributes = std::move(attributes);
  std::vector<const Value*> in;
  for (const Value& v : inputs) {
    node.inputs.push_back(static_cast<ValueId>(node.inputs.size()));
    in.push_back(&v);
  }
  for (size_t i = 0; i < outputs; ++i) node.outputs.push_back(static_cast<ValueId>(100 + i));
  const OpRegistry registry = OpRegistry::BuiltIns();
  auto op = registry.Instantiate(node);
  EXPECT_TRUE(op.ok()) << op.status().ToString();
  if (!op.ok()) return std::vector<Value>(outputs);
  auto out = EvaluateNode(*op, node, in, Limits{}, 1 << 24);
  EXPECT_TRUE(out.ok()) << out.status().ToString();
  return out.ok() ? std::move(out).value() : std::vector<Value>(outputs);
}

std::vector<double> Numbers(const Value& value) {
  if (!value.is_tensor()) return {};
  const Tensor& t = value.tensor();
  std::vector<double> numbers(static_cast<size_t>(t.elements()));
  GetLoadRow<double>(t.type())(numbers.data(), t.raw(), t.elements());
  return numbers;
}

struct Moments {
  double mean = 0, deviation = 0, low = 0, high = 0;
};
Moments MomentsOf(const std::vector<double>& x) {
  Moments m;
  if (x.empty()) return m;
  for (double v : x) m.mean += v / static_cast<double>(x.size());
  for (double v : x) m.deviation += (v - m.mean) * (v - m.mean) / static_cast<double>(x.size());
  m.deviation = std::sqrt(m.deviation);
  m.low = *std::min_element(x.begin(), x.end());
  m.high = *std::max_element(x.begin(), x.end());
  return m;
}

Attribute Ints(const char* name, std::vector<int64_t> values) { return Attribute(name, std::move(values)); }
Attribute Dtype(ElementType type) { return Attribute("dtype", static_cast<int>(type)); }

TEST(RandomOpsTest, MomentsInEveryType) {
  for (ElementType type :
       {ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16, ElementType::kBfloat16}) {
    SCOPED_TRACE(NameOf(type));
    const Moments u = MomentsOf(Numbers(Evaluate("RandomUniform",
                                                 {Ints("shape", {4, kMany / 4}), Dtype(type), Attribute("low", -2.0f),
                                                  Attribute("high", 4.0f), Attribute("seed", 1.0f)},
                                                 {})[0]));
    EXPECT_NEAR(u.mean, 1, 0.04);
    EXPECT_NEAR(u.deviation, 6 / std::sqrt(12), 0.04);
    EXPECT_GE(u.low, -2);
    EXPECT_LE(u.high, 4);
    const Moments n = MomentsOf(Numbers(Evaluate("RandomNormal",
                                                 {Ints("shape", {kMany}), Dtype(type), Attribute("mean", 3.0f),
                                                  Attribute("scale", 2.0f), Attribute("seed", 1.0f)},
                                                 {})[0]));
    EXPECT_NEAR(n.mean, 3, 0.05);
    EXPECT_NEAR(n.deviation, 2, 0.05);
    EXPECT_LT(n.low, -3);
    EXPECT_GT(n.high, 9);
  }
}

TEST(RandomOpsTest, SeedsRepeatAndOthersDoNot) {
  for (const char* name : {"RandomUniform", "RandomNormal"}) {
    const auto draw = [&](float seed) {
      return Numbers(Evaluate(name, {Ints("shape", {50}), Attribute("seed", seed)}, {})[0]);
    };
    const auto free = [&] { return Numbers(Evaluate(name, {Ints("shape", {50})}, {})[0]); };
    EXPECT_EQ(draw(3.5f), draw(3.5f));
    EXPECT_NE(draw(3.5f), draw(3.25f));
    EXPECT_NE(draw(0.0f), free());
    EXPECT_NE(free(), free());
  }
}

// Number i of the key that the bits of the seed are, whatever the number of threads.
TEST(RandomOpsTest, NumbersOfASeed) {
  std::vector<double> numbers(20000);
  DrawUniform(0x40000000, 0, 20000, numbers.data());  // 2.0f
  std::vector<float> want;
  for (double x : numbers) want.push_back(static_cast<float>(x * 2 - 1));
  OpTest("RandomUniform", 22)
      .Attr("shape", AttributeValue(std::vector<int64_t>{100, 200}))
      .Attr("low", -1.0f)
      .Attr("seed", 2.0f)
      .Out<float>({100, 200}, want)
      .Tolerance(0, 1e-7)
      .Run();
  OpTest("RandomUniformLike", 1)
      .Attr("low", -1.0f)
      .Attr("seed", 2.0f)
      .In<float>({20000}, std::vector<float>(20000))
      .Out<float>({20000}, want)
      .Tolerance(0, 1e-7)
      .Run();
}

TEST(RandomOpsTest, LikeTakesShapeAndPerhapsType) {
  const std::vector<double> two = {0, 0};
  const Value doubles(OpTest::MakeTensor<double>({2, 1}, two));
  const Value strings(OpTest::MakeTensor<std::string>({3}, {"a", "b", "c"}));
  for (const char* name : {"RandomUniformLike", "RandomNormalLike"}) {
    const Value y = Evaluate(name, {}, {doubles})[0];
    ASSERT_TRUE(y.is_tensor());
    EXPECT_EQ(y.tensor().type(), ElementType::kFloat64);
    EXPECT_EQ(y.tensor().shape(), (Shape{2, 1}));
    const Value z = Evaluate(name, {Dtype(ElementType::kFloat16)}, {strings})[0];
    ASSERT_TRUE(z.is_tensor());
    EXPECT_EQ(z.tensor().type(), ElementType::kFloat16);
    EXPECT_EQ(z.tensor().shape(), (Shape{3}));
    OpTest(name, 22).In<int32_t>({1}, {0}).Fails("cannot draw numbers of type int32");
  }
  const Moments n = MomentsOf(Numbers(
      Evaluate("RandomNormalLike", {Attribute("mean", -1.0f), Attribute("scale", 0.5f), Attribute("seed", 4.0f)},
               {Value(OpTest::MakeTensor<float>({kMany}, std::vector<float>(kMany)))})[0]));
  EXPECT_NEAR(n.mean, -1, 0.02);
  EXPECT_NEAR(n.deviation, 0.5, 0.02);
}

TEST(RandomOpsTest, EdgesAndRefusals) {
  const auto shape = [](std::vector<int64_t> dims) { return AttributeValue(std::move(dims)); };
  EXPECT_EQ(Numbers(Evaluate("RandomNormal", {Ints("shape", {})}, {})[0]).size(), 1u);  // a scalar
  EXPECT_TRUE(Numbers(Evaluate("RandomNormal", {Ints("shape", {2, 0})}, {})[0]).empty());
  OpTest("RandomNormal", 1).Attr("shape", shape({2, -1})).Fails("-1");
  OpTest("RandomNormal", 1).Fails("'shape' is missing");
  OpTest("RandomUniform", 1).Attr("shape", shape({2})).Attr("dtype", 7).Fails("cannot draw numbers of type int64");
}

TEST(BernoulliTest, ChancesInEveryType) {
  std::vector<float> chances(kMany);
  for (size_t i = 0; i < chances.size(); ++i) chances[i] = i % 4 == 0 ? 0.25f : i % 4 == 1 ? 0.75f : i % 4 == 2 ? 0 : 1;
  const Value p(OpTest::MakeTensor<float>({kMany}, chances));
  for (ElementType type : {ElementType::kUndefined, ElementType::kBool, ElementType::kInt8, ElementType::kUint64,
                           ElementType::kFloat64, ElementType::kFloat16, ElementType::kBfloat16}) {
    SCOPED_TRACE(NameOf(type));
    std::vector<Attribute> attributes = {Attribute("seed", 5.0f)};
    if (type != ElementType::kUndefined) attributes.push_back(Dtype(type));
    const Value y = Evaluate("Bernoulli", attributes, {p})[0];
    ASSERT_TRUE(y.is_tensor());
    EXPECT_EQ(y.tensor().type(), type == ElementType::kUndefined ? ElementType::kFloat32 : type);
    double ones[4] = {};
    const std::vector<double> drawn = Numbers(y);
    for (size_t i = 0; i < drawn.size(); ++i) {
      EXPECT_TRUE(drawn[i] == 0 || drawn[i] == 1);
      ones[i % 4] += drawn[i] * 4 / kMany;
    }
    EXPECT_NEAR(ones[0], 0.25, 0.02);
    EXPECT_NEAR(ones[1], 0.75, 0.02);
    EXPECT_EQ(ones[2], 0);
    EXPECT_NEAR(ones[3], 1, 1e-9);
  }
  EXPECT_NE(Numbers(Evaluate("Bernoulli", {}, {p})[0]), Numbers(Evaluate("Bernoulli", {}, {p})[0]));
  OpTest("Bernoulli", 15).Attr("seed", 1.0f).In<double>({0}, {}).Out<double>({0}, {}).Run();
  OpTest("Bernoulli", 15).Attr("dtype", 8).In<float>({1}, {0}).Fails("type string");
}

TEST(MultinomialTest, ClassesComeAsOftenAsTheirChances) {
  const float never = -INFINITY;
  // Rows with chances 1:2:0:1 and 0:0:0:1, scaled.
  const std::vector<float> x = {5, 5 + std::log(2.0f), never, 5, never, never, never, -100};
  for (int type : {6, 7}) {
    const Value y =
        Evaluate("Multinomial",
                 {Attribute("sample_size", static_cast<int>(kMany)), Attribute("seed", 1.0f), Attribute("dtype", type)},
                 {Value(OpTest::MakeTensor<float>({2, 4}, x))})[0];
    ASSERT_TRUE(y.is_tensor());
    EXPECT_EQ(static_cast<int>(y.tensor().type()), type);
    EXPECT_EQ(y.tensor().shape(), (Shape{2, kMany}));
    const std::vector<double> drawn = Numbers(y);
    double often[2][4] = {};
    for (size_t i = 0; i < drawn.size(); ++i) {
      ASSERT_TRUE(drawn[i] >= 0 && drawn[i] < 4);
      often[i / kMany][static_cast<size_t>(drawn[i])] += 1.0 / kMany;
    }
    EXPECT_NEAR(often[0][0], 0.25, 0.015);
    EXPECT_NEAR(often[0][1], 0.5, 0.015);
    EXPECT_EQ(often[0][2], 0);
    EXPECT_NEAR(often[0][3], 0.25, 0.015);
    EXPECT_NEAR(often[1][3], 1, 1e-9);
  }
}

TEST(MultinomialTest, EdgesAndRefusals) {
  const float never = -INFINITY;
  OpTest("Multinomial", 7).In<double>({0, 3}, {}).Out<int32_t>({0, 1}, {}).Run();
  OpTest("Multinomial", 22).In<float>({3, 1}, {1, -50, 50}).Out<int32_t>({3, 1}, {0, 0, 0}).Run();
  OpTest("Multinomial", 7).Attr("sample_size", 0).In<float>({1, 2}, {1, 2}).Out<int32_t>({1, 0}, {}).Run();
  OpTest("Multinomial", 7).In<float>({2, 2}, {0, 0, never, never}).Fails("row 1 holds no chances");
  OpTest("Multinomial", 7).In<float>({1, 2}, {0, NAN}).Fails("row 0 holds no chances");
  OpTest("Multinomial", 7).In<float>({1, 0}, {}).Fails("row 0 holds no chances");
  OpTest("Multinomial", 7).In<float>({2}, {0, 0}).Fails("rank 2");
  OpTest("Multinomial", 7).Attr("dtype", 1).In<float>({1, 1}, {0}).Fails("int32 or int64");
  OpTest("Multinomial", 7).Attr("sample_size", -1).In<float>({1, 1}, {0}).Fails("negative");
}

TEST(DropoutTest, TrainingDropsAndScales) {
  const std::vector<float> x(kMany, 3.0f);
  const Value data(OpTest::MakeTensor<float>({kMany}, x));
  const Value ratio(OpTest::MakeTensor<float>({}, {0.25f}));
  const Value training(OpTest::MakeTensor<bool>({}, {true}));
  const auto run = [&](std::vector<Attribute> attributes) {
    return Evaluate("Dropout", std::move(attributes), {data, ratio, training}, 2);
  };
  const std::vector<Value> out = run({Attribute("seed", 3)});
  const std::vector<double> y = Numbers(out[0]), mask = Numbers(out[1]);
  ASSERT_EQ(y.size(), x.size());
  ASSERT_EQ(mask.size(), x.size());
  for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], mask[i] == 0 ? 0 : 4, 1e-5);
  EXPECT_NEAR(MomentsOf(mask).mean, 0.75, 0.01);
  EXPECT_EQ(Numbers(run({Attribute("seed", 3)})[0]), y);
  EXPECT_NE(Numbers(run({Attribute("seed", 4)})[0]), y);
  EXPECT_NE(Numbers(run({})[0]), Numbers(run({})[0]));
}

TEST(DropoutTest, TypesEdgesAndRefusals) {
  std::vector<double> u(4);
  DrawUniform(9, 0, 4, u.data());
  std::vector<double> want;
  std::vector<bool> kept;
  for (double x : u) {
    kept.push_back(x >= 0.5);
    want.push_back(x >= 0.5 ? 2 : 0);
  }
  OpTest("Dropout", 22)  // a ratio of one half
      .Attr("seed", 9)
      .In<double>({4}, {1, 1, 1, 1})
      .NoInput()
      .In<bool>({}, {true})
      .Out<double>({4}, want)
      .Out<bool>({4}, kept)
      .Run();
  OpTest("Dropout", 13)
      .In<float>({0}, {})
      .In<float>({}, {0.5f})
      .In<bool>({}, {true})
      .Out<float>({0}, {})
      .Out<bool>({0}, {})
      .Run();
  OpTest("Dropout", 13).In<float>({1}, {1}).In<float>({}, {1.0f}).In<bool>({}, {true}).Fails("ratio 1 outside [0, 1)");
  OpTest("Dropout", 13).In<float>({1}, {1}).In<float>({}, {-1.0f}).In<bool>({}, {true}).Fails("ratio -1 outside");
}

}  // namespace
}  // namespace kante::core
