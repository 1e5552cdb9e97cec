// SPDX-License-Identifier: MIT
// Loads and runs untrusted models through the public API, as a careful caller would: with limits.
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/session.h"
#include "onnx/test_models.h"

namespace kante::hostile_test {

namespace wire = core::test;
using Type = core::ElementType;

struct Outcome {
  Status status;  // of the load, else of the run
  bool loaded = false;
  double seconds = 0;
  bool ran() const { return loaded && status.ok(); }
};

constexpr int64_t kMemory = int64_t{256} << 20;

struct Careful {
  LoadOptions load;
  SessionOptions session;
  RunOptions run;
  NamedValues feeds;  // empty: made up from the model's inputs
  Careful();
};

// Loads `bytes`; where that works, runs it with a limit of 2 seconds and 256 MB. Fails the test when an error has no
// text, when it takes much longer, or when more memory was held than allowed.
Outcome Attempt(const std::string& bytes, const Careful& careful = {}, const std::string& folder = {});
Outcome AttemptFile(const std::string& path, const Careful& careful = {});

// Expects an error whose text holds all of `parts`.
void ExpectError(const Outcome& outcome, const std::vector<std::string>& parts = {});

// Inputs for a model as it describes them; open dimensions are 2. Invalid where they would be unreasonably large.
NamedValues FeedsFor(const Model& model);

// A model of one node. Inputs with values are initializers unless `fed`, which are fed to the run instead.
struct Input {
  Type type = Type::kFloat32;
  std::vector<int64_t> dims;
  std::vector<double> values{};  // repeated to the size
  bool fed = true;
};
struct OneNode {
  std::string op;
  std::vector<Input> inputs;
  wire::Messages attributes{};
  int outputs = 1;
};
// Runs it at every optimisation level, its inputs fed or, if they are not, folded; gives the last outcome.
Outcome RunNode(const OneNode& spec);

core::WireWriter IntsAttribute(std::string_view name, const std::vector<int64_t>& values);
core::WireWriter FloatAttribute(std::string_view name, float value);
core::WireWriter StringAttribute(std::string_view name, std::string_view value);
core::WireWriter Int64s(std::string_view name, const std::vector<int64_t>& dims, const std::vector<int64_t>& values);
core::WireWriter UntypedInfo(std::string_view name);

// The highest resident memory of this process since the last call, in bytes; 0 where that is not known.
int64_t PeakResidentSinceLastCall();

}  // namespace kante::hostile_test
