// SPDX-License-Identifier: MIT
// RNN, GRU and LSTM.
#include <cctype>

#include "ops/rnn/recurrent.h"

namespace kante::core {
namespace {

// An activation of ONNX's recurrent layers with its default parameters; which of them it takes from the lists.
struct Known {
  std::string_view name;  // lower case: models spell them either way
  RnnActivation activation;
  bool takes_alpha = false;
  bool takes_beta = false;
};

constexpr Known kKnown[] = {
    {"tanh", {RnnFunction::kTanh}},
    {"sigmoid", {RnnFunction::kSigmoid}},
    {"relu", {RnnFunction::kRelu}},
    {"affine", {RnnFunction::kAffine, 1.0f, 0.0f}, true, true},
    {"leakyrelu", {RnnFunction::kLeakyRelu, 0.01f}, true, false},
    {"thresholdedrelu", {RnnFunction::kThresholdedRelu, 1.0f}, true, false},
    {"scaledtanh", {RnnFunction::kScaledTanh, 1.0f, 1.0f}, true, true},
    {"hardsigmoid", {RnnFunction::kHardSigmoid, 0.2f, 0.5f}, true, true},
    {"elu", {RnnFunction::kElu, 1.0f}, true, false},
    {"softsign", {RnnFunction::kSoftsign}},
    {"softplus", {RnnFunction::kSoftplus}},
};

const Known* Find(std::string name) {
  for (char& ch : name) ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
  for (const Known& k : kKnown) {
    if (k.name == name) return &k;
  }
  return nullptr;
}

void ReadActivations(AttrReader& a, Recurrent& r) {
  const size_t each = r.cell == RnnCell::kLstm ? 3 : r.cell == RnnCell::kGru ? 2 : 1;
  const size_t directions = static_cast<size_t>(r.directions);
  std::vector<std::string> names = a.Strings("activations");
  const std::vector<float> alphas = a.Floats("activation_alpha"), betas = a.Floats("activation_beta");
  if (names.empty()) {
    for (size_t i = 0; i < each * directions; ++i) {
      names.emplace_back(r.cell == RnnCell::kRnn || i % each > 0 ? "Tanh" : "Sigmoid");
    }
  }
  if (names.size() != each * directions) {
    return a.Fail(StrCat("activations has ", names.size(), " names, ", each * directions, " were expected"));
  }
  // The parameter lists are used up in the order of the functions that have such a parameter.
  size_t alpha = 0, beta = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const Known* known = Find(names[i]);
    if (!known) return a.Fail(StrCat("activation '", names[i], "' is not known"));
    RnnActivation& to = r.activations[i / each * 3 + i % each];
    to = known->activation;
    if (known->takes_alpha && alpha < alphas.size()) to.alpha = alphas[alpha++];
    if (known->takes_beta && beta < betas.size()) to.beta = betas[beta++];
  }
}

}  // namespace

void Recurrent::Read(AttrReader& a, RnnCell kind) {
  cell = kind;
  const std::string direction = a.String("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    a.Fail(StrCat("direction '", direction, "' is not known"));
  }
  directions = direction == "bidirectional" ? 2 : 1;
  reverse = direction == "reverse";
  batch_first = a.Bool("layout", false);
  clip = a.Float("clip", 0.0f);
  hidden = a.Int("hidden_size", 0);
  if (cell == RnnCell::kGru) linear_before_reset = a.Bool("linear_before_reset", false);
  if (cell == RnnCell::kLstm) input_forget = a.Bool("input_forget", false);
  ReadActivations(a, *this);
}

namespace {

// The first version could leave the sequence out; now an output that nobody names is not computed.
struct RecurrentOp : Recurrent {
  static Status Upgrade(UpgradeContext& u, int) {
    u.node().RemoveAttribute("output_sequence");
    return OkStatus();
  }
};

struct RNN : RecurrentOp {
  static constexpr OpInfo kInfo{.name = "RNN",
                                .versions = {1, 7, 14, 22},
                                .min_inputs = 3,
                                .max_inputs = 6,
                                .min_outputs = 0,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b101111,
                                .numerics = kComputesInSingle};
  static Result<RNN> Parse(AttrReader& a) {
    RNN op;
    op.Read(a, RnnCell::kRnn);
    return op;
  }
};

struct GRU : RecurrentOp {
  static constexpr OpInfo kInfo{.name = "GRU",
                                .versions = {1, 3, 7, 14, 22},
                                .min_inputs = 3,
                                .max_inputs = 6,
                                .min_outputs = 0,
                                .max_outputs = 2,
                                .types = kFloats,
                                .same_type = 0b101111,
                                .numerics = kComputesInSingle};
  static Result<GRU> Parse(AttrReader& a) {
    GRU op;
    op.Read(a, RnnCell::kGru);
    return op;
  }
};

struct LSTM : RecurrentOp {
  static constexpr OpInfo kInfo{.name = "LSTM",
                                .versions = {1, 7, 14, 22},
                                .min_inputs = 3,
                                .max_inputs = 8,
                                .min_outputs = 0,
                                .max_outputs = 3,
                                .types = kFloats,
                                .same_type = 0b11101111,
                                .numerics = kComputesInSingle};
  static Result<LSTM> Parse(AttrReader& a) {
    LSTM op;
    op.Read(a, RnnCell::kLstm);
    return op;
  }
};

}  // namespace

KANTE_DEFINE_OP(RNN)
KANTE_DEFINE_OP(GRU)
KANTE_DEFINE_OP(LSTM)

}  // namespace kante::core
