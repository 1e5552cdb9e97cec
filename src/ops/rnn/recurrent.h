// SPDX-License-Identifier: MIT
// What RNN, GRU and LSTM share: attributes, shapes, packing, the run.
#pragma once

#include <string>
#include <vector>

#include "compute/rnn.h"
#include "ops/op_def.h"

namespace kante::core {

struct Recurrent {
  RnnCell cell = RnnCell::kLstm;
  int64_t directions = 1;
  bool reverse = false;
  bool batch_first = false;
  bool linear_before_reset = false;
  bool input_forget = false;
  float clip = 0.0f;
  int64_t hidden = 0;  // 0: not said, taken from R
  std::array<RnnActivation, 6> activations{};

  // Reads the attributes of all three operators; complaints go to the reader.
  void Read(AttrReader& a, RnnCell kind);

  Result<RnnShape> Resolve(const Shape& x, const Shape& w, const Shape& r) const;
  Status Infer(InferContext& c) const;
  Status Choose(ChooseContext& c) const;
  Status Pack(PackContext& c) const;
  // Of the two products of each step; the cells between them are small beside them.
  double Flops(const ChooseContext& c) const;
  Status Run(RunContext& c) const;
};

}  // namespace kante::core
