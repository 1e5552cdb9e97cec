// SPDX-License-Identifier: MIT
// The order of dimensions in which kante.FusedAttention reads and writes heads.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace kante::core {

inline constexpr std::string_view kHeadPerms[] = {"q_perm", "k_perm", "v_perm"};

// Whether a Transpose of four dimensions leaves the last where it is.
bool MovesRows(const std::vector<int64_t>& perm);
// The Transpose that does `first`, then `then`; empty stands for none.
std::vector<int64_t> Composed(const std::vector<int64_t>& first, const std::vector<int64_t>& then);

}  // namespace kante::core
