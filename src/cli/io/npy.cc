// SPDX-License-Identifier: MIT
#include "cli/io/npy.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace kante::cli {
namespace {

struct Header {
  std::string descr;  // "<f4"
  bool fortran = false;
  std::vector<int64_t> shape;
};

Status Bad(const std::string& name, const std::string& what) {
  return Status(StatusCode::kInvalidArgument, "'" + name + "' " + what);
}

// The value after 'key': in the header's dict literal, up to a comma outside parentheses.
std::optional<std::string> Field(const std::string& dict, const std::string& key) {
  size_t at = dict.find("'" + key + "'");
  if (at == std::string::npos) return std::nullopt;
  at = dict.find(':', at);
  if (at == std::string::npos) return std::nullopt;
  std::string out;
  int depth = 0;
  for (++at; at < dict.size(); ++at) {
    const char c = dict[at];
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if ((c == ',' || c == '}') && depth == 0) break;
    if (c != ' ') out += c;
  }
  return out;
}

Result<Header> ParseHeader(const std::string& dict, const std::string& name) {
  const auto descr = Field(dict, "descr");
  const auto order = Field(dict, "fortran_order");
  const auto shape = Field(dict, "shape");
  if (!descr || descr->size() < 4 || !order || !shape) return Bad(name, "has no valid .npy header");
  Header header;
  header.descr = descr->substr(1, descr->size() - 2);
  header.fortran = *order == "True";
  std::string number;
  for (char c : *shape) {
    if (c == '-') return Bad(name, "has a negative dimension");
    if (c >= '0' && c <= '9') {
      number += c;
      if (number.size() > 18) return Bad(name, "has a dimension that is too large");
    } else if (!number.empty()) {
      header.shape.push_back(std::stoll(number));
      number.clear();
    }
  }
  return header;
}

ElementType TypeOf(const std::string& descr) {
  const std::string kind = descr.substr(1);
  static const std::pair<const char*, ElementType> kTypes[] = {
      {"f4", ElementType::kFloat32},   {"f8", ElementType::kFloat64},    {"f2", ElementType::kFloat16},
      {"i1", ElementType::kInt8},      {"i2", ElementType::kInt16},      {"i4", ElementType::kInt32},
      {"i8", ElementType::kInt64},     {"u1", ElementType::kUint8},      {"u2", ElementType::kUint16},
      {"u4", ElementType::kUint32},    {"u8", ElementType::kUint64},     {"b1", ElementType::kBool},
      {"c8", ElementType::kComplex64}, {"c16", ElementType::kComplex128}};
  for (const auto& [text, type] : kTypes) {
    if (kind == text) return type;
  }
  return ElementType::kUndefined;
}

void AppendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
  } else if (c < 0x10000) {
    out += {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 63)),
            static_cast<char>(0x80 | (c & 63))};
  } else {
    out += {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 63)),
            static_cast<char>(0x80 | ((c >> 6) & 63)), static_cast<char>(0x80 | (c & 63))};
  }
}

// Whether there are as many elements of `size` bytes as the shape says.
bool Holds(std::string_view data, const std::vector<int64_t>& shape, size_t size) {
  int64_t elements = 1;
  for (int64_t d : shape) {
    if (__builtin_mul_overflow(elements, d, &elements)) return false;
  }
  return static_cast<uint64_t>(elements) <= data.size() / size;
}

Result<Tensor> ParseStrings(const Header& header, std::string_view data, const std::string& name) {
  const bool wide = header.descr[1] == 'U';
  const std::string digits = header.descr.substr(2);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return Bad(name, "holds the type '" + header.descr + "', which is not supported");
  }
  const size_t length = static_cast<size_t>(std::stoll(digits)) * (wide ? 4 : 1);
  // Checked before memory is asked for; empty strings take some as well.
  if (header.fortran || !Holds(data, header.shape, std::max<size_t>(1, length))) {
    return Bad(name, "is shorter than its header says");
  }
  auto made = Tensor::Allocate(ElementType::kString, header.shape);
  if (!made.ok()) return Bad(name, made.status().message());
  auto* strings = static_cast<std::string*>(made->mutable_data());
  for (int64_t i = 0; i < made->elements(); ++i) {
    const char* at = data.data() + static_cast<size_t>(i) * length;
    for (size_t k = 0; k < length; k += wide ? 4 : 1) {
      uint32_t c = static_cast<unsigned char>(at[k]);
      if (wide) std::memcpy(&c, at + k, 4);
      if (wide && header.descr[0] == '>') c = __builtin_bswap32(c);
      if (c == 0) break;
      AppendUtf8(strings[i], c);
    }
  }
  return made;
}

