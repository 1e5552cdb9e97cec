// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>

#include "interrupt.h"
#include "kante/status.h"

namespace kante::python {

// Does `work`, which `token` cancels, without Python's lock. Where Ctrl-C cancelled it: throws what Python's handler
// raises, or does the work once more if that raises nothing.
template <typename Work>
Status Interruptibly(CancelToken& token, const Work& work) {
  for (;;) {
    Status status;
    bool interrupted = false;
    {
      const nanobind::gil_scoped_release unlocked;
      const Interruptible guard(token);
      status = work();
      interrupted = guard.interrupted();
    }
    if (!interrupted) return status;
    token.Reset();
    if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
    if (status.code() != StatusCode::kCancelled) return status;
  }
}

}  // namespace kante::python
