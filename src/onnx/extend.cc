// SPDX-License-Identifier: MIT
#include "onnx/extend.h"

#include "base/limits.h"
#include "onnx/function_table.h"
#include "onnx/onnx_fields.h"
#include "onnx/proto_writer.h"
#include "ops/registry.h"

namespace kante::core {
namespace {

// Hands each field of the message to `take`, with its bytes as they stand.
template <typename Take>
Status ForEachField(WireReader r, const Take& take) {
  for (const std::byte* from = r.position(); r.Next(); from = r.position()) {
    KANTE_TRY(take(r, AsText({from, static_cast<size_t>(r.position() - from)})));
  }
  return r.Finish();
}

}  // namespace

Result<std::string> ExtendModel(Bytes model, ModelAdditions additions) {
  std::string out, graph;
  int graphs = 0;
  OpsetImports imports;
  KANTE_TRY(ForEachField(WireReader(model, "ModelProto", Limits().max_message_depth),
                         [&](WireReader& r, std::string_view field) -> Status {
                           if (r.field() == model_field::kOpsetImport) {
                             KANTE_TRY(ReadOpsetImport(r.Message("OperatorSetIdProto"), &imports));
                           }
                           if (r.field() != model_field::kGraph) {
                             out += field;
                             return OkStatus();
                           }
                           ++graphs;
                           return ForEachField(r.Message("GraphProto"), [&](WireReader& g, std::string_view part) {
                             const bool replaced = (additions.replaces_inputs && g.field() == graph_field::kInput) ||
                                                   (additions.replaces_outputs && g.field() == graph_field::kOutput);
                             if (!replaced) graph += part;
                             return OkStatus();
                           });
                         }));
  if (graphs != 1) return InvalidGraph("the model has ", graphs, " graphs, not one");
  graph += additions.graph.ToString();
  WireWriter more;
  for (const OpsetImport& opset : additions.opsets) {
    const auto found = imports.find(CanonicalDomain(opset.domain));
    if (found == imports.end()) {
      more.Message(model_field::kOpsetImport, WriteOpset(opset.domain, opset.version));
    } else if (found->second != opset.version) {
      return InvalidArgument("the model imports version ", found->second, " of domain '", opset.domain, "', not ",
                             opset.version);
    }
  }
  for (const auto& [key, value] : additions.metadata) more.Message(model_field::kMetadata, WriteEntry(key, value));
  more.Reference(model_field::kGraph, AsBytes(graph));
  out += more.ToString();
  return out;
}

}  // namespace kante::core
