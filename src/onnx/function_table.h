// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "onnx/wire_reader.h"
#include "ops/registry.h"

namespace kante::core {

using OpsetImports = std::unordered_map<std::string_view, int64_t>;  // canonical domain -> version

// An OperatorSetIdProto.
Status ReadOpsetImport(WireReader message, OpsetImports* imports);

// A model-local function, as views into the file.
struct FunctionDef {
  std::string_view name, domain, overload;
  std::vector<std::string_view> inputs, outputs;
  MessageList nodes{"NodeProto"};
  MessageList value_infos{"ValueInfoProto"};
  MessageList defaults{"AttributeProto"};
  std::vector<std::string_view> default_names;  // of `defaults`
  OpsetImports imports;

  std::string DisplayName() const;  // "domain.Name:overload"
};

// The model-local functions of a model by domain, name and overload.
class FunctionTable {
 public:
  // Reads one FunctionProto. One that stands for an internal operator (domain `kante`) the registry knows is left out:
  // the operator itself is used.
  Status Add(WireReader message, const OpRegistry& registry);
  const FunctionDef* Find(std::string_view domain, std::string_view name, std::string_view overload) const;
  bool empty() const { return functions_.empty(); }
  std::vector<std::string> TakeNames() { return std::move(names_); }

  // How many nodes `nodes` become when every call is replaced by its body, before a single one is made. Fails for
  // functions that call themselves, calls that are nested too deeply, and results beyond the limits.
  Result<int64_t> CountInlined(const MessageList& nodes, const Limits& limits) const;

 private:
  struct Counter;
  std::vector<FunctionDef> functions_;
  std::unordered_map<std::string, size_t> by_key_;
  std::vector<std::string> names_;
};

// The operator's own name of an internal operator that the writer saved as function "Name__3"; else the name itself.
std::string_view UnmangledName(std::string_view domain, std::string_view name, const OpRegistry& registry);

}  // namespace kante::core
