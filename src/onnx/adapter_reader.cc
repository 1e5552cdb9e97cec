// SPDX-License-Identifier: MIT
#include "onnx/adapter_reader.h"

#include "onnx/flat_buffer.h"
#include "tensor/element_type.h"

namespace kante::core {
namespace {

constexpr char kIdentifier[] = "TORT";
constexpr int kFormatVersion = 1;
// Fields of Adapter and Parameter.
enum AdapterField { kVersion = 0, kParameters = 3 };
enum ParameterField { kName, kDims, kType, kData };

Result<Tensor> ReadParameter(const FlatTable& parameter) {
  const FlatVector dims = parameter.Vector(kDims, sizeof(int64_t));
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < dims.size(); ++i) sizes.push_back(dims.Scalar<int64_t>(i));
  const int32_t number = parameter.Scalar<int32_t>(kType, 0);
  const auto type = static_cast<ElementType>(number);
  if (number <= 0 || number >= kElementTypeCount || type == ElementType::kString) {
    return Error(StatusCode::kInvalidProtobuf, "element type ", number, " cannot be in an adapter");
  }
  KANTE_TRY(const Shape shape, Shape::Make(sizes));
  KANTE_TRY(const int64_t need, StorageBytes(type, shape));
  const FlatVector data = parameter.Vector(kData, 1);
  if (data.size() != static_cast<size_t>(need)) {
    return Error(StatusCode::kInvalidProtobuf, NameOf(type), shape.ToString(), " takes ", need, " bytes, there are ",
                 data.size());
  }
  KANTE_TRY(Tensor copy, Tensor::Allocate(type, shape));  // aligned, which the file need not be
  if (need) std::memcpy(copy.raw(), data.bytes().data(), static_cast<size_t>(need));
  return copy;
}

}  // namespace

Result<std::vector<std::pair<std::string, Tensor>>> ReadAdapter(std::span<const std::byte> bytes) {
  FlatBuffer buffer(bytes);
  if (!buffer.HasIdentifier(kIdentifier)) return Error(StatusCode::kInvalidProtobuf, "this is no file of an adapter");
  const FlatTable adapter = FlatTable::Root(buffer);
  const int32_t version = adapter.Scalar<int32_t>(kVersion, 0);
  if (version != kFormatVersion && !buffer.broken()) {
    return Error(StatusCode::kNotImplemented, "version ", version, " of the adapter format is not known");
  }
  std::vector<std::pair<std::string, Tensor>> parameters;
  const FlatVector tables = adapter.Tables(kParameters);
  for (size_t i = 0; i < tables.size() && !buffer.broken(); ++i) {
    const FlatTable parameter = tables.Table(i);
    const std::string name(parameter.Text(kName));
    auto tensor = ReadParameter(parameter);
    if (buffer.broken()) break;
    if (!tensor.ok()) return std::move(tensor.TakeStatus()).WithContext(StrCat("parameter '", name, "'"));
    parameters.emplace_back(name, std::move(tensor).value());
  }
  KANTE_TRY(buffer.status());
  return parameters;
}

}  // namespace kante::core
