// SPDX-License-Identifier: MIT
// Private to api/cxx.
#pragma once

#include "kante/profile.h"
#include "runtime/profile.h"

namespace kante {

Profile ToPublic(core::Profile profile);

}  // namespace kante
