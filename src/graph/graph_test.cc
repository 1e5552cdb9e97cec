// SPDX-License-Identifier: MIT
#include "graph/graph.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "graph/builder.h"
#include "graph/test_util.h"

namespace kante::core {
namespace {

void ExpectSound(const Graph& graph) {
  const Status status = Verify(graph);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << Dump(graph);
}

TEST(Graph, NamesAreMadeUnique) {
  Graph g;
  const ValueId a = g.AddValue("x");
  const ValueId b = g.AddValue("x");
  const ValueId c = g.AddValue("");
  const ValueId d = g.AddValue("");
  EXPECT_EQ(g.value(a).name, "x");
  EXPECT_NE(g.value(b).name, "x");
  EXPECT_NE(g.value(c).name, g.value(d).name);
  EXPECT_EQ(g.FindValue("x"), a);
  EXPECT_EQ(g.FindValue("y"), kNone);
  g.RenameValue(b, "y");
  EXPECT_EQ(g.FindValue("y"), b);
}

TEST(Graph, TracksProducersAndConsumers) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId y = AddOp(g, "Mul", {x, x}, "y");
  const ValueId z = AddOp(g, "Relu", {y}, "z");
  g.AddOutput(z);
  EXPECT_EQ(g.UseCount(x), 2u);
  EXPECT_EQ(g.UseCount(z), 1u);
  EXPECT_EQ(g.node(g.value(z).producer).op_type, "Relu");
  ExpectSound(g);
  g.SetInput(g.value(z).producer, 0, x);
  EXPECT_EQ(g.UseCount(x), 3u);
  EXPECT_EQ(g.UseCount(y), 0u);
  ExpectSound(g);
  g.RemoveNode(g.value(y).producer);
  EXPECT_EQ(g.UseCount(x), 1u);
  EXPECT_EQ(g.node_count(), 1u);
  EXPECT_EQ(g.node_slots(), 2u);
  EXPECT_EQ(g.value(y).producer, kNone);
  ExpectSound(g);
}

TEST(Graph, EditNodeChangesAnything) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId y = AddOp(g, "Split", {x}, "y");
  const ValueId extra = g.AddValue("extra");
  g.AddOutput(y);
  g.EditNode(g.value(y).producer, [&](Node& n) {
    n.outputs = {kNone, y, extra};
    n.inputs.push_back(kNone);
  });
  EXPECT_EQ(g.value(y).output_index, 1u);
  EXPECT_EQ(g.value(extra).producer, g.value(y).producer);
  ExpectSound(g);
}

TEST(Graph, TopologicalOrderIsStable) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId late = g.AddValue("late");
  Node first;
  first.op_type = "Neg";
  first.inputs = {late};
  first.outputs = {g.AddValue("out")};
  g.AddOutput(first.outputs[0]);
  g.AddNode(first);
  Node second;
  second.op_type = "Abs";
  second.inputs = {x};
  second.outputs = {late};
  g.AddNode(second);
  g.AddOutput(AddOp(g, "Exp", {x}, "e"));
  EXPECT_EQ(*g.TopologicalOrder(), (std::vector<NodeId>{1, 0, 2}));
  ExpectSound(g);
}

TEST(Graph, LongChainsDoNotOverflowTheStack) {
  Graph g;
  ValueId v = g.AddValue("end");
  g.AddOutput(v);
  for (int i = 0; i < 100000; ++i) {  // users before producers: the worst order
    Node n;
    n.op_type = "Neg";
    n.outputs = {v};
    v = g.AddValue("");
    n.inputs = {v};
    g.AddNode(std::move(n));
  }
  g.AddInput(v);
  EXPECT_EQ(g.TopologicalOrder()->size(), 100000u);
}

TEST(Graph, ReplaceUsesKeepsTheNamesOfOutputs) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId y = AddOp(g, "Identity", {AddOp(g, "Exp", {x}, "inner")}, "y");
  const ValueId inner = g.FindValue("inner");
  g.AddOutput(y);
  AddOp(g, "Neg", {y}, "unused");
  g.ReplaceUses(y, inner);
  EXPECT_EQ(g.outputs()[0], inner);
  EXPECT_EQ(g.value(inner).name, "y");
  EXPECT_EQ(g.value(y).name, "inner");
  EXPECT_EQ(g.FindValue("y"), inner);
  EXPECT_EQ(g.UseCount(y), 0u);
  EXPECT_EQ(g.UseCount(inner), 3u);
  ExpectSound(g);
}

TEST(Graph, ReplaceUsesReachesIntoBodies) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId a = AddOp(g, "Exp", {x}, "a");
  const ValueId b = AddOp(g, "Log", {x}, "b");
  g.AddOutput(AddOp(g, "If", {x}, "y", {{"then_branch", AttributeValue(CapturingBody("Neg", a))}}));
  EXPECT_EQ(g.UseCount(a), 1u);
  ExpectSound(g);
  g.ReplaceUses(a, b);
  EXPECT_EQ(g.UseCount(a), 0u);
  EXPECT_EQ(g.UseCount(b), 1u);
  EXPECT_EQ(g.node(g.value(g.FindValue("y")).producer).Subgraphs()[0]->captures()[0].outer, b);
  ExpectSound(g);
}

TEST(Graph, SetConstantTakesTheOutputFromItsProducer) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId y = AddOp(g, "Shape", {x}, "y");
  g.AddOutput(AddOp(g, "Neg", {y}, "z"));
  g.SetConstant(y, Tensor::Scalar(5));
  EXPECT_EQ(g.value(y).producer, kNone);
  ASSERT_NE(g.Constant(y), nullptr);
  EXPECT_EQ(g.value(y).type.ToString(), "int64[]");
  EXPECT_EQ(g.node(0).outputs[0], kNone);
  ExpectSound(g);
  EXPECT_EQ(g.Constant(kNone), nullptr);
}

