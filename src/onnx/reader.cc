// SPDX-License-Identifier: MIT
#include "onnx/reader.h"

#include <algorithm>
#include <cstring>

#include "base/paths.h"
#include "onnx/graph_reader.h"
#include "onnx/onnx_fields.h"
#include "onnx/ort_format.h"
#include "onnx/type_reader.h"
#include "onnx/upgrade.h"

namespace kante::core {
namespace {

struct ModelParts {
  MessageList graphs{"GraphProto"};
  MessageList functions{"FunctionProto"};
  OpsetImports imports;
};

Status Collect(WireReader r, ModelParts& parts, ModelInfo& info) {
  while (r.Next()) {
    switch (r.field()) {
      case model_field::kIrVersion:
        info.ir_version = r.Int();
        break;
      case model_field::kProducerName:
        info.producer_name = r.String();
        break;
      case model_field::kProducerVersion:
        info.producer_version = r.String();
        break;
      case model_field::kDomain:
        info.domain = r.String();
        break;
      case model_field::kModelVersion:
        info.model_version = r.Int();
        break;
      case model_field::kDocString:
        info.doc_string = r.String();
        break;
      case model_field::kGraph:
        parts.graphs.Add(r);
        break;
      case model_field::kFunctions:
        parts.functions.Add(r);
        break;
      case model_field::kOpsetImport:
        KANTE_TRY(ReadOpsetImport(r.Message("OperatorSetIdProto"), &parts.imports));
        break;
      case model_field::kMetadata: {
        std::string_view key, value;
        KANTE_TRY(ReadEntry(r.Message("StringStringEntryProto"), &key, &value));
        info.metadata.emplace_back(key, value);
        break;
      }
      default:
        break;  // training information among them
    }
  }
  return r.Finish();
}

Status CheckVersions(const ModelParts& parts, const ModelInfo& info) {
  if (info.ir_version == 0) {
    return Error(StatusCode::kInvalidProtobuf, "not an ONNX model: it does not say its IR version");
  }
  if (info.ir_version < kOldestIrVersion || info.ir_version > kNewestIrVersion) {
    return NotImplemented("IR version ", info.ir_version, " is not supported; this build knows ", kOldestIrVersion,
                          " to ", kNewestIrVersion);
  }
  if (parts.graphs.size() != 1) return InvalidGraph("the model has ", parts.graphs.size(), " graphs, not one");
  return OkStatus();
}

Result<LoadedModel> ReadBytes(Bytes bytes, std::shared_ptr<const void> owner, bool file_pages, ExternalData& external,
                              const OpRegistry& registry, const ReadOptions& options) {
  LoadedModel model;
  ModelParts parts;
  std::string translated;  // what `parts` point into, of an .ort file
  if (options.format == ModelFormat::kDetect ? IsOrtFormat(bytes) : options.format == ModelFormat::kOrt) {
    if (!IsOrtFormat(bytes)) return Error(StatusCode::kInvalidProtobuf, "not an .ort file");
    KANTE_TRY(translated, OrtFormatToProto(bytes, options.limits));
    external.SetOwnFile({bytes, owner, file_pages});
    bytes = AsBytes(translated);
  }
  KANTE_TRY(Collect(WireReader(bytes, "ModelProto", options.limits.max_message_depth), parts, model.info));
  KANTE_TRY(CheckVersions(parts, model.info));
  for (const auto& [domain, version] : parts.imports) {
    model.info.opset_imports.push_back({std::string(domain), version});
  }
  std::sort(model.info.opset_imports.begin(), model.info.opset_imports.end(),
            [](const OpsetImport& a, const OpsetImport& b) { return a.domain < b.domain; });
  FunctionTable functions;
  for (size_t i = 0; i < parts.functions.size(); ++i) KANTE_TRY(functions.Add(parts.functions[i], registry));
  TensorReader tensors(options.limits, std::move(owner), &external, file_pages);
  // Before IR 4 every initializer had to be listed as an input as well.
  const bool fix_inputs = options.fix_default_inputs || model.info.ir_version < 4;
  GraphReader reader({fix_inputs, options.allow_unknown_domains, options.denotations}, options.limits, registry,
                     functions, parts.imports, tensors);
  KANTE_TRY(reader.ReadMain(parts.graphs[0], model.graph, &model.info.graph_doc_string));
  model.info.functions = functions.TakeNames();
  if (options.upgrade) KANTE_TRY(UpgradeGraph(model.graph, registry));
  KANTE_TRY(Verify(model.graph));
  return model;
}

}  // namespace

Result<LoadedModel> ReadModel(const std::string& path, const OpRegistry& registry, const ReadOptions& options) {
  const std::string context = StrCat("model '", path, "'");
  auto file = MappedFile::Open(path, options.mapping);
  if (!file.ok()) return file.TakeStatus().WithContext(context);
  ExternalData external(FolderOf(path), path, options.mapping);
  external.SetFiles(options.external_files);
  auto model = ReadBytes((*file)->bytes(), *file, (*file)->mapped(), external, registry, options);
  if (!model.ok()) return model.TakeStatus().WithContext(context);
  model->files = external.files();
  model->files.insert(model->files.begin(), *file);
  for (const auto& each : model->files) {
    Status unchanged = each->CheckUnchanged();
    if (!unchanged.ok()) return std::move(unchanged).WithContext(context);
  }
  return model;
}

Result<LoadedModel> ReadModelFromMemory(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                        const OpRegistry& registry, const ReadOptions& options,
                                        const std::string& folder) {
  if (!owner) {
    KANTE_TRY(std::shared_ptr<Buffer> copy, Buffer::Allocate(static_cast<int64_t>(bytes.size())));
    if (!bytes.empty()) std::memcpy(copy->data(), bytes.data(), bytes.size());
    bytes = {copy->data(), bytes.size()};
    owner = std::move(copy);
  }
  ExternalData external(folder, std::string(), options.mapping);
  external.SetFiles(options.external_files);
  auto model = ReadBytes(bytes, std::move(owner), false, external, registry, options);
  if (!model.ok()) return model.TakeStatus().WithContext("model in memory");
  model->files = external.files();
  return model;
}

}  // namespace kante::core
