// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "graph/graph.h"
#include "onnx/function_table.h"
#include "onnx/tensor_reader.h"
#include "onnx/type_reader.h"
#include "onnx/wire_reader.h"
#include "ops/registry.h"

namespace kante::core {

// Turns a GraphProto, with everything below it, into a Graph: names become numbers, names of enclosing graphs become
// captures, calls of model-local functions become their bodies. Views into the file must stay valid meanwhile.
class GraphReader {
 public:
  struct Options {
    bool fix_default_inputs = false;
    bool allow_unknown_domains = false;
    const DimensionSizes* denotations = nullptr;  // of the main graph's inputs
  };
  GraphReader(const Options& options, const Limits& limits, const OpRegistry& registry, const FunctionTable& functions,
              const OpsetImports& imports, TensorReader& tensors)
      : options_(options),
        limits_(limits),
        registry_(registry),
        functions_(functions),
        imports_(imports),
        tensors_(tensors) {}

  Status ReadMain(WireReader message, Graph& graph, std::string* doc_string);

 private:
  // A graph being filled, inside the one whose node owns it.
  struct Frame {
    Graph& graph;
    Frame* parent = nullptr;
    int nesting = 0;
    std::unordered_map<ValueId, ValueId> captured{};  // value of the parent -> value here
  };
  // The names one sees: of a graph or a function's body, then those around it. A function sees nothing around it.
  struct Scope {
    Frame& frame;
    const Scope* parent = nullptr;
    std::unordered_map<std::string_view, ValueId> names{};
  };
  struct Call;
  // An attribute handed to a function; what it says is to be understood where the call stands.
  struct Argument {
    std::string_view name;
    WireReader message;
    const Scope* scope;
    const Call* call;
  };
  // The function whose body is being read; `function` is null in the main graph.
  struct Call {
    const FunctionDef* function = nullptr;
    int depth = 0;
    std::string prefix;               // of names
    std::vector<std::string> origin;  // what its nodes stand for
    std::vector<Argument> arguments{};
    const Scope* scope = nullptr;                             // of the body
    std::unordered_map<std::string_view, ValueId> results{};  // outputs of the function: the caller's values
  };
  struct GraphParts;
  struct NodeParts;
  struct Found {
    const Frame* frame = nullptr;  // null: the name is not known
    ValueId id = kNone;            // kNone: an input that the function's caller left out
  };

  // graph_reader.cc
  Status ReadGraph(WireReader message, Frame& frame, const Scope* around, const Call& call, GraphParts& parts);
  Status Collect(WireReader message, GraphParts& parts);
  Status DeclareInputs(const GraphParts& parts, Scope& scope);
  Status ReadInitializers(const GraphParts& parts, Scope& scope);
  Status AddInitializer(std::string_view name, Result<Tensor> tensor, size_t input_count, Scope& scope);
  void FinishInputs(size_t input_count, Graph& graph);
  Status ReadOutputs(const GraphParts& parts, Scope& scope);
  Status ReadValueInfos(const MessageList& infos, Scope& scope);
  static Found Lookup(std::string_view name, const Scope& scope);
  ValueId Import(Found found, Frame& frame);

  // node_reader.cc
  Status DeclareNodeOutputs(const MessageList& nodes, Scope& scope, const Call& call);
  Status ReadNodes(const MessageList& nodes, Scope& scope, const Call& call);
  Status CollectNode(WireReader message, NodeParts& parts);
  Status ReadNode(const NodeParts& parts, Scope& scope, const Call& call);
  Status AddNode(const NodeParts& parts, Scope& scope, const Call& call);
  Status ResolveInputs(const NodeParts& parts, Scope& scope, std::vector<ValueId>* ids);
  Result<int> VersionOf(std::string_view domain, std::string_view op_type, const Call& call) const;

  // call_reader.cc
  Status InlineCall(const FunctionDef& function, const NodeParts& parts, Scope& scope, const Call& call);
  Status BindInputs(const FunctionDef& function, const NodeParts& parts, Scope& scope, Scope& body);
  Status BindArguments(const NodeParts& parts, const Scope& scope, const Call& call, Call& inner);
  Status FinishResults(const FunctionDef& function, const std::vector<ValueId>& wanted, const Call& inner, Scope& body);

  // attribute_reader.cc. `frame` is the graph of the node that will own the attribute.
  Status ReadAttribute(WireReader message, Frame& frame, const Scope& scope, const Call& call,
                       std::vector<Attribute>* out);
  Status ReadReference(std::string_view name, std::string_view reference, Frame& frame, const Call& call,
                       std::vector<Attribute>* out);
  Result<AttributeValue> ReadAttributeValue(WireReader message, int64_t type, Frame& frame, const Scope& scope,
                                            const Call& call);
  Result<std::shared_ptr<Graph>> ReadSubgraph(WireReader message, Frame& frame, const Scope& scope, const Call& call);

  // Counts what is copied out of the file; functions could do that again and again.
  Status Charge(size_t bytes);
  Status CountNode();
  Status CountValue();

  const Options options_;
  const Limits& limits_;
  const OpRegistry& registry_;
  const FunctionTable& functions_;
  const OpsetImports& imports_;
  TensorReader& tensors_;
  int64_t nodes_ = 0;
  int64_t values_ = 0;
  int64_t copied_bytes_ = 0;
};

}  // namespace kante::core
