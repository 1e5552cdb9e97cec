// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "providers/provider.h"

namespace kante::core {

// The host: claims every operator that has a Run (or only views).
std::shared_ptr<Provider> MakeCpuProvider();

}  // namespace kante::core
