// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

std::vector<float> Count(int64_t n) {
  std::vector<float> v;
  for (int64_t i = 0; i < n; ++i) v.push_back(static_cast<float>(i));
  return v;
}

OpTest Equation(const char* text) { return std::move(OpTest("Einsum", 12).Attr("equation", text)); }

TEST(EinsumTest, OneOperand) {
  Equation("ij->ji").In<float>({2, 3}, Count(6)).Out<float>({3, 2}, {0, 3, 1, 4, 2, 5}).Run();
  Equation("ij->i").In<float>({2, 3}, Count(6)).Out<float>({2}, {3, 12}).Run();
  Equation("ii").In<float>({3, 3}, Count(9)).Out<float>({}, {12}).Run();
  Equation("...ii->...i").In<float>({2, 2, 2}, Count(8)).Out<float>({2, 2}, {0, 3, 4, 7}).Run();
  Equation("ba").In<float>({2, 3}, Count(6)).Out<float>({3, 2}, {0, 3, 1, 4, 2, 5}).Run();
  Equation("i->").In<float>({0}, {}).Out<float>({}, {0}).Run();
}

TEST(EinsumTest, TwoOperands) {
  Equation("i, i").In<float>({3}, {1, 2, 3}).In<float>({3}, {4, 5, 6}).Out<float>({}, {32}).Run();
  Equation("ij,jk->ik")
      .In<float>({2, 2}, {1, 2, 3, 4})
      .In<float>({2, 2}, {5, 6, 7, 8})
      .Out<float>({2, 2}, {19, 22, 43, 50})
      .Run();
  Equation("ij,jk->ki")
      .In<double>({2, 2}, {1, 2, 3, 4})
      .In<double>({2, 2}, {5, 6, 7, 8})
      .Out<double>({2, 2}, {19, 43, 22, 50})
      .Run();
  Equation("bij,bjk->bik")
      .In<float>({2, 1, 2}, {1, 2, 3, 4})
      .In<float>({2, 2, 1}, {5, 6, 7, 8})
      .Out<float>({2, 1, 1}, {17, 53})
      .Run();
  Equation("i,j->ij")
      .In<int32_t>({2}, {1, -2})
      .In<int32_t>({3}, {3, 4, 5})
      .Out<int32_t>({2, 3}, {3, 4, 5, -6, -8, -10})
      .Run();
  Equation("bhid,bhjd->bhij")
      .In<float>({1, 2, 1, 2}, {1, 2, 3, 4})
      .In<float>({1, 2, 2, 2}, Count(8))
      .Out<float>({1, 2, 1, 2}, {2, 8, 32, 46})
      .Run();
  Equation("ij,k->j").In<float>({2, 2}, {1, 2, 3, 4}).In<float>({2}, {1, 2}).Out<float>({2}, {12, 18}).Run();
}

TEST(EinsumTest, EllipsisAndBroadcasting) {
  Equation("...ij,...jk->...ik")
      .In<float>({2, 1, 2}, {1, 2, 3, 4})
      .In<float>({1, 2, 1}, {1, 1})
      .Out<float>({2, 1, 1}, {3, 7})
      .Run();
  Equation("...i,i->...").In<float>({2, 2}, {1, 2, 3, 4}).In<float>({2}, {1, 10}).Out<float>({2}, {21, 43}).Run();
  Equation("...i,...i").In<float>({2, 2}, {1, 2, 3, 4}).In<float>({2}, {1, 10}).Out<float>({2}, {21, 43}).Run();
}

TEST(EinsumTest, ManyOperandsAndTypes) {
  Equation("a,b,c->abc")
      .In<float>({2}, {1, 2})
      .In<float>({1}, {3})
      .In<float>({2}, {1, 10})
      .Out<float>({2, 1, 2}, {3, 30, 6, 60})
      .Run();
  Equation("ij,jk,kl->il")
      .In<int64_t>({1, 2}, {1, 2})
      .In<int64_t>({2, 2}, {1, 0, 0, 1})
      .In<int64_t>({2, 1}, {3, 4})
      .Out<int64_t>({1, 1}, {11})
      .Run();
  Equation("i,i->")
      .In<Float16>({2}, {{0x3c00}, {0x4000}})
      .In<Float16>({2}, {{0x3c00}, {0x4000}})
      .Out<Float16>({}, {{0x4500}})
      .Run();
  Equation("i,i->i").In<uint8_t>({2}, {100, 3}).In<uint8_t>({2}, {3, 4}).Out<uint8_t>({2}, {44, 12}).Run();
}

TEST(EinsumTest, Refuses) {
  Equation("ij->i").In<float>({2}, {1, 2}).Fails("does not fit input 0");
  Equation("i,i->i").In<float>({2}, {1, 2}).Fails("2 terms for 1 inputs");
  Equation("i,i->i").In<float>({2}, {1, 2}).In<float>({3}, {1, 2, 3}).Fails("differ");
  Equation("i->j").In<float>({2}, {1, 2}).Fails("no input has");
  Equation("i->ii").In<float>({2}, {1, 2}).Fails("twice");
  Equation("i+j").In<float>({2}, {1, 2}).Fails("not understood");
  Equation("..i").In<float>({2}, {1, 2}).Fails("not understood");
}

TEST(DetTest, BatchesAndSingularMatrices) {
  OpTest("Det", 22).In<float>({2, 2}, {0, 1, 2, 3}).Out<float>({}, {-2}).Run();
  OpTest("Det", 11).In<float>({3, 2, 2}, {1, 2, 3, 4, 1, 2, 2, 1, 1, 3, 3, 1}).Out<float>({3}, {-2, -3, -8}).Run();
  OpTest("Det", 22).In<double>({3, 3}, {2, 0, 1, 1, 3, 2, 1, 1, 1}).Out<double>({}, {0}).Tolerance(0, 1e-12).Run();
  OpTest("Det", 22).In<float>({1, 0, 0}, {}).Out<float>({1}, {1}).Run();
  OpTest("Det", 22).In<float>({2, 1}, {1, 2}).Fails("square");
}

}  // namespace
}  // namespace kante::core
