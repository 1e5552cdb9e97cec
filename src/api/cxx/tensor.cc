// SPDX-License-Identifier: MIT
#include "kante/tensor.h"

#include <cstring>

#include "api/cxx/convert.h"
#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "onnx/adapter_reader.h"
#include "onnx/tensor_proto.h"

namespace kante {

const char* StatusCodeName(StatusCode code) { return core::StatusCodeName(static_cast<core::StatusCode>(code)); }

std::string_view NameOf(ElementType type) { return core::NameOf(static_cast<core::ElementType>(type)); }

ElementType ElementTypeOfName(std::string_view name) {
  return static_cast<ElementType>(core::ElementTypeOfName(name).value_or(core::ElementType::kUndefined));
}

int BitsOf(ElementType type) {
  return type == ElementType::kString ? 0 : core::BitsOf(static_cast<core::ElementType>(type));
}

namespace {

// Tensors of the API are aligned; those in a file may not be.
core::Result<core::Value> Aligned(const core::Value& value) {
  if (value.is_tensor()) {
    KANTE_TRY(core::Tensor dense, core::Compact(value.tensor()));
    return core::Value(std::move(dense));
  }
  if (!value.is_sequence()) return value;
  auto sequence = std::make_shared<core::Sequence>(*value.sequence());
  for (core::Value& item : sequence->items) {
    KANTE_TRY(item, Aligned(item));
  }
  return core::Value(std::shared_ptr<const core::Sequence>(std::move(sequence)));
}

}  // namespace

std::string ShapeToString(std::span<const int64_t> shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? "," : "") + std::to_string(shape[i]);
  return out + "]";
}

Tensor::Tensor() = default;
Tensor::~Tensor() = default;
Tensor::Tensor(const Tensor&) = default;
Tensor& Tensor::operator=(const Tensor&) = default;
Tensor::Tensor(Tensor&&) noexcept = default;
Tensor& Tensor::operator=(Tensor&&) noexcept = default;
Tensor::Tensor(std::shared_ptr<const TensorRep> rep) : rep_(std::move(rep)) {}

Result<Tensor> Tensor::Allocate(ElementType type, std::span<const int64_t> shape) {
  auto dims = ShapeOf(shape);
  if (!dims.ok()) return StatusOf(dims);
  auto made = core::Tensor::Allocate(static_cast<core::ElementType>(type), *dims);
  if (!made.ok()) return StatusOf(made);
  if (type != ElementType::kString) std::memset(made->raw(), 0, static_cast<size_t>(made->bytes()));
  return ToPublic(std::move(made).value());
}

Result<Tensor> Tensor::Wrap(ElementType type, std::span<const int64_t> shape, void* data, size_t bytes,
                            std::function<void()> release) {
  auto dims = ShapeOf(shape);
  if (!dims.ok()) return StatusOf(dims);
  const auto element = static_cast<core::ElementType>(type);
  if (type == ElementType::kString) return Status(StatusCode::kInvalidArgument, "strings cannot be wrapped");
  auto need = core::StorageBytes(element, *dims);
  if (!need.ok()) return StatusOf(need);
  if (static_cast<size_t>(*need) != bytes || (!data && bytes > 0)) {
    return Status(StatusCode::kInvalidArgument,
                  core::StrCat(NameOf(type), ShapeToString(shape), " takes ", *need, " bytes, got ", bytes));
  }
  core::Buffer::Deleter deleter;
  if (release) deleter = [release = std::move(release)](void*, size_t) { release(); };
  auto buffer = core::Buffer::Wrap(data, bytes, std::move(deleter));
  buffer->set_transient();
  return ToPublic(core::Tensor(element, *dims, std::move(buffer)));
}

Result<Tensor> Tensor::CopyOf(ElementType type, std::span<const int64_t> shape, const void* data, size_t bytes) {
  auto made = Allocate(type, shape);
  if (!made.ok()) return made;
  if (type == ElementType::kString || made->bytes() != bytes) {
    return Status(StatusCode::kInvalidArgument,
                  core::StrCat(NameOf(type), ShapeToString(shape), " takes ", made->bytes(), " bytes, got ", bytes));
  }
  if (bytes) std::memcpy(made->mutable_data(), data, bytes);
  return made;
}

