// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "onnx/proto_writer.h"
#include "onnx/wire_writer.h"
#include "onnx/writer.h"
#include "ops/registry.h"

namespace kante::core {

// Turns a graph into a GraphProto, and the internal operators in it into FunctionProtos.
class GraphWriter {
 public:
  struct External {
    Tensor tensor;
    int64_t offset;
  };
  GraphWriter(const OpRegistry& registry, const WriteOptions& options) : registry_(registry), options_(options) {}

  Result<WireWriter> Write(const Graph& graph);

  // After Write: what the model must say besides its graph.
  const std::map<std::string, int>& imports() const { return imports_; }
  Result<std::vector<WireWriter>> Functions();
  const std::vector<External>& externals() const { return externals_; }

 private:
  // The names of one graph's values; those of the graphs around it are taken.
  struct Names {
    std::vector<std::string> of;  // by ValueId
    std::unordered_set<std::string> taken;
    const Names* around = nullptr;
    bool Taken(const std::string& name) const;
    std::string Unique(const std::string& wanted);
  };
  struct Identity {
    std::string from, to;
  };

  Names MakeNames(const Graph& graph, const Names* around);
  Result<WireWriter> WriteGraph(const Graph& graph, const Names* around);
  Status WriteInitializers(const Graph& graph, const Names& names, WireWriter& out);
  Status WriteExternal(const std::string& name, const Tensor& tensor, WireWriter& out);
  std::vector<std::string> OutputNames(const Graph& graph, Names& names, bool function, std::vector<Identity>& copies);
  Status WriteNodes(const Graph& graph, const Names& names, uint32_t field, WireWriter& out);
  Result<WireWriter> WriteNode(const Graph& graph, NodeId id, const Names& names);
  WireWriter WriteIdentity(const Identity& identity);
  Result<WireWriter> WriteAttribute(const Attribute& attribute, const Names& names);
  void Import(const Node& node);

  // function_writer.cc. The name under which the node's function is saved; made if there is none like it yet.
  Result<std::string> FunctionFor(const Graph& graph, NodeId id);
  Result<Graph> ExpandAlone(const Graph& graph, NodeId id, const OpDef& def);
  Result<WireWriter> WriteFunctionBody(const Graph& body, const Node& node);

  const OpRegistry& registry_;
  const WriteOptions& options_;
  std::map<std::string, int> imports_;
  TensorHolder holder_;
  std::vector<External> externals_;
  int64_t external_bytes_ = 0;
  struct Function {
    std::string op_type, name;
    WireWriter body;
  };
  std::vector<Function> functions_;
  std::unordered_map<std::string, size_t> function_of_body_;  // op_type and body -> function
  std::unordered_map<std::string, int> function_count_;       // by op_type
  int function_depth_ = 0;
};

}  // namespace kante::core
