// SPDX-License-Identifier: MIT
#include "tests/properties/generate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>

#include "compute/element_io.h"

namespace kante::core {
namespace {

class Generator {
 public:
  Generator(const OpInfo& info, uint32_t seed, ElementType wanted, Fill fill)
      : random_(seed * 2654435761u + 17), fill_(fill), type_(wanted) {
    if (wanted == ElementType::kUndefined) DrawType(info, seed);
    std::vector<int64_t> dims;
    for (int64_t rank = Pick(4); rank > 0; --rank) dims.push_back(Size());
    shape_ = dims;
  }
  void DrawType(const OpInfo& info, uint32_t seed) {
    std::vector<ElementType> types;
    for (int t = 1; t < kElementTypeCount; ++t) {
      const auto type = static_cast<ElementType>(t);
      if (info.types.Has(type)) types.push_back(type);
    }
    // float32 is what most kernels are for; it gets every second case.
    const bool plain = seed % 2 == 0 && info.types.Has(ElementType::kFloat32);
    type_ = plain || types.empty() ? ElementType::kFloat32 : types[static_cast<size_t>(Pick(types.size()))];
  }

  std::optional<Value> Input(std::string_view text) {
    if (text == "-") return Value();
    const size_t values_at = std::min(text.find('='), text.find('<'));
    const std::string_view head = text.substr(0, values_at);
    const std::string_view values = values_at == text.npos ? "" : text.substr(values_at);
    const size_t colon = head.find(':');
    const ElementType type = TypeOf(head.substr(0, colon));
    const std::vector<int64_t> dims = colon == head.npos ? std::vector<int64_t>{} : Dims(head.substr(colon + 1));
    auto shape = Shape::Make(dims);
    if (!shape.ok()) return std::nullopt;
    auto tensor = Tensor::Allocate(type, *shape);
    if (!tensor.ok()) return std::nullopt;
    if (fill_ == Fill::kBits && values.empty() && head.starts_with("T")) {
      StoreBits(*tensor);
    } else if (!Store(*tensor, values, head.starts_with("T") ? fill_ : Fill::kQuarters)) {
      return std::nullopt;
    }
    return Value(std::move(tensor).value());
  }

