// SPDX-License-Identifier: MIT
#include "onnx/tensor_reader.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "onnx/test_models.h"

namespace kante::core {
namespace {

using enum ElementType;
using test::Floats;
using test::Ints;
using test::RawTensor;
using test::TensorMessage;

Result<Tensor> ReadTensor(const WireWriter& message, const Limits& limits = {}) {
  auto bytes = std::make_shared<std::string>(message.ToString());
  TensorReader reader(limits, bytes, nullptr);
  return reader.Read(WireReader(AsBytes(*bytes), "TensorProto", 10));
}

std::string ErrorOf(const WireWriter& message) {
  auto tensor = ReadTensor(message);
  return tensor.ok() ? "" : std::string(tensor.status().message());
}

template <typename T>
std::vector<T> ValuesOf(const Tensor& tensor) {
  return {tensor.data<T>(), tensor.data<T>() + tensor.bytes() / static_cast<int64_t>(sizeof(T))};
}

TEST(TensorReader, RawDataStaysWhereItIs) {
  const auto bytes = std::make_shared<std::string>(Floats("w", {1, 2, 3}).ToString());
  const Limits limits;
  TensorReader reader(limits, bytes, nullptr);
  std::string_view name;
  auto tensor = reader.Read(WireReader(AsBytes(*bytes), "TensorProto", 10), &name);
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(name, "w");
  EXPECT_EQ(tensor->shape(), Shape{3});
  EXPECT_EQ(static_cast<const void*>(tensor->raw()), bytes->data() + bytes->size() - 12);
  EXPECT_TRUE(tensor->buffer()->read_only());
  EXPECT_EQ(reader.copied_bytes(), 0);
  const std::weak_ptr<const std::string> alive = bytes;
  EXPECT_EQ(bytes.use_count(), 3);  // ours, the reader's, the tensor's
}

TEST(TensorReader, TypedFields) {
  WireWriter f = TensorMessage("", kFloat32, {2});
  f.PackedFloats(tensor_field::kFloatData, std::vector<float>{1.5f});
  f.Float(tensor_field::kFloatData, -2);  // packed and not packed may be mixed
  EXPECT_EQ(ValuesOf<float>(*ReadTensor(f)), (std::vector<float>{1.5f, -2}));

  EXPECT_EQ(ValuesOf<int64_t>(*ReadTensor(Ints("", {-1, 1LL << 40}))), (std::vector<int64_t>{-1, 1LL << 40}));

  WireWriter c = TensorMessage("", kComplex64, {1});
  c.PackedFloats(tensor_field::kFloatData, std::vector<float>{3, 4});
  EXPECT_EQ(ValuesOf<float>(*ReadTensor(c)), (std::vector<float>{3, 4}));

  const double doubles[] = {0.1, -7};
  WireWriter d = TensorMessage("", kFloat64, {2});
  d.String(tensor_field::kDoubleData, {reinterpret_cast<const char*>(doubles), sizeof(doubles)});
  EXPECT_EQ(ValuesOf<double>(*ReadTensor(d)), (std::vector<double>{0.1, -7}));

  WireWriter u = TensorMessage("", kUint32, {2});
  u.PackedInts(tensor_field::kUint64Data, std::vector<int64_t>{5, 0xffffffff});
  EXPECT_EQ(ValuesOf<uint32_t>(*ReadTensor(u)), (std::vector<uint32_t>{5, 0xffffffff}));
}

TEST(TensorReader, EveryTypeThatSharesInt32Data) {
  const std::vector<int64_t> values = {1, -1, 0x1234};
  for (ElementType type : {kInt32, kInt16, kInt8, kUint16, kUint8, kFloat16, kBfloat16, kFloat8E4M3FN, kFloat8E4M3FNUZ,
                           kFloat8E5M2, kFloat8E5M2FNUZ, kFloat8E8M0}) {
    WireWriter w = TensorMessage("", type, {3});
    w.PackedInts(tensor_field::kInt32Data, values);
    auto tensor = ReadTensor(w);
    ASSERT_TRUE(tensor.ok()) << NameOf(type) << ": " << tensor.status().ToString();
    const size_t size = static_cast<size_t>(BitsOf(type)) / 8;
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(std::memcmp(tensor->raw() + i * size, &values[i], size), 0) << NameOf(type);
    }
  }
  WireWriter b = TensorMessage("", kBool, {3});
  b.PackedInts(tensor_field::kInt32Data, std::vector<int64_t>{0, 1, 256});
  EXPECT_EQ(ValuesOf<uint8_t>(*ReadTensor(b)), (std::vector<uint8_t>{0, 1, 1}));
}

TEST(TensorReader, PackedSubByteTypes) {
  for (ElementType type : {kInt4, kUint4, kFloat4E2M1}) {
    WireWriter w = TensorMessage("", type, {3});
    w.PackedInts(tensor_field::kInt32Data, std::vector<int64_t>{0x21, 0x03});
    EXPECT_EQ(ValuesOf<uint8_t>(*ReadTensor(w)), (std::vector<uint8_t>{0x21, 0x03})) << NameOf(type);
    EXPECT_TRUE(ReadTensor(RawTensor("", type, {3}, "ab")).ok());
    EXPECT_FALSE(ReadTensor(RawTensor("", type, {3}, "abc")).ok());
  }
  for (ElementType type : {kInt2, kUint2}) {
    EXPECT_TRUE(ReadTensor(RawTensor("", type, {5}, "ab")).ok());
    EXPECT_FALSE(ReadTensor(RawTensor("", type, {5}, "a")).ok());
  }
}

TEST(TensorReader, Strings) {
  WireWriter w = TensorMessage("", kString, {2});
  w.String(tensor_field::kStringData, "a");
  w.String(tensor_field::kStringData, std::string("b\0c", 3));
  auto tensor = ReadTensor(w);
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(tensor->data<std::string>()[0], "a");
  EXPECT_EQ(tensor->data<std::string>()[1], std::string("b\0c", 3));
  EXPECT_EQ(ErrorOf(RawTensor("", kString, {1}, "a")), "strings cannot be stored as raw data");
  EXPECT_NE(ErrorOf(TensorMessage("", kString, {2})), "");
}

TEST(TensorReader, BoolsAreZeroOrOne) {
  auto tensor = ReadTensor(RawTensor("", kBool, {3}, std::string("\x00\x01\xff", 3)));
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(ValuesOf<uint8_t>(*tensor), (std::vector<uint8_t>{0, 1, 1}));
}

TEST(TensorReader, EmptyTensorsAndScalars) {
  EXPECT_EQ(ReadTensor(TensorMessage("", kFloat32, {0, 4}))->elements(), 0);
  EXPECT_EQ(ReadTensor(RawTensor("", kInt64, {3, 0}, ""))->elements(), 0);
  auto scalar = ReadTensor(RawTensor("", kUint8, {}, "x"));
  ASSERT_TRUE(scalar.ok());
  EXPECT_EQ(scalar->rank(), 0);
}

TEST(TensorReader, SizesMustFit) {
  EXPECT_EQ(ErrorOf(RawTensor("", kFloat32, {2, 3}, "12345678")),
            "has 8 bytes of raw data where float32[2,3] needs 24");
  EXPECT_EQ(ErrorOf(TensorMessage("", kFloat32, {2})), "has 0 entries of float_data where float32[2] needs 2");
  WireWriter wrong_field = TensorMessage("", kFloat32, {1});
  wrong_field.PackedInts(tensor_field::kInt64Data, std::vector<int64_t>{1});
  EXPECT_NE(ErrorOf(wrong_field), "");
  // Nothing is allocated for what a file only claims.
  EXPECT_NE(ErrorOf(TensorMessage("", kFloat32, {1 << 30, 100})), "");
  EXPECT_NE(ErrorOf(TensorMessage("", kFloat32, {int64_t{1} << 62, 4})), "");
  EXPECT_NE(ErrorOf(TensorMessage("", kFloat32, {-1})), "");
  EXPECT_NE(ErrorOf(TensorMessage("", kFloat32, std::vector<int64_t>(100, 1))), "");
  EXPECT_EQ(ErrorOf(TensorMessage("", static_cast<ElementType>(27), {1})),
            "has the element type 27, which is not known");
  EXPECT_NE(ErrorOf(TensorMessage("", kUndefined, {1})), "");
}

TEST(TensorReader, SegmentsAndExternalDataAreRefused) {
  WireWriter w = Floats("", {1});
  w.Message(tensor_field::kSegment, WireWriter());
  EXPECT_NE(ErrorOf(w).find("segments"), std::string::npos);
  EXPECT_NE(ErrorOf(test::ExternalTensor("", {1}, {test::Entry("location", "x")})).find("refused"), std::string::npos);
}

WireWriter Sparse(const std::vector<float>& values, const std::vector<int64_t>& indices,
                  const std::vector<int64_t>& index_dims, const std::vector<int64_t>& dims) {
  WireWriter index = TensorMessage("", kInt64, index_dims);
  index.PackedInts(tensor_field::kInt64Data, indices);
  WireWriter w;
  w.Message(sparse_field::kValues, Floats("v", values));
  w.Message(sparse_field::kIndices, std::move(index));
  for (int64_t d : dims) w.Int(sparse_field::kDims, d);
  return w;
}

Result<Tensor> Dense(const WireWriter& message) {
  auto bytes = std::make_shared<std::string>(message.ToString());
  const Limits limits;
  TensorReader reader(limits, bytes, nullptr);
  return reader.ReadSparseAsDense(WireReader(AsBytes(*bytes), "SparseTensorProto", 10));
}

TEST(TensorReader, SparseTensors) {
  EXPECT_EQ(ValuesOf<float>(*Dense(Sparse({5, 6}, {1, 3}, {2}, {2, 2}))), (std::vector<float>{0, 5, 0, 6}));
  EXPECT_EQ(ValuesOf<float>(*Dense(Sparse({5, 6}, {0, 1, 1, 0}, {2, 2}, {2, 2}))), (std::vector<float>{0, 5, 6, 0}));
  EXPECT_EQ(ValuesOf<float>(*Dense(Sparse({}, {}, {0}, {2}))), (std::vector<float>{0, 0}));
  EXPECT_FALSE(Dense(Sparse({5}, {4}, {1}, {2, 2})).ok());  // outside
  EXPECT_FALSE(Dense(Sparse({5}, {-1}, {1}, {2, 2})).ok());
  EXPECT_FALSE(Dense(Sparse({5}, {0, 2}, {1, 2}, {2, 2})).ok());
  EXPECT_FALSE(Dense(Sparse({5, 6}, {1, 1}, {2}, {2, 2})).ok());     // twice
  EXPECT_FALSE(Dense(Sparse({5, 6}, {1}, {1}, {2, 2})).ok());        // too few
  EXPECT_FALSE(Dense(Sparse({5}, {0, 0, 0}, {1, 3}, {2, 2})).ok());  // wrong rank
  EXPECT_EQ(Dense(Sparse({}, {}, {0}, {1 << 30, 1 << 20})).status().code(), StatusCode::kLimitExceeded);
}

}  // namespace
}  // namespace kante::core
