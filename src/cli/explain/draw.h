// SPDX-License-Identifier: MIT
// The pictures of the page, as SVG elements.
#pragma once

#include <string>

#include "cli/explain/report.h"

namespace kante::cli {

// The steps of the top graph. `left_out`: those whose values are known before a run.
std::string GraphSvg(const Explained& explained, int64_t* left_out);
// Rate over operations for each byte, under the measured peaks.
std::string RooflineSvg(const Explained& explained);

}  // namespace kante::cli
