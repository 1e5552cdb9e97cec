// SPDX-License-Identifier: MIT
// Sparse tensors through the C ABI. What is an error, and which, was measured on ONNX Runtime.
#include "tests/api/ort_client.h"

namespace kante::api_test {
namespace {

class OrtSparseTensor : public OrtClient {
 protected:
  OrtValue* OfValues(const std::vector<int64_t>& shape, const std::vector<int64_t>& values_shape) {
    OrtValue* value = nullptr;
    EXPECT_EQ(Told(ort.CreateSparseTensorWithValuesAsOrtValue(host, values.data(), shape.data(), shape.size(),
                                                              values_shape.data(), values_shape.size(),
                                                              ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value)),
              "");
    return value;
  }
  std::vector<int64_t> Dims(OrtTensorTypeAndShapeInfo* info) {
    size_t rank = 0;
    EXPECT_EQ(Told(ort.GetDimensionsCount(info, &rank)), "");
    std::vector<int64_t> dims(rank);
    EXPECT_EQ(Told(ort.GetDimensions(info, dims.data(), rank)), "");
    ort.ReleaseTensorTypeAndShapeInfo(info);
    return dims;
  }
  using Shape = std::vector<int64_t>;

  std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const int64_t two[1] = {2};
};

TEST_F(OrtSparseTensor, FilledWithCoordinates) {
  const int64_t shape[] = {3, 4}, pairs[] = {0, 1, 2, 3};
  OrtValue* value = nullptr;
  ORT_OK(ort.CreateSparseTensorAsOrtValue(memory, shape, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
  OrtSparseFormat format = ORT_SPARSE_COO;
  ORT_OK(ort.GetSparseTensorFormat(value, &format));
  EXPECT_EQ(format, ORT_SPARSE_UNDEFINED);
  ORT_FAILS(ort.FillSparseTensorCoo(value, host, two, 1, values.data(), pairs, 3), 2, "equal to or twice");
  ORT_OK(ort.FillSparseTensorCoo(value, host, two, 1, values.data(), pairs, 4));
  ORT_FAILS(ort.FillSparseTensorCoo(value, host, two, 1, values.data(), pairs, 4), 1, "already");
  ORT_OK(ort.GetSparseTensorFormat(value, &format));
  EXPECT_EQ(format, ORT_SPARSE_COO);

  int is = 0;
  ORT_OK(ort.IsSparseTensor(value, &is));
  EXPECT_EQ(is, 1);
  ORT_OK(ort.IsTensor(value, &is));
  EXPECT_EQ(is, 0);
  ORT_OK(ort.HasValue(value, &is));
  EXPECT_EQ(is, 1);
  ONNXType type = ONNX_TYPE_UNKNOWN;
  ORT_OK(ort.GetValueType(value, &type));
  EXPECT_EQ(type, ONNX_TYPE_SPARSETENSOR);
  OrtTypeInfo* info = nullptr;
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  ORT_OK(ort.GetTypeInfo(value, &info));
  ORT_OK(ort.CastTypeInfoToTensorInfo(info, &tensor));
  EXPECT_NE(tensor, nullptr);
  ort.ReleaseTypeInfo(info);
  OrtTensorTypeAndShapeInfo* dense = nullptr;
  ORT_OK(ort.GetTensorTypeAndShape(value, &dense));
  EXPECT_EQ(Dims(dense), (Shape{3, 4}));
  ORT_OK(ort.GetSparseTensorValuesTypeAndShape(value, &dense));
  EXPECT_EQ(Dims(dense), (Shape{2}));
  ORT_OK(ort.GetSparseTensorIndicesTypeShape(value, ORT_SPARSE_COO_INDICES, &dense));
  EXPECT_EQ(Dims(dense), (Shape{2, 2}));

  const void* data = nullptr;
  ORT_OK(ort.GetSparseTensorValues(value, &data));
  EXPECT_NE(data, values.data());  // a copy
  EXPECT_EQ(static_cast<const float*>(data)[1], 2);
  size_t count = 0;
  ORT_OK(ort.GetSparseTensorIndices(value, ORT_SPARSE_COO_INDICES, &count, &data));
  EXPECT_EQ(count, 4u);
  EXPECT_EQ(static_cast<const int64_t*>(data)[3], 3);
  ORT_FAILS(ort.GetSparseTensorIndices(value, ORT_SPARSE_CSR_INNER_INDICES, &count, &data), 1, "another format");
  ort.ReleaseValue(value);
}

TEST_F(OrtSparseTensor, OverTheCallersMemory) {
  int64_t linear[] = {1, 11}, outside[] = {1, 99};
  OrtValue* value = OfValues({3, 4}, {2});
  ORT_FAILS(ort.UseCooIndices(value, outside, 2), 2, "99 must be in [0, 12)");
  ORT_FAILS(ort.UseCooIndices(value, linear, 3), 2, "equal to or twice");
  ORT_OK(ort.UseCooIndices(value, linear, 2));
  ORT_FAILS(ort.UseCooIndices(value, linear, 2), 1, "already");
  const void* data = nullptr;
  ORT_OK(ort.GetSparseTensorValues(value, &data));
  EXPECT_EQ(data, values.data());
  size_t count = 0;
  ORT_OK(ort.GetSparseTensorIndices(value, ORT_SPARSE_COO_INDICES, &count, &data));
  EXPECT_EQ(data, linear);
  ort.ReleaseValue(value);

  int64_t inner[] = {1, 3}, outer[] = {0, 1, 1, 2}, falling[] = {0, 2, 1, 2};
  value = OfValues({3, 4}, {2});
  ORT_FAILS(ort.UseCsrIndices(value, inner, 1, outer, 4), 2, "inner index");
  ORT_FAILS(ort.UseCsrIndices(value, inner, 2, outer, 3), 2, "4 outer");
  ORT_FAILS(ort.UseCsrIndices(value, inner, 2, falling, 4), 2, "rise");
  ORT_OK(ort.UseCsrIndices(value, inner, 2, outer, 4));
  ORT_OK(ort.GetSparseTensorIndices(value, ORT_SPARSE_CSR_OUTER_INDICES, &count, &data));
  EXPECT_EQ(count, 4u);
  EXPECT_EQ(data, outer);
  ort.ReleaseValue(value);

  int32_t blocks[] = {0, 1, 0, 1};
  const int64_t blocks_shape[] = {2, 2};
  value = OfValues({4, 4}, {2, 2, 2});
  ORT_FAILS(ort.UseBlockSparseIndices(value, blocks_shape, 1, blocks), 1, "two dimensions");
  ORT_OK(ort.UseBlockSparseIndices(value, blocks_shape, 2, blocks));
  OrtSparseFormat format = ORT_SPARSE_UNDEFINED;
  ORT_OK(ort.GetSparseTensorFormat(value, &format));
  EXPECT_EQ(format, ORT_SPARSE_BLOCK_SPARSE);
  ort.ReleaseValue(value);

  value = OfValues({3, 4}, {0});  // all zeros
  ORT_OK(ort.UseCooIndices(value, nullptr, 0));
  ort.ReleaseValue(value);
}

TEST_F(OrtSparseTensor, StringsAndRefusals) {
  const int64_t shape[] = {3, 4}, negative[] = {-1, 4}, linear[] = {0, 5};
  OrtValue* value = nullptr;
  ORT_FAILS(ort.CreateSparseTensorAsOrtValue(memory, negative, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value), 2,
            "negative");
  ORT_FAILS(ort.CreateSparseTensorAsOrtValue(memory, shape, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED, &value), 9,
            "not supported");
  ORT_OK(ort.CreateSparseTensorAsOrtValue(memory, shape, 2, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &value));
  const char* texts[] = {"a", "bc"};
  ORT_OK(ort.FillSparseTensorCoo(value, host, two, 1, texts, linear, 2));
  const void* data = nullptr;
  ORT_FAILS(ort.GetSparseTensorValues(value, &data), 2, "GetStringTensor");
  size_t bytes = 0;
  ORT_OK(ort.GetStringTensorDataLength(value, &bytes));
  EXPECT_EQ(bytes, 3u);
  void* writable = nullptr;
  ORT_FAILS(ort.GetTensorMutableData(value, &writable), 2, "not a tensor");
  ort.ReleaseValue(value);

  OrtValue* dense = Wrap(values, {8});
  OrtSparseFormat format;
  ORT_FAILS(ort.GetSparseTensorFormat(dense, &format), 6, "not a sparse tensor");
  ort.ReleaseValue(dense);
}

}  // namespace
}  // namespace kante::api_test
