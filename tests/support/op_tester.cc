// SPDX-License-Identifier: MIT
#include "tests/support/op_test.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/node_checks.h"

namespace kante::core {
namespace {

// Of a graph of one node.
void CheckInfer(const Graph& graph, const OpRegistry& registry, const std::vector<Value>& feeds,
                const std::vector<Value>& got) {
  const Node& node = graph.node(graph.TopologicalOrder()->front());
  auto op = registry.Instantiate(node);
  ASSERT_TRUE(op.ok()) << op.status().ToString();
  std::vector<Value> values = StartValues(graph, feeds);
  std::vector<const Value*> in;
  for (ValueId v : node.inputs) in.push_back(v == kNone ? nullptr : &values[v]);
  std::vector<Value> out(node.outputs.size());
  for (size_t i = 0, at = 0; i < out.size(); ++i) {
    if (node.outputs[i] != kNone) out[i] = got[at++];
  }
  EXPECT_EQ("", CompareInfer(*op, node, in, out));
}

}  // namespace

OpTest::OpTest(std::string_view op_type, int opset, std::string_view domain) {
  node_.op_type = op_type;
  node_.domain = domain;
  node_.name = "tested";
  node_.version = opset;
}

OpTest& OpTest::Attr(std::string name, AttributeValue value) {
  node_.attributes.emplace_back(std::move(name), std::move(value));
  return *this;
}
OpTest& OpTest::In(Tensor tensor) { return InValue(Value(std::move(tensor))); }
OpTest& OpTest::InValue(Value value) {
  inputs_.push_back(std::move(value));
  return *this;
}
OpTest& OpTest::NoInput() { return InValue(Value()); }
OpTest& OpTest::Out(Tensor tensor) { return OutValue(Value(std::move(tensor))); }
OpTest& OpTest::OutValue(Value value) {
  outputs_.push_back(std::move(value));
  return *this;
}
OpTest& OpTest::NoOutput() { return OutValue(Value()); }
OpTest& OpTest::Tolerance(double rtol, double atol) {
  rtol_ = rtol;
  atol_ = atol;
  return *this;
}

Graph OpTest::BuildGraph(bool constants, bool copies) const {
  Graph graph;
  Node node = node_;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!inputs_[i].has_value()) {
      node.inputs.push_back(kNone);
      continue;
    }
    if (constants && inputs_[i].is_tensor() && i > 0) {
      node.inputs.push_back(graph.AddConstant(StrCat("constant", i), inputs_[i].tensor()));
      continue;
    }
    TypeInfo type;
    if (inputs_[i].is_tensor()) type = TypeInfo::TensorOf(inputs_[i].tensor().type(), inputs_[i].tensor().shape());
    ValueId value = graph.AddValue(StrCat("input", i), type);
    graph.AddInput(value);
    if (copies) {
      Node copy;
      copy.op_type = "Identity";
      copy.inputs = {value};
      copy.outputs = {graph.AddValue(StrCat("copy", i), type)};
      value = copy.outputs[0];
      graph.AddNode(std::move(copy));
    }
    node.inputs.push_back(value);
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    node.outputs.push_back(outputs_[i].has_value() ? graph.AddValue(StrCat("output", i)) : kNone);
    if (outputs_[i].has_value()) graph.AddOutput(node.outputs.back());
  }
  graph.AddNode(std::move(node));
  return graph;
}

void OpTest::Check(std::string_view how, const std::vector<Value>& got) const {
  size_t at = 0;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (!outputs_[i].has_value()) continue;
    ASSERT_LT(at, got.size());
    const Value& value = got[at++];
    SCOPED_TRACE(StrCat(node_.op_type, " ", how, " output ", i));
    if (!outputs_[i].is_tensor()) {
      ASSERT_EQ(value.is_sequence(), outputs_[i].is_sequence());
      if (!value.is_sequence()) continue;
      ASSERT_EQ(value.sequence()->items.size(), outputs_[i].sequence()->items.size());
      for (size_t k = 0; k < value.sequence()->items.size(); ++k) {
        const Value& item = value.sequence()->items[k];
        const Value& want = outputs_[i].sequence()->items[k];
        ASSERT_EQ(item.is_map(), want.is_map());
        if (item.is_map()) {
          EXPECT_EQ("", CompareTensors(item.map()->keys, want.map()->keys, rtol_, atol_));
          EXPECT_EQ("", CompareTensors(item.map()->values, want.map()->values, rtol_, atol_));
          continue;
        }
        EXPECT_EQ("", CompareTensors(item.tensor(), want.tensor(), rtol_, atol_));
      }
      continue;
    }
    ASSERT_TRUE(value.is_tensor());
    EXPECT_EQ("", CompareTensors(value.tensor(), outputs_[i].tensor(), rtol_, atol_));
  }
}

