// SPDX-License-Identifier: MIT
#include "onnx/writer.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "base/paths.h"
#include "onnx/graph_writer.h"
#include "onnx/onnx_fields.h"

namespace kante::core {
namespace {

// The IR version that came with an opset of ai.onnx; at least the one that knows functions.
int64_t IrVersionFor(int opset) {
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  if (opset <= 22) return 10;
  if (opset <= 24) return opset - 12;
  return opset <= 27 ? 13 : kNewestIrVersion;
}

Result<WireWriter> MakeModel(GraphWriter& writer, const Graph& graph, const ModelInfo& info) {
  constexpr uint64_t kMaxMessage = (uint64_t{1} << 31) - 1;  // protobuf's limit
  KANTE_TRY(WireWriter written, writer.Write(graph));
  written.OptionalString(graph_field::kDocString, info.graph_doc_string);
  KANTE_TRY(std::vector<WireWriter> functions, writer.Functions());
  const auto opset = writer.imports().find("");
  WireWriter w;
  w.Int(model_field::kIrVersion, IrVersionFor(opset == writer.imports().end() ? 1 : opset->second));
  w.OptionalString(model_field::kProducerName, info.producer_name);
  w.OptionalString(model_field::kProducerVersion, info.producer_version);
  w.OptionalString(model_field::kDomain, info.domain);
  if (info.model_version) w.Int(model_field::kModelVersion, info.model_version);
  w.OptionalString(model_field::kDocString, info.doc_string);
  for (const auto& [domain, version] : writer.imports()) {
    w.Message(model_field::kOpsetImport, WriteOpset(domain, version));
  }
  if (writer.imports().empty()) w.Message(model_field::kOpsetImport, WriteOpset("", 1));  // a model must have one
  for (const auto& [key, value] : info.metadata) w.Message(model_field::kMetadata, WriteEntry(key, value));
  for (WireWriter& function : functions) w.Message(model_field::kFunctions, std::move(function));
  w.Message(model_field::kGraph, std::move(written));
  if (w.size() > kMaxMessage) {
    return Error(StatusCode::kLimitExceeded, "the model would have ", w.size(),
                 " bytes; above 2 GB its weights must be saved as external data");
  }
  return w;
}

// Counts what is written into the files of one model, and tells the caller.
class Writing {
 public:
  Writing(uint64_t total, const std::function<bool(double)>& progress)
      : total_(static_cast<double>(std::max<uint64_t>(total, 1))), progress_(progress) {}

  Status Write(AtomicFile& file, Bytes bytes) {
    constexpr size_t kChunk = 16 << 20;
    while (!bytes.empty()) {
      const Bytes chunk = bytes.first(std::min(bytes.size(), kChunk));
      KANTE_TRY(file.Write(chunk));
      bytes = bytes.subspan(chunk.size());
      done_ += static_cast<double>(chunk.size());
      if (done_ < reported_ + total_ / 100) continue;
      reported_ = done_;
      if (progress_ && !progress_(std::min(done_ / total_, 1.0))) {
        return Error(StatusCode::kCancelled, "the save was cancelled");
      }
    }
    return OkStatus();
  }

 private:
  double total_, done_ = 0, reported_ = 0;
  const std::function<bool(double)>& progress_;
};

Status WriteExternals(const GraphWriter& writer, AtomicFile& file, Writing& writing) {
  static constexpr std::byte kZeros[4096]{};
  for (const GraphWriter::External& external : writer.externals()) {
    const int64_t gap = external.offset - file.size();
    KANTE_TRY(file.Write({kZeros, static_cast<size_t>(gap)}));
    KANTE_TRY(writing.Write(file, {external.tensor.raw(), static_cast<size_t>(external.tensor.bytes())}));
  }
  return file.Commit();
}

Status WriteFiles(const Graph& graph, const ModelInfo& info, const OpRegistry& registry, const std::string& path,
                  const WriteOptions& options) {
  GraphWriter writer(registry, options);
  KANTE_TRY(const WireWriter model, MakeModel(writer, graph, info));
  uint64_t total = model.size();
  for (const GraphWriter::External& external : writer.externals()) {
    total += static_cast<uint64_t>(external.tensor.bytes());
  }
  Writing writing(total, options.progress);
  KANTE_TRY(AtomicFile file, AtomicFile::Create(path));
  for (const WireWriter::Piece& piece : model.pieces()) {
    KANTE_TRY(writing.Write(file, AsBytes(piece.text)));
    KANTE_TRY(writing.Write(file, piece.reference));
  }
  if (!writer.externals().empty()) {
    KANTE_TRY(AtomicFile weights, AtomicFile::Create(StrCat(FolderOf(path), "/", options.external_name)));
    KANTE_TRY(WriteExternals(writer, weights, writing));
  }
  return file.Commit();
}

}  // namespace

Status WriteModel(const Graph& graph, const ModelInfo& info, const OpRegistry& registry, const std::string& path,
                  const WriteOptions& options) {
  WriteOptions named = options;
  if (named.external_name.empty()) named.external_name = StrCat(FileNameOf(path), ".data");
  if (named.external_name.find('/') != std::string::npos) {
    return InvalidArgument("the external data file '", named.external_name, "' must lie beside the model");
  }
  return WriteFiles(graph, info, registry, path, named).WithContext(StrCat("saving '", path, "'"));
}

Result<std::string> WriteModelToMemory(const Graph& graph, const ModelInfo& info, const OpRegistry& registry,
                                       const WriteOptions& options) {
  if (options.external_data) return InvalidArgument("a model in memory cannot have external data");
  GraphWriter writer(registry, options);
  auto model = MakeModel(writer, graph, info);
  if (!model.ok()) return model.TakeStatus().WithContext("saving a model");
  return model->ToString();
}

}  // namespace kante::core
