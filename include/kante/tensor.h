// SPDX-License-Identifier: MIT
// Tensors and values that go into and come out of a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kante/export.h"
#include "kante/status.h"

namespace kante {

// ONNX's 26 element types, numbered as TensorProto.DataType.
enum class ElementType : int {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4M3FN = 17,
  kFloat8E4M3FNUZ = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FNUZ = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUint2 = 25,
  kInt2 = 26,
};

// "float32", "int4", "string": numpy's spelling where it has one. "undefined" for numbers that are no type.
KANTE_API std::string_view NameOf(ElementType type);
// The type of that name; kUndefined if there is none.
KANTE_API ElementType ElementTypeOfName(std::string_view name);
// Bits of one element (4 for int4, ...); 0 for strings and kUndefined.
KANTE_API int BitsOf(ElementType type);

// The element type that stores a C++ type.
template <typename T>
struct ElementTypeOf;
template <>
struct ElementTypeOf<float> {
  static constexpr ElementType value = ElementType::kFloat32;
};
template <>
struct ElementTypeOf<double> {
  static constexpr ElementType value = ElementType::kFloat64;
};
template <>
struct ElementTypeOf<int8_t> {
  static constexpr ElementType value = ElementType::kInt8;
};
template <>
struct ElementTypeOf<uint8_t> {
  static constexpr ElementType value = ElementType::kUint8;
};
template <>
struct ElementTypeOf<int16_t> {
  static constexpr ElementType value = ElementType::kInt16;
};
template <>
struct ElementTypeOf<uint16_t> {
  static constexpr ElementType value = ElementType::kUint16;
};
template <>
struct ElementTypeOf<int32_t> {
  static constexpr ElementType value = ElementType::kInt32;
};
template <>
struct ElementTypeOf<uint32_t> {
  static constexpr ElementType value = ElementType::kUint32;
};
template <>
struct ElementTypeOf<int64_t> {
  static constexpr ElementType value = ElementType::kInt64;
};
template <>
struct ElementTypeOf<uint64_t> {
  static constexpr ElementType value = ElementType::kUint64;
};
template <>
struct ElementTypeOf<bool> {
  static constexpr ElementType value = ElementType::kBool;
};

struct TensorRep;

// A dense, row-major tensor in host memory. Copies of a Tensor share the memory; it is freed with the last of them.
// Reading from several threads is safe; whoever writes must be alone.
class KANTE_API Tensor {
 public:
  Tensor();  // no tensor: valid() is false
  ~Tensor();
  Tensor(const Tensor&);
  Tensor& operator=(const Tensor&);
  Tensor(Tensor&&) noexcept;
  Tensor& operator=(Tensor&&) noexcept;

  // New memory, zero-filled, aligned to 64 bytes. Strings are empty. InvalidArgument for negative or overflowing
  // dimensions or more than 12 of them; OutOfMemory.
  static Result<Tensor> Allocate(ElementType type, std::span<const int64_t> shape);
  // Memory of the caller, which must hold exactly the shape's elements, aligned to the element type, and outlive every
  // copy. `release`, if given, runs once when the last copy goes. Not for strings.
  static Result<Tensor> Wrap(ElementType type, std::span<const int64_t> shape, void* data, size_t bytes,
                             std::function<void()> release = {});
  // A copy of `values` in the shape. InvalidArgument if the counts differ.
  template <typename T>
  static Result<Tensor> Of(std::span<const int64_t> shape, std::span<const T> values) {
    return CopyOf(ElementTypeOf<T>::value, shape, values.data(), values.size() * sizeof(T));
  }
  static Result<Tensor> CopyOf(ElementType type, std::span<const int64_t> shape, const void* data, size_t bytes);
  static Result<Tensor> OfStrings(std::span<const int64_t> shape, std::span<const std::string> values);

