// SPDX-License-Identifier: MIT
#include "onnx/tensor_reader.h"

#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "onnx/onnx_fields.h"
#include "onnx/type_reader.h"

namespace kante::core {
namespace {

using enum ElementType;
namespace field = tensor_field;

// The typed field that holds elements of `type`.
uint32_t FieldOf(ElementType type) {
  switch (type) {
    case kFloat32:
    case kComplex64:
      return field::kFloatData;
    case kFloat64:
    case kComplex128:
      return field::kDoubleData;
    case kInt64:
      return field::kInt64Data;
    case kUint32:
    case kUint64:
      return field::kUint64Data;
    case kString:
      return field::kStringData;
    default:
      return field::kInt32Data;
  }
}

const char* FieldName(uint32_t number) {
  switch (number) {
    case field::kFloatData:
      return "float_data";
    case field::kDoubleData:
      return "double_data";
    case field::kInt64Data:
      return "int64_data";
    case field::kUint64Data:
      return "uint64_data";
    case field::kStringData:
      return "string_data";
    default:
      return "int32_data";
  }
}

Status ParseDecimal(std::string_view text, const char* what, int64_t* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  if (error != std::errc() || end != text.data() + text.size() || *out < 0) {
    return InvalidArgument("external data ", what, " '", text, "' is not a number of bytes");
  }
  return OkStatus();
}

}  // namespace

struct TensorReader::Parts {
  std::string_view name;
  std::vector<int64_t> dims;
  int64_t data_type = 0;
  ElementType type = kUndefined;
  Shape shape;
  int64_t bytes = 0;  // of the elements
  Bytes raw;
  bool has_raw = false;
  bool external = false;
  bool segmented = false;
  std::string_view location, offset, length;
  int64_t counts[16] = {};  // entries of each typed field