TEST(Graph, InputsAndOutputsCanBeChanged) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId w = AddInputValue(g, "w");
  const ValueId a = AddOp(g, "Neg", {x}, "a");
  const ValueId b = AddOp(g, "Abs", {x}, "b");
  g.AddOutput(a);
  g.SetOutput(0, b);
  EXPECT_FALSE(g.IsGraphOutput(a));
  EXPECT_TRUE(g.IsGraphOutput(b));
  g.RemoveInput(1);
  EXPECT_FALSE(g.value(w).is_graph_input);
  EXPECT_EQ(g.inputs().size(), 1u);
  ExpectSound(g);
}

TEST(Graph, CloneIsDeep) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  const ValueId c = g.AddConstant("c", Tensor::Scalar(1));
  const ValueId y = AddOp(g, "If", {x, c}, "y", {{"then_branch", AttributeValue(CapturingBody("Neg", x))}});
  g.AddOutput(y);
  const auto copy = g.Clone();
  EXPECT_EQ(Dump(*copy), Dump(g));
  ExpectSound(*copy);
  copy->node(0).Subgraphs()[0]->name = "changed";
  EXPECT_EQ(g.node(0).Subgraphs()[0]->name, "body");
  EXPECT_EQ(copy->Constant(c)->raw(), g.Constant(c)->raw()) << "tensors share memory";
}

TEST(Graph, ForEachGraphVisitsBodies) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  auto outer = CapturingBody("Neg", x);
  auto inner = CapturingBody("Abs", outer->captures()[0].inner);
  outer->AddOutput(AddOp(*outer, "If", {}, "nested",
                         {{"bodies", AttributeValue(std::vector{
                                         inner, inner->Clone() ? std::shared_ptr<Graph>(inner->Clone()) : nullptr})}}));
  AddOp(g, "If", {x}, "y", {{"then_branch", AttributeValue(outer)}});
  int count = 0;
  ForEachGraph(g, [&](Graph&) { ++count; });
  EXPECT_EQ(count, 4);
  ExpectSound(g);
}

TEST(Node, Attributes) {
  Node n;
  n.op_type = "Conv";
  n.SetAttribute({"group", 2});
  n.SetAttribute({"alpha", 0.5f});
  n.SetAttribute({"group", int64_t{3}});
  EXPECT_EQ(*n.FindAttribute("group")->get<int64_t>(), 3);
  EXPECT_EQ(*n.FindAttribute("alpha")->get<float>(), 0.5f);
  EXPECT_EQ(n.attributes.size(), 2u);
  n.RemoveAttribute("group");
  EXPECT_EQ(n.FindAttribute("group"), nullptr);
  EXPECT_FALSE(n.HasSubgraphs());
  EXPECT_EQ(n.DisplayName(), "Conv");
  n.name = "c1";
  EXPECT_EQ(n.DisplayName(), "c1");
  n.origin = {"a", "b"};
  EXPECT_EQ(n.DisplayName(), "a+b");
}

TEST(TypeInfo, Text) {
  TypeInfo t = TypeInfo::TensorOf(ElementType::kFloat32, {2, 3});
  EXPECT_EQ(t.ToString(), "float32[2,3]");
  EXPECT_EQ(*t.concrete_shape(), (Shape{2, 3}));
  t.dims[0] = Dim{-1, "batch"};
  EXPECT_EQ(t.ToString(), "float32[batch,3]");
  EXPECT_FALSE(t.concrete_shape().has_value());
  TypeInfo s;
  s.kind = ValueKind::kSequence;
  s.inner = std::make_shared<TypeInfo>(TypeInfo::TensorOf(ElementType::kInt64));
  EXPECT_EQ(s.ToString(), "seq(int64[...])");
  EXPECT_EQ(TypeInfo().ToString(), "?");
}

TEST(Builder, NewNodesCarryPrefixAndOrigin) {
  Graph g;
  const ValueId x = AddInputValue(g, "x");
  GraphBuilder b(g, "fused", {"user"});
  const ValueId y = b.Op("Add", {x, b.Scalar(1.5f)});
  g.AddOutput(y);
  const Node& node = g.node(g.value(y).producer);
  EXPECT_EQ(node.name, "fused/Add");
  EXPECT_EQ(node.DisplayName(), "user");
  EXPECT_EQ(*g.Constant(node.inputs[1])->data<float>(), 1.5f);
  EXPECT_EQ(*g.Constant(b.Ints({4, 5}))->data<int64_t>(), 4);
  ExpectSound(g);
}

// Passes that go backwards take nodes out in linear time, though all of them read one constant.
TEST(Graph, ManyNodesOfOneValueAreRemovedQuickly) {
  Graph g;
  const ValueId x = g.AddValue("x");
  std::vector<NodeId> nodes;
  for (int i = 0; i < 200'000; ++i) {
    Node node;
    node.op_type = "Neg";
    node.inputs = {x};
    nodes.push_back(g.AddNode(std::move(node)));
  }
  const int64_t begin = NowNanos();
  for (size_t i = nodes.size(); i-- > 0;) g.RemoveNode(nodes[i]);
  EXPECT_LT(NowNanos() - begin, 2'000'000'000);  // else 10 seconds
  EXPECT_EQ(g.UseCount(x), 0u);
}

}  // namespace
}  // namespace kante::core