void SwapBytes(char* data, size_t count, size_t size) {
  for (size_t i = 0; i < count; ++i) std::reverse(data + i * size, data + (i + 1) * size);
}

// Column-major data into the row-major tensor.
void FromFortran(const char* data, Tensor& tensor, size_t size) {
  const auto shape = tensor.shape();
  std::vector<int64_t> index(shape.size(), 0);
  auto* out = static_cast<char*>(tensor.mutable_data());
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    size_t at = 0;
    for (size_t d = shape.size(); d-- > 0;) at = at * static_cast<size_t>(shape[d]) + static_cast<size_t>(index[d]);
    std::memcpy(out + static_cast<size_t>(i) * size, data + at * size, size);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
}

}  // namespace

Result<Tensor> ParseNpy(std::string_view bytes, const std::string& name) {
  if (bytes.size() < 10 || bytes.substr(0, 6) != std::string_view("\x93NUMPY", 6))
    return Bad(name, "is not a .npy file");
  const int major = bytes[6];
  const size_t width = major == 1 ? 2 : 4;
  if (major < 1 || major > 3 || bytes.size() < 8 + width) return Bad(name, "has an unknown .npy version");
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 8, width);
  if (bytes.size() - 8 - width < length) return Bad(name, "is shorter than its header says");
  auto header = ParseHeader(std::string(bytes.substr(8 + width, length)), name);
  if (!header.ok()) return header.status();
  const std::string_view data = bytes.substr(8 + width + length);
  if (header->descr[1] == 'U' || header->descr[1] == 'S') return ParseStrings(*header, data, name);
  const ElementType type = TypeOf(header->descr);
  if (type == ElementType::kUndefined)
    return Bad(name, "holds the type '" + header->descr + "', which is not supported");
  const size_t size = static_cast<size_t>(BitsOf(type)) / 8;
  if (!Holds(data, header->shape, size)) return Bad(name, "is shorter than its header says");
  auto made = Tensor::Allocate(type, header->shape);
  if (!made.ok()) return Bad(name, made.status().message());
  if (made->bytes() > 0 && header->fortran) {
    FromFortran(data.data(), *made, size);
  } else if (made->bytes() > 0) {
    std::memcpy(made->mutable_data(), data.data(), made->bytes());
  }
  if (header->descr[0] == '>') {
    const bool complex = type == ElementType::kComplex64 || type == ElementType::kComplex128;
    const size_t number = complex ? size / 2 : size;
    SwapBytes(static_cast<char*>(made->mutable_data()), made->bytes() / number, number);
  }
  return made;
}

Result<std::string> FormatNpy(const Tensor& tensor) {
  static constexpr const char* kByType[] = {"",    "<f4", "|u1", "|i1", "<u2", "<i2", "<i4",  "<i8", "",
                                            "|b1", "<f2", "<f8", "<u4", "<u8", "<c8", "<c16", "<u2", "|u1",
                                            "|u1", "|u1", "|u1", "|u1", "|u1", "|u1", "|u1",  "|u1", "|u1"};
  std::string descr = kByType[static_cast<int>(tensor.type())];
  std::string data(static_cast<const char*>(tensor.data()), tensor.type() == ElementType::kString ? 0 : tensor.bytes());
  std::vector<int64_t> shape(tensor.shape().begin(), tensor.shape().end());
  if (tensor.type() == ElementType::kString) {
    size_t longest = 1;
    for (const std::string& s : tensor.strings()) longest = std::max(longest, s.size());
    descr = "|S" + std::to_string(longest);
    for (const std::string& s : tensor.strings()) data += s + std::string(longest - s.size(), '\0');
  } else if (BitsOf(tensor.type()) < 8) {
    shape = {static_cast<int64_t>(tensor.bytes())};  // packed
  }
  std::string dims;
  for (int64_t d : shape) dims += std::to_string(d) + ",";
  std::string dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + dims + "), }";
  while ((10 + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(dict.size() & 255);
  out += static_cast<char>(dict.size() >> 8);
  return out + dict + data;
}

}  // namespace kante::cli
