// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compute/element_io.h"
#include "onnx/upgrade.h"
#include "tests/support/op_test.h"
#include "tests/support/test_session.h"

namespace kante::core {
namespace {

constexpr char kDomain[] = "ai.onnx.preview";
using Modify = double (*)(double x, int64_t row, int64_t key);

struct Case {
  int64_t batch, heads, kv_heads, rows, keys, size, v_size;
  double scale = 0;  // 0: 1 / sqrt(size)
  Modify score = [](double x, int64_t, int64_t) { return x; };
  Modify prob = [](double x, int64_t, int64_t) { return x; };
  Shape q() const { return {batch, heads, rows, size}; }
  Shape k() const { return {batch, kv_heads, keys, size}; }
  Shape v() const { return {batch, kv_heads, keys, v_size}; }
  Shape y() const { return {batch, heads, rows, v_size}; }
};

std::vector<float> Wave(const Shape& shape, double step) {
  std::vector<float> x(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(std::sin(step * static_cast<double>(i + 1)));
  return x;
}
std::vector<float> Q(const Case& t) { return Wave(t.q(), 0.7); }
std::vector<float> K(const Case& t) { return Wave(t.k(), 1.3); }
std::vector<float> V(const Case& t) { return Wave(t.v(), 0.4); }

// The formula of the specification.
std::vector<float> Reference(const Case& t) {
  const auto q = Q(t), k = K(t), v = V(t);
  std::vector<float> y;
  const double scale = t.scale != 0 ? t.scale : 1 / std::sqrt(static_cast<double>(t.size));
  for (int64_t head = 0; head < t.batch * t.heads; ++head) {
    const int64_t kv = head / t.heads * t.kv_heads + head % t.heads / (t.heads / t.kv_heads);
    for (int64_t i = 0; i < t.rows; ++i) {
      std::vector<double> p(static_cast<size_t>(t.keys));
      double sum = 0;
      for (int64_t j = 0; j < t.keys; ++j) {
        double dot = 0;
        for (int64_t e = 0; e < t.size; ++e) {
          dot += double{q[static_cast<size_t>((head * t.rows + i) * t.size + e)]} *
                 double{k[static_cast<size_t>((kv * t.keys + j) * t.size + e)]};
        }
        sum += p[static_cast<size_t>(j)] = std::exp(t.score(dot * scale, i, j));
      }
      for (int64_t e = 0; e < t.v_size; ++e) {
        double value = 0;
        for (int64_t j = 0; j < t.keys; ++j) {
          value += t.prob(p[static_cast<size_t>(j)] / sum, i, j) *
                   double{v[static_cast<size_t>((kv * t.keys + j) * t.v_size + e)]};
        }
        y.push_back(static_cast<float>(value));
      }
    }
  }
  return y;
}

OpTest TestOf(const Case& t) {
  OpTest test("FlexAttention", 1, kDomain);
  test.In<float>(t.q(), Q(t)).In<float>(t.k(), K(t)).In<float>(t.v(), V(t));
  return test;
}

Tensor As(ElementType type, const Shape& shape, const std::vector<float>& x) {
  Tensor t = std::move(Tensor::Allocate(type, shape)).value();
  GetStoreRow<float>(type)(t.raw(), x.data(), shape.elements());
  return t;
}

// Through a session: bodies captured from `attributes`, whose graphs take [B, H, L, S].
std::vector<float> RunWith(const Case& t, std::vector<Attribute> attributes, GraphWriter& g,
                           const std::vector<Value>& more = {}) {
  const ValueId q = g.Input("q", ElementType::kFloat32, {t.batch, t.heads, -1, t.size});
  const ValueId k = g.Input("k", ElementType::kFloat32, {t.batch, t.kv_heads, -1, t.size});
  const ValueId v = g.Input("v", ElementType::kFloat32, {t.batch, t.kv_heads, -1, t.v_size});
  Node node;
  node.domain = kDomain;
  node.op_type = "FlexAttention";
  node.version = 1;
  node.inputs = {q, k, v};
  const ValueId y = g.graph.AddValue("y");
  node.outputs = {y};
  node.attributes = std::move(attributes);
  g.graph.AddNode(std::move(node));
  g.Output(y);
  EXPECT_TRUE(UpgradeGraph(g.graph, OpRegistry::BuiltIns()).ok());
  TestSession s(std::move(g.graph));
  if (!s.session) return {};
  std::vector<Value> feeds = more;
  feeds.push_back(Floats(t.q(), Q(t)));
  feeds.push_back(Floats(t.k(), K(t)));
  feeds.push_back(Floats(t.v(), V(t)));
  auto out = s.Run(feeds);
  EXPECT_TRUE(out.ok()) << out.status().ToString();
  return out.ok() ? FloatsOf((*out)[0]) : std::vector<float>();
}

void ExpectNear(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5) << i;
}

TEST(FlexAttention, WithoutBodies) {
  for (const Case& t : {Case{2, 3, 3, 4, 5, 8, 8}, Case{1, 4, 2, 3, 6, 4, 7}, Case{1, 1, 1, 1, 1, 1, 1},
                        Case{1, 2, 2, 3, 4, 5, 2, 0.25}}) {
    OpTest test = TestOf(t);
    if (t.scale != 0) test.Attr("scale", static_cast<float>(t.scale));
    test.Out<float>(t.y(), Reference(t)).Run();
  }
}

TEST(FlexAttention, NegativeScale) {
  const Case t{1, 4, 2, 3, 6, 4, 7, -0.5};
  TestOf(t).Attr("scale", -0.5f).Out<float>(t.y(), Reference(t)).Run();
}

TEST(FlexAttention, NoQueries) {
  const Case t{2, 4, 2, 0, 3, 4, 5};
  TestOf(t).Out<float>(t.y(), {}).Run();
}

TEST(FlexAttention, Types) {
  using enum ElementType;
  struct Row {
    ElementType type, precision;
    double tolerance;
  };
  const Case t{1, 4, 2, 3, 5, 4, 6};
  for (const Row& row :
       {Row{kFloat64, kUndefined, 1e-6}, Row{kFloat64, kFloat32, 1e-6}, Row{kFloat16, kUndefined, 5e-3},
        Row{kFloat16, kFloat64, 5e-3}, Row{kBfloat16, kUndefined, 4e-2}}) {
    OpTest test("FlexAttention", 1, kDomain);
    if (row.precision != kUndefined) test.Attr("softmax_precision", static_cast<int>(row.precision));
    test.In(As(row.type, t.q(), Q(t))).In(As(row.type, t.k(), K(t))).In(As(row.type, t.v(), V(t)));
    test.Out(As(row.type, t.y(), Reference(t))).Tolerance(row.tolerance, row.tolerance).Run();
  }
}

TEST(FlexAttention, ScoresPassThroughABody) {
  Case t{2, 4, 2, 3, 5, 4, 6};
  t.score = [](double x, int64_t i, int64_t j) { return j > i + 1 ? -std::numeric_limits<double>::infinity() : x; };
  GraphWriter body;
  const ValueId scores = body.Input("scores", ElementType::kFloat32, {-1, -1, -1, -1});
  const ValueId ones = body.Op("ConstantOfShape", {body.Op("Shape", {scores})},
                               {Attribute("value", Tensor::Of<float>({1}, std::vector<float>{1}))});
  const ValueId seen = body.Op("Trilu", {ones, body.Constant(Tensor::Scalar(1))}, {Attribute("upper", 0)});
  const ValueId hidden = body.Floats({}, {-std::numeric_limits<float>::infinity()});
  body.Output(body.Op("Where", {body.Op("Greater", {seen, body.Floats({}, {0.5f})}), scores, hidden}));
  GraphWriter g;
  ExpectNear(RunWith(t, {body.Body("score_mod")}, g), Reference(t));
}

TEST(FlexAttention, BothBodiesAndWhatTheyCapture) {
  Case t{1, 2, 2, 3, 4, 4, 4};
  t.score = [](double x, int64_t, int64_t) { return 2 * std::tanh(x / 2); };
  t.prob = [](double x, int64_t, int64_t) { return x * 0.5; };
  GraphWriter g;
  const ValueId cap = g.Input("cap", ElementType::kFloat32, {});
  GraphWriter score;
  const ValueId scores = score.Input("scores", ElementType::kFloat32, {-1, -1, -1, -1});
  const ValueId by = score.Capture(cap, "cap");
  score.Output(score.Op("Mul", {score.Op("Tanh", {score.Op("Div", {scores, by})}), by}));
  GraphWriter prob;
  const ValueId probs = prob.Input("probs", ElementType::kFloat32, {-1, -1, -1, -1});
  prob.Output(prob.Op("Mul", {probs, prob.Floats({}, {0.5f})}));
  ExpectNear(RunWith(t, {score.Body("score_mod"), prob.Body("prob_mod")}, g, {Floats({}, {2})}), Reference(t));
}

TEST(FlexAttention, ABodyMayHandOnItsInput) {
  const Case t{1, 2, 1, 3, 4, 4, 4};
  GraphWriter g, body;
  body.Output(body.Input("scores", ElementType::kFloat32, {-1, -1, -1, -1}));
  ExpectNear(RunWith(t, {body.Body("score_mod")}, g), Reference(t));
}

TEST(FlexAttention, Refusals) {
  TestOf({1, 3, 2, 2, 2, 2, 2}).Fails("do not suit");
  TestOf({1, 2, 2, 2, 2, 2, 2}).Attr("softmax_precision", 7).Fails("not a floating-point type");
  OpTest("FlexAttention", 1, kDomain)
      .In<float>({1, 2, 2}, {1, 2, 3, 4})
      .In<float>({1, 2, 2}, {1, 2, 3, 4})
      .In<float>({1, 2, 2}, {1, 2, 3, 4})
      .Fails("rank 4");
  GraphWriter body;
  const ValueId a = body.Input("a", ElementType::kFloat32, {-1, -1, -1, -1});
  const ValueId b = body.Input("b", ElementType::kFloat32, {-1, -1, -1, -1});
  body.Output(body.Op("Add", {a, b}));
  TestOf({1, 2, 2, 2, 2, 2, 2})
      .Attr("score_mod", AttributeValue(std::make_shared<Graph>(std::move(body.graph))))
      .Fails("must turn one tensor into one, not 2 into 1");
}

}  // namespace
}  // namespace kante::core