 private:
  int64_t Pick(size_t count) { return static_cast<int64_t>(random_() % count); }
  int64_t Size() {
    static constexpr int64_t kSizes[] = {0, 1, 1, 2, 3, 3, 5, 9, 17};
    return kSizes[Pick(std::size(kSizes))];
  }
  int64_t Number(std::string_view text) {
    if (text.empty()) return 0;
    if (std::isalpha(static_cast<unsigned char>(text[0]))) {
      const auto found = sizes_.find(text[0]);
      return found != sizes_.end() ? found->second : sizes_[text[0]] = Size();
    }
    int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  std::vector<std::string_view> Parts(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
      const size_t comma = std::min(text.find(','), text.size());
      parts.push_back(text.substr(0, comma));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
  }
  std::vector<int64_t> Dims(std::string_view text) {
    std::vector<int64_t> dims = shape_;
    if (text == "S") return dims;
    if (text == "B") {
      dims.erase(dims.begin(), dims.begin() + Pick(dims.size() + 1));
      for (int64_t& d : dims) d = Pick(2) ? 1 : d;
      return dims;
    }
    dims.clear();
    for (std::string_view part : Parts(text)) dims.push_back(Number(part));
    return dims;
  }
  ElementType TypeOf(std::string_view name) {
    for (int t = 1; t < kElementTypeCount; ++t) {
      if (NameOf(static_cast<ElementType>(t)) == name) return static_cast<ElementType>(t);
    }
    return type_;
  }

  bool Store(const Tensor& tensor, std::string_view values, Fill fill) {
    const int64_t n = tensor.elements();
    std::vector<double> numbers(static_cast<size_t>(n));
    if (values.starts_with('=')) {
      const std::vector<std::string_view> parts = Parts(values.substr(1));
      if (parts.empty()) return false;
      for (size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<double>(Number(parts[std::min(i, parts.size() - 1)]));
      }
    } else if (values.starts_with('<')) {
      const int64_t limit = Number(values.substr(1));
      if (limit <= 0 && n > 0) return false;
      for (double& x : numbers) x = static_cast<double>(Pick(static_cast<size_t>(limit)));
    } else {
      for (double& x : numbers) x = Draw(fill, tensor.type());
    }
    return Store(tensor, numbers);
  }
  double Draw(Fill fill, ElementType type) {
    static constexpr double kSpecial[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1, -1, 2.5, 1, 0.5, -2.5, 3};
    if (fill == Fill::kQuarters) return static_cast<double>(Pick(17) - 8) / 4;
    if (fill == Fill::kSpecial) return kSpecial[Pick(std::size(kSpecial))];
    const double coarse = static_cast<double>(Pick(255) - 127) / 64, digits = static_cast<double>(Pick(1001)) * 0x1p-45;
    return type == ElementType::kFloat64 ? coarse + digits : coarse;
  }
  bool Store(const Tensor& tensor, const std::vector<double>& numbers) {
    const ElementType type = tensor.type();
    if (type == ElementType::kString) {
      for (size_t i = 0; i < numbers.size(); ++i) tensor.mutable_data<std::string>()[i] = StrCat("s", numbers[i]);
    } else if (type == ElementType::kBool) {
      for (size_t i = 0; i < numbers.size(); ++i) tensor.mutable_data<bool>()[i] = numbers[i] > 0;
    } else if (StoreRow<double> store = GetStoreRow<double>(type)) {
      store(tensor.raw(), numbers.data(), tensor.elements());
    } else if (type == ElementType::kComplex64 || type == ElementType::kComplex128) {
      const int64_t width = BitsOf(type) / 16;
      for (int64_t i = 0; i < tensor.bytes() / width; ++i) {
        const double x = static_cast<double>(Pick(17) - 8) / 4;
        if (width == 8) tensor.mutable_data<double>()[i] = x;
        if (width == 4) tensor.mutable_data<float>()[i] = static_cast<float>(x);
      }
    } else {
      StoreBits(tensor);
    }
    return true;
  }
  // In the order of 64-bit integers whose low bits they are: types of one seed agree in them.
  void StoreBits(const Tensor& tensor) {
    const int64_t size = tensor.type() == ElementType::kString ? 0 : (BitsOf(tensor.type()) + 7) / 8;
    for (int64_t i = 0; size > 0 && i < tensor.bytes() / size; ++i) {
      uint64_t bits[2] = {};
      for (uint64_t& b : bits) b = static_cast<uint64_t>(random_()) << 32 | random_();
      // Every second number is small.
      if (bits[0] & 0x100) bits[0] = (bits[0] >> 40) % 8;
      if (tensor.type() == ElementType::kBool) bits[0] &= 1;
      std::memcpy(tensor.raw() + i * size, bits, static_cast<size_t>(size));
    }
    // The unused bits at the end are zero.
    const int64_t used = tensor.elements() * BitsOf(tensor.type()) % 8;
    if (used) tensor.raw()[tensor.bytes() - 1] &= static_cast<std::byte>((1 << used) - 1);
  }

  std::mt19937 random_;
  Fill fill_;
  ElementType type_;
  std::vector<int64_t> shape_;
  std::map<char, int64_t> sizes_;
};

}  // namespace

std::optional<Case> Generate(const OpDef& def, const Hint* hint, uint32_t seed, ElementType type, Fill fill) {
  const OpInfo& info = def.info;
  Generator generator(info, seed, type, fill);
  Case made;
  made.node.op_type = info.name;
  made.node.domain = info.domain;
  made.node.version = info.versions.newest();
  std::vector<std::string_view> inputs(static_cast<size_t>(info.min_inputs), "T:S");
  if (hint) {
    inputs = hint->inputs;
    made.node.attributes = hint->attributes;
  }
  for (std::string_view text : inputs) {
    std::optional<Value> value = generator.Input(text);
    if (!value) return std::nullopt;
    made.inputs.push_back(std::move(*value));
  }
  made.outputs = hint && hint->outputs ? hint->outputs : std::max(1, info.min_outputs);
  return made;
}

}  // namespace kante::core