  bool valid() const { return rep_ != nullptr; }
  // REQUIRES for all below: valid().
  ElementType type() const;
  std::span<const int64_t> shape() const;
  int64_t elements() const;
  size_t bytes() const;  // of the dense elements, sub-byte types packed low bits first
  const void* data() const;
  void* mutable_data();
  // The elements as T. REQUIRES: type() stores T (or T has the size of its storage form, e.g. uint16_t for float16).
  template <typename T>
  std::span<const T> values() const {
    return {static_cast<const T*>(data()), static_cast<size_t>(elements())};
  }
  template <typename T>
  std::span<T> mutable_values() {
    return {static_cast<T*>(mutable_data()), static_cast<size_t>(elements())};
  }
  std::span<const std::string> strings() const;  // empty unless type() is kString
  std::span<std::string> mutable_strings();      // the same, to write

  const std::shared_ptr<const TensorRep>& rep() const { return rep_; }  // for Kante itself
  explicit Tensor(std::shared_ptr<const TensorRep> rep);

 private:
  std::shared_ptr<const TensorRep> rep_;
};

// What an ONNX input or output may be: nothing (an absent optional), a tensor, a sequence, a map. A value type; copies
// share tensors' memory.
class Value {
 public:
  enum class Kind { kNone, kTensor, kSequence, kMap };

  Value() = default;
  Value(Tensor tensor) : kind_(Kind::kTensor), tensor_(std::move(tensor)) {}  // NOLINT: implicit on purpose
  // A sequence; `element_type` is that of its tensors and matters when it is empty.
  static Value Sequence(std::vector<Value> items, ElementType element_type) {
    Value v;
    v.kind_ = Kind::kSequence;
    v.items_ = std::move(items);
    v.element_type_ = element_type;
    return v;
  }
  // A map, as classifiers return them (a sequence of one for each row) and dictionary vectorizers take: key i of `keys`
  // [n], int64 or string, goes with the scalar i of `values` [n]. A run refuses other shapes and key types.
  static Value Map(Tensor keys, Tensor values) {
    Value v;
    v.kind_ = Kind::kMap;
    v.items_ = {Value(std::move(keys)), Value(std::move(values))};
    return v;
  }

  Kind kind() const { return kind_; }
  bool is_tensor() const { return kind_ == Kind::kTensor; }
  const Tensor& tensor() const { return tensor_; }  // REQUIRES: is_tensor()
  bool is_map() const { return kind_ == Kind::kMap; }
  const std::vector<Value>& items() const { return items_; }  // of a sequence; keys and values of a map
  // REQUIRES for both: is_map().
  const Tensor& keys() const { return items_[0].tensor(); }
  const Tensor& values() const { return items_[1].tensor(); }
  ElementType element_type() const { return is_tensor() && tensor_.valid() ? tensor_.type() : element_type_; }

 private:
  Kind kind_ = Kind::kNone;
  Tensor tensor_;
  std::vector<Value> items_;
  ElementType element_type_ = ElementType::kUndefined;
};

// "[2,3,4]"
KANTE_API std::string ShapeToString(std::span<const int64_t> shape);

// Parameters of a LoRA adapter by name, as ONNX Runtime's AdapterFormat writes them: feed them to inputs that have a
// default. The bytes are copied. InvalidProtobuf, NotImplemented (another version), OutOfMemory.
KANTE_API Result<std::vector<std::pair<std::string, Tensor>>> ReadAdapter(std::span<const std::byte> bytes);
KANTE_API Result<std::vector<std::pair<std::string, Tensor>>> ReadAdapterFile(const std::string& path);

// Reads a protobuf file of ONNX's backend tests: a TensorProto, SequenceProto, OptionalProto or MapProto, as `kind`
// says. Maps may lie in sequences and optionals; NotImplemented for maps whose values are no scalars of one type.
enum class ProtoKind { kTensor, kSequence, kOptional, kMap };
KANTE_API Result<Value> ReadProtoFile(const std::string& path, ProtoKind kind);
// Writes a tensor, sequence or map as the protobuf of its kind (temporary file, fsync, rename).
KANTE_API Status WriteProtoFile(const std::string& path, const Value& value, const std::string& name = {});

}  // namespace kante
