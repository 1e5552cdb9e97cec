// SPDX-License-Identifier: MIT
#include "onnx/ort_format.h"

#include "onnx/onnx_fields.h"
#include "onnx/ort_format_fields.h"
#include "onnx/ort_format_translator.h"
#include "onnx/proto_writer.h"

namespace kante::core {
namespace {

constexpr std::string_view kIdentifier = "ORTM";
constexpr std::string_view kNewestVersion = "6";  // older ones, from 1 on, lack fields

}  // namespace

// The producer of an ONNX model may have a name that begins like the identifier; its bytes before that, as an offset,
// lead far outside.
bool IsOrtFormat(Bytes file) {
  FlatBuffer buffer(file);
  if (!buffer.HasIdentifier(kIdentifier)) return false;
  const uint32_t root = buffer.At<uint32_t>(0);
  return root >= 8 && root < file.size();
}

Result<std::string> OrtFormatToProto(Bytes file, const Limits& limits) {
  return OrtTranslator(file, limits).Translate();
}

bool OrtTranslator::Charge(size_t bytes) {
  constexpr int64_t kMessage = 8;
  left_ -= kMessage + static_cast<int64_t>(bytes);
  if (left_ < 0) {
    Fail(Error(StatusCode::kLimitExceeded, "the model would take more than ", limits_.max_inlined_bytes,
               " bytes beside its weights"));
  }
  return going();
}

void OrtTranslator::Text(const FlatTable& from, int field, uint32_t to, WireWriter& w) {
  const std::string_view text = from.Text(field);
  if (!text.empty() && Charge(text.size())) w.String(to, text);
}

void OrtTranslator::Texts(const FlatTable& from, int field, uint32_t to, WireWriter& w) {
  const FlatVector texts = from.Tables(field);
  for (size_t i = 0; i < texts.size() && going(); ++i) {
    const std::string_view text = texts.Text(i);
    if (Charge(text.size())) w.String(to, text);
  }
}

WireWriter OrtTranslator::Opset(const FlatTable& opset) {
  const std::string_view domain = opset.Text(ort_field::opset::kDomain);
  if (!Charge(domain.size())) return {};
  return WriteOpset(domain, opset.Scalar<int64_t>(ort_field::opset::kVersion, 0));
}

WireWriter OrtTranslator::Entry(const FlatTable& entry) {
  WireWriter w;
  Text(entry, ort_field::entry::kKey, entry_field::kKey, w);
  Text(entry, ort_field::entry::kValue, entry_field::kValue, w);
  return w;
}

WireWriter OrtTranslator::Model(const FlatTable& model) {
  namespace from = ort_field::model;
  namespace to = model_field;
  WireWriter w;
  w.Int(to::kIrVersion, model.Scalar<int64_t>(from::kIrVersion, 0));
  Messages(model, from::kOpsetImport, to::kOpsetImport, w, &OrtTranslator::Opset);
  Text(model, from::kProducerName, to::kProducerName, w);
  Text(model, from::kProducerVersion, to::kProducerVersion, w);
  Text(model, from::kDomain, to::kDomain, w);
  w.Int(to::kModelVersion, model.Scalar<int64_t>(from::kModelVersion, 0));
  Text(model, from::kDocString, to::kDocString, w);
  Messages(model, from::kMetadata, to::kMetadata, w, &OrtTranslator::Entry);
  if (const FlatTable graph = model.Table(from::kGraph); graph.present()) {
    WireWriter written = Graph(graph, 0);
    Text(model, from::kGraphDocString, graph_field::kDocString, written);
    w.Message(to::kGraph, std::move(written));
  }
  return w;
}

Result<std::string> OrtTranslator::Translate() {
  const FlatTable session = FlatTable::Root(buffer_);
  const std::string_view version = session.Text(ort_field::session::kVersion);
  if (version.size() != 1 || version < "1" || version > kNewestVersion) {
    Fail(NotImplemented("version '", version.substr(0, 20), "' of the .ort format is not known; this build knows 1 to ",
                        kNewestVersion));
  }
  const FlatTable model = session.Table(ort_field::session::kModel);
  if (!model.present()) Fail(Error(StatusCode::kInvalidProtobuf, "the .ort file holds no model"));
  WireWriter written;
  if (going()) written = Model(model);
  KANTE_TRY(buffer_.status());
  KANTE_TRY(std::move(status_));
  return written.ToString();
}

}  // namespace kante::core