Result<Tensor> Tensor::OfStrings(std::span<const int64_t> shape, std::span<const std::string> values) {
  auto made = Allocate(ElementType::kString, shape);
  if (!made.ok()) return made;
  if (made->elements() != static_cast<int64_t>(values.size())) {
    return Status(StatusCode::kInvalidArgument, core::StrCat("string", ShapeToString(shape), " takes ",
                                                             made->elements(), " strings, got ", values.size()));
  }
  auto* strings = static_cast<std::string*>(made->mutable_data());
  for (size_t i = 0; i < values.size(); ++i) strings[i] = values[i];
  return made;
}

ElementType Tensor::type() const { return static_cast<ElementType>(rep_->tensor.type()); }
std::span<const int64_t> Tensor::shape() const { return rep_->tensor.shape().dims(); }
int64_t Tensor::elements() const { return rep_->tensor.elements(); }
size_t Tensor::bytes() const { return static_cast<size_t>(rep_->tensor.bytes()); }
const void* Tensor::data() const { return rep_->tensor.raw(); }
void* Tensor::mutable_data() { return rep_->tensor.raw(); }
std::span<const std::string> Tensor::strings() const {
  if (type() != ElementType::kString) return {};
  return rep_->tensor.span<std::string>();
}
std::span<std::string> Tensor::mutable_strings() {
  if (type() != ElementType::kString) return {};
  return {static_cast<std::string*>(mutable_data()), static_cast<size_t>(elements())};
}

Result<std::vector<std::pair<std::string, Tensor>>> ReadAdapter(std::span<const std::byte> bytes) {
  auto read = core::ReadAdapter(bytes);
  if (!read.ok()) return StatusOf(read);
  std::vector<std::pair<std::string, Tensor>> parameters;
  for (auto& [name, tensor] : *read) parameters.emplace_back(name, ToPublic(std::move(tensor)));
  return parameters;
}

Result<std::vector<std::pair<std::string, Tensor>>> ReadAdapterFile(const std::string& path) {
  auto file = core::MappedFile::Open(path, core::Mapping::kCopy);
  if (!file.ok()) return StatusOf(file);
  auto read = ReadAdapter((*file)->bytes());
  if (!read.ok()) return Status(read.status().code(), "'" + path + "': " + read.status().message());
  return read;
}

Result<Value> ReadProtoFile(const std::string& path, ProtoKind kind) {
  auto file = core::MappedFile::Open(path, core::Mapping::kCopy);
  if (!file.ok()) return StatusOf(file);
  core::TypeInfo expected;
  expected.kind = kind == ProtoKind::kSequence   ? core::ValueKind::kSequence
                  : kind == ProtoKind::kOptional ? core::ValueKind::kOptional
                  : kind == ProtoKind::kMap      ? core::ValueKind::kMap
                                                 : core::ValueKind::kTensor;
  auto read = core::ReadValueProto((*file)->bytes(), *file, expected);
  if (!read.ok()) {
    return Status(static_cast<StatusCode>(read.status().code()),
                  core::StrCat("'", path, "': ", read.status().message()));
  }
  auto aligned = Aligned(*read);
  if (!aligned.ok()) return StatusOf(aligned);
  return ToPublic(*aligned);
}

Status WriteProtoFile(const std::string& path, const Value& value, const std::string& name) {
  const core::Value written_value = ToCore(value);
  if (!written_value.has_value()) {
    return Status(StatusCode::kInvalidArgument, "there is no value to write to '" + path + "'");
  }
  core::TypeInfo expected;
  expected.kind = core::ValueKind::kTensor;
  auto bytes = core::WriteValueProto(written_value, name, expected);
  if (!bytes.ok()) return StatusOf(bytes);
  auto file = core::AtomicFile::Create(path);
  if (!file.ok()) return StatusOf(file);
  const core::Status written = file->Write(std::as_bytes(std::span(bytes->data(), bytes->size())));
  if (!written.ok()) return ToPublic(written);
  return ToPublic(file->Commit());
}

}  // namespace kante