void OpTest::Run() {
  const OpRegistry registry = OpRegistry::BuiltIns();
  Graph graph = BuildGraph(false, false);
  Status status = UpgradeGraph(graph, registry);
  ASSERT_TRUE(status.ok()) << status.ToString();
  std::vector<Value> feeds;
  for (const Value& v : inputs_) {
    if (v.has_value()) feeds.push_back(v);
  }
  const OpDef* def = registry.Find(node_.domain, node_.op_type);
  const bool stateful = def && def->info.stateful;
  std::optional<Graph> expander;  // whose Infer EvaluateGraph does not see
  if (def && !def->run && def->expand && graph.node_count() == 1) expander = std::move(*graph.Clone());
  Graph expanded = std::move(*graph.Clone());
  // Bodies are run by sessions alone.
  for (Graph* g : {&graph, &expanded}) {
    const bool all = g == &expanded;
    auto replaced = ExpandNodes(*g, registry, all ? Expansion::kAll : Expansion::kWithoutRun);
    ASSERT_TRUE(replaced.ok()) << replaced.status().ToString();
    if (HasBodies(*g) || (all && (*replaced == 0 || stateful))) continue;
    std::vector<Value> values = StartValues(*g, feeds);
    status = EvaluateGraph(*g, registry, values);
    ASSERT_TRUE(status.ok()) << status.ToString() << "\n" << Dump(*g);
    std::vector<Value> got;
    for (ValueId v : g->outputs()) got.push_back(values[v]);
    Check(all ? "expanded" : "evaluated", got);
    if (expander.has_value()) CheckInfer(*expander, registry, feeds, got);
  }

  struct Mode {
    const char* name;
    bool constants;
    bool copies;
    OptimizationLevel level;
  };
  std::vector<Value> fresh;
  for (const Mode& mode : {Mode{"fed", false, false, OptimizationLevel::kNone},
                           Mode{"with constants", true, false, OptimizationLevel::kNone},
                           Mode{"folded", true, false, OptimizationLevel::kAll},
                           Mode{"in place", false, true, OptimizationLevel::kNone}}) {
    Graph model = BuildGraph(mode.constants, mode.copies);
    status = UpgradeGraph(model, registry);
    ASSERT_TRUE(status.ok()) << status.ToString();
    std::vector<Value> fed;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const bool constant = mode.constants && inputs_[i].is_tensor() && i > 0;
      if (inputs_[i].has_value() && !constant) fed.push_back(inputs_[i]);
    }
    auto one = RunSession(std::move(*model.Clone()), fed, 1, mode.level);
    ASSERT_TRUE(one.ok()) << mode.name << ": " << one.status().ToString() << "\n" << Dump(model);
    Check(mode.name, *one);
    if (mode.copies) {
      for (size_t i = 0; i < one->size() && !stateful; ++i) {
        EXPECT_TRUE(SameBits((*one)[i], fresh[i])) << "in place differs from fresh memory in output " << i;
      }
    } else if (!mode.constants) {
      fresh = *one;
    }
    auto three = RunSession(std::move(model), fed, 3, mode.level);
    ASSERT_TRUE(three.ok()) << mode.name << ": " << three.status().ToString();
    for (size_t i = 0; i < one->size(); ++i) {
      EXPECT_TRUE(SameBits((*one)[i], (*three)[i])) << mode.name << ": 1 and 3 threads differ in output " << i;
    }
  }
}

void OpTest::Fails(std::string_view text) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  if (outputs_.empty()) outputs_.push_back(Value(Tensor::Scalar(0)));
  Graph graph = BuildGraph(false, false);
  Status status = UpgradeGraph(graph, registry);
  if (status.ok()) {
    std::vector<Value> feeds;
    for (const Value& v : inputs_) {
      if (v.has_value()) feeds.push_back(v);
    }
    std::vector<Value> values = StartValues(graph, feeds);
    status = EvaluateGraph(graph, registry, values);
  }
  ASSERT_FALSE(status.ok()) << "expected an error with '" << text << "'";
  EXPECT_NE(status.message().find(text), std::string_view::npos) << status.ToString();
}

}  // namespace kante::core
