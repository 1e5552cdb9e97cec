// SPDX-License-Identifier: MIT
// Ctrl-C while the library works: Python itself would look at it only afterwards.
#pragma once

#include <csignal>

#include "kante/session.h"

namespace kante::python {

// While it lives, a SIGINT cancels `token`, then goes on to Python's handler, which notes it for PyErr_CheckSignals.
// Does nothing in threads other than the main one, the only one in which Python handles signals.
class Interruptible {
 public:
  explicit Interruptible(CancelToken& token);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  bool interrupted() const;

 private:
  bool installed_ = false;
};

}  // namespace kante::python
