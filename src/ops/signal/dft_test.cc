// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(DftTest, Forms) {
  OpTest("DFT", 20)
      .In<float>({1, 6, 1}, {1.0f, -0.25f, 0.5f, 1.75f, -0.75f, -1.0f})
      .NoInput()
      .In<int64_t>({}, {1})
      .Out<float>({1, 6, 2},
                  {1.25f, 0.0f, -1.25f, -1.73205f, 3.5f, 0.433013f, 0.25f, 0.0f, 3.5f, -0.433013f, -1.25f, 1.73205f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 20)
      .In<float>({2, 5, 2}, {0.25f, 0.25f, -2.0f,  -1.5f, 1.0f, -0.5f, 0.0f, -1.5f, 0.5f,   1.5f,
                             -0.5f, 0.5f,  -0.75f, 1.75f, 1.0f, 0.25f, 0.0f, 1.75f, -0.75f, 0.25f})
      .Out<float>({2, 5, 2}, {-0.25f,    -1.75f,    -3.28793f, 3.65789f,  -0.94187f, 2.05249f,  4.48695f,
                              -2.78855f, 1.24284f,  0.078178f, -1.0f,     4.5f,      -1.22764f, -1.08779f,
                              3.33081f,  0.451057f, -1.28572f, -1.45106f, -2.31745f, 0.0877853f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 20)
      .Attr("inverse", 1)
      .In<float>({2, 5, 2}, {0.25f, 0.25f, -2.0f,  -1.5f, 1.0f, -0.5f, 0.0f, -1.5f, 0.5f,   1.5f,
                             -0.5f, 0.5f,  -0.75f, 1.75f, 1.0f, 0.25f, 0.0f, 1.75f, -0.75f, 0.25f})
      .NoInput()
      .In<int64_t>({}, {1})
      .Out<float>({2, 5, 2}, {-0.05f,     -0.35f,     0.248568f, 0.0156356f, 0.897391f,  -0.557711f, -0.188374f,
                              0.410497f,  -0.657585f, 0.731578f, -0.2f,      0.9f,       -0.46349f,  0.017557f,
                              -0.257144f, -0.290211f, 0.666161f, 0.0902113f, -0.245527f, -0.217557f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 20)
      .Attr("onesided", 1)
      .In<float>({1, 6, 1}, {1.0f, -0.25f, 0.5f, 1.75f, -0.75f, -1.0f})
      .NoInput()
      .In<int64_t>({}, {1})
      .Out<float>({1, 4, 2}, {1.25f, 0.0f, -1.25f, -1.73205f, 3.5f, 0.433013f, 0.25f, 0.0f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 20)
      .Attr("onesided", 1)
      .Attr("inverse", 1)
      .In<float>({1, 4, 2}, {1.25f, 0.0f, -1.25f, -1.73205f, 3.5f, 0.433013f, 0.25f, 0.0f})
      .NoInput()
      .In<int64_t>({}, {1})
      .Out<float>({1, 6, 1}, {1.0f, -0.25f, 0.5f, 1.75f, -0.75f, -1.0f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 20)
      .In<float>({1, 6, 1}, {1.0f, -0.25f, 0.5f, 1.75f, -0.75f, -1.0f})
      .In<int64_t>({}, {4})
      .In<int64_t>({}, {1})
      .Out<float>({1, 4, 2}, {3.0f, 0.0f, 0.5f, 2.0f, 0.0f, 0.0f, 0.5f, -2.0f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 20)
      .In<float>({1, 6, 1}, {1.0f, -0.25f, 0.5f, 1.75f, -0.75f, -1.0f})
      .In<int64_t>({}, {8})
      .In<int64_t>({}, {1})
      .Out<float>({1, 8, 2}, {1.25f, 0.0f, 1.04289f, -2.26777f, -0.25f, 3.0f, 2.45711f, -1.26777f, 0.25f, 0.0f,
                              2.45711f, 1.26777f, -0.25f, -3.0f, 1.04289f, 2.26777f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 17)
      .In<float>({1, 6, 1}, {1.0f, -0.25f, 0.5f, 1.75f, -0.75f, -1.0f})
      .Out<float>({1, 6, 2},
                  {1.25f, 0.0f, -1.25f, -1.73205f, 3.5f, 0.433013f, 0.25f, 0.0f, 3.5f, -0.433013f, -1.25f, 1.73205f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("DFT", 17)
      .Attr("axis", 2)
      .In<float>({1, 3, 2, 1}, {-1.0f, 1.0f, 0.25f, 0.75f, -0.5f, -1.75f})
      .Out<float>({1, 3, 2, 2}, {0.0f, 0.0f, -2.0f, 0.0f, 1.0f, 0.0f, -0.5f, 0.0f, -2.25f, 0.0f, 1.25f, 0.0f})
      .Tolerance(1e-5, 1e-5)
      .Run();
}

TEST(StftTest, Frames) {
  OpTest("STFT", 17)
      .In<float>({1, 8, 1}, {0.75f, 1.0f, 1.0f, 1.25f, -1.0f, -0.25f, 0.25f, -0.5f})
      .In<int64_t>({}, {2})
      .In<float>({4}, {0.5f, 1.0f, 1.0f, 0.25f})
      .Out<float>({1, 3, 3, 2}, {2.6875f, 0.0f, -0.625f, -0.6875f, 0.0625f, 0.0f, 0.6875f, 0.0f, 1.5f, -1.3125f,
                                 -1.6875f, 0.0f, -0.625f, 0.0f, -0.75f, 0.125f, 0.125f, 0.0f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("STFT", 17)
      .Attr("onesided", 0)
      .In<float>({1, 8, 1}, {0.75f, 1.0f, 1.0f, 1.25f, -1.0f, -0.25f, 0.25f, -0.5f})
      .In<int64_t>({}, {2})
      .In<float>({4}, {0.5f, 1.0f, 1.0f, 0.25f})
      .Out<float>({1, 3, 4, 2},
                  {2.6875f,  0.0f, -0.625f, -0.6875f, 0.0625f, 0.0f, -0.625f, 0.6875f, 0.6875f, 0.0f, 1.5f,   -1.3125f,
                   -1.6875f, 0.0f, 1.5f,    1.3125f,  -0.625f, 0.0f, -0.75f,  0.125f,  0.125f,  0.0f, -0.75f, -0.125f})
      .Tolerance(1e-5, 1e-5)
      .Run();
  OpTest("STFT", 17)
      .Attr("onesided", 0)
      .In<float>({1, 8, 1}, {0.75f, 1.0f, 1.0f, 1.25f, -1.0f, -0.25f, 0.25f, -0.5f})
      .In<int64_t>({}, {3})
      .NoInput()
      .In<int64_t>({}, {4})
      .Out<float>({1, 2, 4, 2}, {4.0f, 0.0f, -0.25f, 0.25f, -0.5f, 0.0f, -0.25f, -0.25f, 0.25f, 0.0f, 1.5f, 1.25f,
                                 1.75f, 0.0f, 1.5f, -1.25f})
      .Tolerance(1e-5, 1e-5)
      .Run();
}

// Every length up to beyond two powers of two against the definition.
TEST(DftTest, AnyLength) {
  for (int64_t n = 1; n <= 40; ++n) {
    std::vector<double> x, y;
    for (int64_t t = 0; t < 2 * n; ++t) x.push_back(std::sin(static_cast<double>(t * t + 1)));
    for (int64_t k = 0; k < n; ++k) {
      double re = 0, im = 0;
      for (int64_t t = 0; t < n; ++t) {
        const double angle = -2 * M_PI * static_cast<double>(k * t % n) / static_cast<double>(n);
        const double a = x[static_cast<size_t>(2 * t)], b = x[static_cast<size_t>(2 * t + 1)];
        re += a * std::cos(angle) - b * std::sin(angle);
        im += a * std::sin(angle) + b * std::cos(angle);
      }
      y.push_back(re);
      y.push_back(im);
    }
    OpTest("DFT", 20).In<double>({1, n, 2}, x).Out<double>({1, n, 2}, y).Tolerance(1e-11, 1e-11).Run();
  }
}

TEST(DftTest, EdgesAndRefusals) {
  OpTest("DFT", 20).In<float>({0, 3, 1}, {}).Out<float>({0, 3, 2}, {}).Run();
  OpTest("DFT", 20).In<float>({2, 3}, {1, 2, 3, 4, 5, 6}).Fails("last dimension must be 1 or 2");
  OpTest("DFT", 20).In<float>({1, 2, 1}, {1, 2}).NoInput().In<int64_t>({}, {2}).Fails("is no axis");
  OpTest("DFT", 20).In<float>({1, 2, 1}, {1, 2}).In<int64_t>({}, {0}).Fails("length 0");
  OpTest("DFT", 20).In<float>({1, 2, 1}, {1, 2}).In<int64_t>({}, {int64_t{1} << 40}).Fails("is not supported");
  OpTest("STFT", 17)
      .In<float>({1, 2, 1}, {1, 2})
      .In<int64_t>({}, {0})
      .NoInput()
      .In<int64_t>({}, {2})
      .Fails("frame_step 0");
  OpTest("STFT", 17).In<float>({1, 2, 1}, {1, 2}).In<int64_t>({}, {1}).Fails("length 0");
}

}  // namespace
}  // namespace kante::core