  Status Resolve(const Limits& limits);
};

Status TensorReader::Parts::Resolve(const Limits& limits) {
  if (segmented) return NotImplemented("is stored in segments, which is not supported");
  if (data_type <= 0 || data_type >= kElementTypeCount) {
    return NotImplemented("has the element type ", data_type, ", which is not known");
  }
  type = static_cast<ElementType>(data_type);
  KANTE_TRY(shape, Shape::Make(dims));
  KANTE_TRY(bytes, StorageBytes(type, shape));
  if (bytes > limits.max_tensor_bytes) {
    return Error(StatusCode::kLimitExceeded, "has the shape ", shape.ToString(), " of ", bytes, " bytes, the limit is ",
                 limits.max_tensor_bytes);
  }
  return OkStatus();
}

Status TensorReader::Collect(WireReader& r, Parts& parts) {
  while (r.Next()) {
    switch (r.field()) {
      case field::kDims:
        r.AppendTo(parts.dims);
        if (parts.dims.size() > 4 * kMaxRank) r.Fail("has too many dimensions");
        break;
      case field::kDataType:
        parts.data_type = r.Int();
        break;
      case field::kSegment:
        parts.segmented = true;
        break;
      case field::kName:
        parts.name = r.String();
        break;
      case field::kRawData:
        parts.raw = r.Content();
        parts.has_raw = true;
        break;
      case field::kFloatData:
        parts.counts[field::kFloatData] += r.CountFixed(4);
        break;
      case field::kDoubleData:
        parts.counts[field::kDoubleData] += r.CountFixed(8);
        break;
      case field::kInt32Data:
      case field::kInt64Data:
      case field::kUint64Data:
        parts.counts[r.field()] += r.CountVarints();
        break;
      case field::kStringData:
        ++parts.counts[field::kStringData];
        break;
      case field::kDataLocation:
        parts.external = r.Int() == 1;
        break;
      case field::kExternalData: {
        std::string_view key, value;
        KANTE_TRY(ReadEntry(r.Message("StringStringEntryProto"), &key, &value));
        if (key == "location") parts.location = value;
        if (key == "offset") parts.offset = value;
        if (key == "length") parts.length = value;
        break;
      }
      default:
        break;
    }
  }
  return r.Finish();
}

Result<Tensor> TensorReader::Read(WireReader message, std::string_view* name) {
  Parts parts;
  WireReader again = message.Again();
  Status status = Collect(message, parts);
  if (name) *name = parts.name;
  KANTE_TRY(std::move(status));
  KANTE_TRY(parts.Resolve(limits_));
  if (parts.external) return FromExternal(parts);
  const uint32_t typed = FieldOf(parts.type);
  if (parts.has_raw && (!parts.raw.empty() || parts.counts[typed] == 0)) {
    return FromBytes(parts, parts.raw, owner_, file_pages_);
  }
  return FromFields(parts, std::move(again));
}

Result<Tensor> TensorReader::FromBytes(const Parts& parts, Bytes bytes, std::shared_ptr<const void> owner,
                                       bool file_pages) {
  if (parts.type == kString) return InvalidArgument("strings cannot be stored as raw data");
  if (static_cast<int64_t>(bytes.size()) != parts.bytes) {
    return InvalidArgument("has ", bytes.size(), " bytes of raw data where ", NameOf(parts.type),
                           parts.shape.ToString(), " needs ", parts.bytes);
  }
  bool copy = bytes.empty();
  if (parts.type == kBool) {  // anything but 0 and 1 is no bool for C++
    for (std::byte b : bytes) copy |= b > std::byte{1};
  }
  if (!copy) {
    auto buffer = Buffer::Borrow(bytes.data(), bytes.size(), std::move(owner), file_pages);
    return Tensor(parts.type, parts.shape, std::move(buffer));
  }
  KANTE_TRY(Tensor tensor, Tensor::Allocate(parts.type, parts.shape));
  for (size_t i = 0; i < bytes.size(); ++i) tensor.raw()[i] = std::byte{bytes[i] != std::byte{0}};
  copied_bytes_ += parts.bytes;
  return tensor;
}

Result<Tensor> TensorReader::FromExternal(const Parts& parts) {
  if (parts.type == kString) return InvalidArgument("strings cannot be stored as external data");
  int64_t offset = 0;
  int64_t length = parts.bytes;
  if (!parts.offset.empty()) KANTE_TRY(ParseDecimal(parts.offset, "offset", &offset));
  if (!parts.length.empty()) KANTE_TRY(ParseDecimal(parts.length, "length", &length));
  if (length != parts.bytes) {
    return InvalidArgument("has ", length, " bytes of external data where ", NameOf(parts.type), parts.shape.ToString(),
                           " needs ", parts.bytes);
  }
  if (!external_) return InvalidArgument("external data is refused here");
  KANTE_TRY(ExternalData::Piece piece, external_->Find(parts.location, offset, length));
  return FromBytes(parts, piece.bytes, std::move(piece.owner), piece.file_pages);
}

Result<Tensor> TensorReader::FromFields(const Parts& parts, WireReader r) {
  const uint32_t typed = FieldOf(parts.type);
  const int64_t elements = parts.shape.elements();
  int64_t expected = elements;
  if (parts.type == kComplex64 || parts.type == kComplex128) expected *= 2;  // fits: StorageBytes has multiplied more
  if (IsSubByte(parts.type)) expected = parts.bytes;                         // one entry holds one packed byte
  if (parts.counts[typed] != expected) {
    return InvalidArgument("has ", parts.counts[typed], " entries of ", FieldName(typed), " where ", NameOf(parts.type),
                           parts.shape.ToString(), " needs ", expected);
  }
  KANTE_TRY(Tensor tensor, Tensor::Allocate(parts.type, parts.shape));
  copied_bytes_ += parts.bytes;
  std::byte* to = tensor.raw();
  const size_t width = IsSubByte(parts.type) ? 1 : static_cast<size_t>(BitsOf(parts.type)) / 8;
  while (r.Next()) {
    if (r.field() != typed) continue;
    if (typed == field::kFloatData) {
      r.ForEachFixed<uint32_t>([&](uint32_t v) {
        std::memcpy(to, &v, 4);
        to += 4;
      });
    } else if (typed == field::kDoubleData) {
      r.ForEachFixed<uint64_t>([&](uint64_t v) {
        std::memcpy(to, &v, 8);
        to += 8;
      });
    } else if (typed == field::kStringData) {
      const std::string_view text = r.String();
      *reinterpret_cast<std::string*>(to) = text;
      copied_bytes_ += static_cast<int64_t>(text.size());
      to += sizeof(std::string);
    } else {
      r.ForEachVarint([&](uint64_t v) {
        if (parts.type == kBool) v = v != 0;
        std::memcpy(to, &v, width);  // little-endian: the low bytes
        to += width;
      });
    }
  }
  KANTE_TRY(r.Finish());
  return tensor;
}

}  // namespace kante::core
