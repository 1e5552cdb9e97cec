// SPDX-License-Identifier: MIT
// Expected values: by hand, checked with ONNX Runtime 1.32.
#include <gtest/gtest.h>

#include <limits>

#include "compute/element_io.h"
#include "tests/support/op_test.h"

namespace kante::core {
namespace {

// Two images of 3 x 5, 0 to 14 and 15 to 29.
OpTest Crop(const std::vector<float>& boxes, const std::vector<int32_t>& images, const std::vector<int32_t>& size,
            ElementType type = ElementType::kFloat32) {
  std::vector<float> x(30);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  const auto as = [&](const Shape& shape, const std::vector<float>& values) {
    Tensor t = std::move(Tensor::Allocate(type, shape)).value();
    GetStoreRow<float>(type)(t.raw(), values.data(), shape.elements());
    return t;
  };
  OpTest test("CropAndResize", 1, "com.microsoft");
  test.In(as({2, 1, 3, 5}, x)).In(as({static_cast<int64_t>(images.size()), 4}, boxes));
  test.In<int32_t>({static_cast<int64_t>(images.size())}, images);
  return test.In<int32_t>({static_cast<int64_t>(size.size())}, size);
}

TEST(CropAndResizeTest, Bilinear) {
  Crop({0, 0, 1, 1, 0.25f, 0.5f, 0.75f, 1}, {0, 1}, {3, 2})
      .Out<float>({2, 1, 3, 2}, {0, 4, 5, 9, 10, 14, 19.5f, 21.5f, 22, 24, 24.5f, 26.5f})
      .Run();
  // Turned around, and one pixel in the middle.
  Crop({1, 1, 0, 0}, {0}, {2, 3}).Out<float>({1, 1, 2, 3}, {14, 12, 10, 4, 2, 0}).Run();
  Crop({0, 0, 0.5f, 1}, {1}, {1, 1}).Out<float>({1, 1, 1, 1}, {19.5f}).Run();
  Crop({0, 0, 0.5f, 1}, {1}, {1, 3}).Out<float>({1, 1, 1, 3}, {17.5f, 19.5f, 21.5f}).Run();
}

TEST(CropAndResizeTest, NearestRoundsHalvesUp) {
  Crop({0.25f, 0.125f, 0.75f, 0.625f}, {0}, {2, 2})
      .Attr("mode", "nearest")
      .Out<float>({1, 1, 2, 2}, {6, 8, 11, 13})
      .Run();
}

TEST(CropAndResizeTest, Outside) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), far = std::numeric_limits<float>::infinity();
  Crop({-0.5f, 0, 1, 1}, {0}, {4, 2})
      .Attr("extrapolation_value", 7.0f)
      .Out<float>({1, 1, 4, 2}, {7, 7, 0, 4, 5, 9, 10, 14})
      .Run();
  for (float bad : {nan, far, -far}) Crop({bad, 0, bad, 1}, {0}, {1, 1}).Out<float>({1, 1, 1, 1}, {0}).Run();
}

TEST(CropAndResizeTest, TypesAndEmpty) {
  for (ElementType type : {ElementType::kFloat16, ElementType::kBfloat16, ElementType::kFloat64}) {
    Tensor want = std::move(Tensor::Allocate(type, {1, 1, 1, 2})).value();
    const float values[] = {5, 9};
    GetStoreRow<float>(type)(want.raw(), values, 2);
    Crop({0, 0, 1, 1}, {0}, {1, 2}, type).Out(want).Run();
  }
  Crop({}, {}, {2, 2}).Out<float>({0, 1, 2, 2}, {}).Run();
  OpTest("CropAndResize", 1, "com.microsoft")
      .In<float>({1, 1, 0, 2}, {})
      .In<float>({1, 4}, {0, 0, 1, 1})
      .In<int32_t>({1}, {0})
      .In<int32_t>({2}, {1, 1})
      .Out<float>({1, 1, 1, 1}, {0})
      .Run();
}

TEST(CropAndResizeTest, Refusals) {
  Crop({0, 0, 1, 1}, {2}, {1, 1}).Fails("batch_indices holds 2, outside [0, 1]");
  Crop({0, 0, 1, 1}, {-1}, {1, 1}).Fails("batch_indices holds -1");
  Crop({0, 0, 1, 1}, {0}, {0, 1}).Fails("crop_size must be two positive numbers");
  Crop({0, 0, 1, 1}, {0}, {1}).Fails("crop_size must be two positive numbers");
  Crop({0, 0, 1, 1}, {0}, {1, 1}).Attr("mode", "cubic").Fails("mode 'cubic' is not known");
}

}  // namespace
}  // namespace kante::core
