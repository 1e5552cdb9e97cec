// SPDX-License-Identifier: MIT
#pragma once

#include "api/c/ort_types.h"

namespace kante::ort {

const OrtEpDevice* CpuEpDevice();

}  // namespace kante::ort
