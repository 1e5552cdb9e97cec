// SPDX-License-Identifier: MIT
// What a model may cost. A model is untrusted input: every count that it declares is held against one of these before
// memory or time is spent on it.
#pragma once

#include <cstdint>

namespace kante::core {

struct Limits {
  int64_t max_nodes = 4'000'000;  // of the whole model, after functions are inlined
  int64_t max_values = 16'000'000;
  int max_nesting = 64;                          // subgraphs inside subgraphs
  int max_message_depth = 100;                   // protobuf messages inside messages
  int max_function_depth = 32;                   // functions calling functions
  int64_t max_inlined_bytes = int64_t{1} << 30;  // copied out of the file while functions are inlined
  int64_t max_folded_bytes = 64 << 20;           // one constant made by folding
  int64_t max_folded_total_bytes = 256 << 20;    // all constants made by folding
  int64_t max_tensor_bytes = int64_t{1} << 40;
  int64_t max_memory_bytes = int64_t{16} << 30;    // activations and outputs of one session
  int64_t max_loop_iterations = int64_t{1} << 40;  // Loop without a condition that ends
  int64_t max_sequence_length = int64_t{1} << 24;
};

}  // namespace kante::core
