// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "ops/norm/rows.h"

namespace kante::core {

// Inputs as float, an output and, if it is wanted, the state after it: what operators with a recurrent state work on.
struct StateArrays {
  static constexpr int kMaxInputs = 6;
  std::array<const float*, kMaxInputs> in{};  // null: absent
  FloatTarget out, state;

  static Result<StateArrays> Open(RunContext& c) {
    StateArrays a;
    for (int i = 0; i < kMaxInputs; ++i) {
      if (c.has_input(i)) {
        KANTE_TRY(a.in[static_cast<size_t>(i)], ReadAs<float>(c, c.in(i)));
      }
    }
    KANTE_TRY(Tensor * y, c.Output(0));
    KANTE_TRY(a.out, FloatTarget::Open(c, y));
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * t, c.Output(1));
      KANTE_TRY(a.state, FloatTarget::Open(c, t));
    }
    return a;
  }
  void Close() const {
    out.Close();
    state.Close();
  }
};

}  // namespace kante::core
