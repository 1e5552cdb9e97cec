// SPDX-License-Identifier: MIT
#include "passes/fusions/conv_affine.h"

#include <array>
#include <cmath>
#include <cstring>

#include "passes/attributes.h"
#include "passes/constants.h"

namespace kante::core {
namespace {

constexpr int64_t kSharedBytes = 64 << 10;  // larger weights are not multiplied by scaling them for one of their users

// w[..] * scale of its output channel. Conv: [M, C/group, ...]; ConvTranspose: [C, M/group, ...].
template <typename T>
void Scale(const Tensor& from, const Tensor& to, const std::vector<double>& scale, bool transposed, int64_t group) {
  const Shape& s = from.shape();
  const int64_t inner = s.Product(2, s.rank());
  for (int64_t a = 0; a < s[0]; ++a) {
    for (int64_t b = 0; b < s[1]; ++b) {
      const int64_t channel = transposed ? a / (s[0] / group) * s[1] + b : a;
      const double factor = scale[static_cast<size_t>(channel)];
      for (int64_t i = 0; i < inner; ++i) {
        const int64_t at = (a * s[1] + b) * inner + i;
        T value;
        std::memcpy(&value, from.raw() + at * int64_t{sizeof(T)}, sizeof(T));
        to.mutable_data<T>()[at] = static_cast<T>(static_cast<double>(value) * factor);
      }
    }
  }
}

// Where the per-channel constant of a binary operator lies: [C,1,1] beside [N,C,H,W].
std::optional<std::vector<double>> PerChannel(const Tensor& c, int rank, int64_t channels) {
  if (c.rank() > rank) return std::nullopt;
  for (int i = 0; i < c.rank(); ++i) {
    const int axis = rank - c.rank() + i;
    if (c.dim(i) != 1 && (axis != 1 || c.dim(i) != channels)) return std::nullopt;
  }
  auto values = DoublesOf(&c);
  if (!values || values->empty()) return std::nullopt;
  if (values->size() == 1) values->assign(static_cast<size_t>(channels), double{(*values)[0]});  // a copy: assign frees
  return values;
}

struct FuseConvBatchNorm {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    const P conv = OneOf({"Conv", "ConvTranspose"}, {Any("x"), Any("w"), Optional(Any("b"))}).As("conv");
    return Op("BatchNormalization", {conv, Any("scale"), Any("bias"), Any("mean"), Any("var")}).As("bn");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Node& bn = m.node("bn");
    if (IntOr(bn, "training_mode", 0) != 0) return Skip("BatchNormalization is in training mode");
    const Tensor* w = m.constant("w");
    if (!w) return Skip("the weights are not constant");
    const int64_t channels = OutputChannels(m.node("conv"), w->shape());
    const size_t n = static_cast<size_t>(channels);
    const auto scale = DoublesOf(m.constant("scale"));
    const auto bias = DoublesOf(m.constant("bias"));
    const auto mean = DoublesOf(m.constant("mean"));
    const auto var = DoublesOf(m.constant("var"));
    if (!scale || !bias || !mean || !var) return Skip("the statistics are not constant");
    if (scale->size() != n || bias->size() != n || mean->size() != n || var->size() != n) {
      return Skip("the statistics do not suit the channels");
    }
    const double epsilon = static_cast<double>(FloatOr(bn, "epsilon", 1e-5f));
    ChannelAffine affine;
    for (size_t i = 0; i < n; ++i) {
      affine.scale.push_back((*scale)[i] / std::sqrt((*var)[i] + epsilon));
      affine.shift.push_back((*bias)[i] - (*mean)[i] * affine.scale[i]);
      if (!std::isfinite(affine.scale[i]) || !std::isfinite(affine.shift[i])) return Skip("the statistics overflow");
    }
    return FoldAffineIntoConv(m, patch, affine);
  }
};

// Conv followed by +, -, *, / with a constant for each channel.
struct FuseConvAffine {
  static constexpr std::array<std::string_view, 0> kMakes{};
  static P Pattern() {
    const P conv = OneOf({"Conv", "ConvTranspose"}, {Any("x"), Any("w"), Optional(Any("b"))}).As("conv");
    const P c = Const("c");
    return AnyOf({conv + c, conv * c, conv - c, conv / c}).As("y");
  }
  static Outcome Rewrite(const Match& m, GraphPatch& patch) {
    const Tensor* w = m.constant("w");
    if (!w) return Skip("the weights are not constant");
    const int64_t channels = OutputChannels(m.node("conv"), w->shape());
    auto values = PerChannel(*m.constant("c"), w->rank(), channels);
    if (!values) return Skip("the constant is not one number or one for each channel");
    const std::string& op = m.node("y").op_type;
    ChannelAffine affine;
    for (double& v : *values) {
      if (op == "Sub") v = -v;
      if (op == "Div") v = 1 / v;
      if (!std::isfinite(v)) return Skip("the constant is not finite");
    }
    (op == "Add" || op == "Sub" ? affine.shift : affine.scale) = std::move(*values);
    return FoldAffineIntoConv(m, patch, affine);
  }
};

}  // namespace

int64_t OutputChannels(const Node& conv, const Shape& weights) {
  if (weights.rank() < 3) return 0;
  if (conv.op_type != "ConvTranspose") return weights[0];
  const int64_t group = IntOr(conv, "group", 1);
  return group > 0 && weights[0] % group == 0 ? weights[1] * group : 0;
}

Outcome FoldAffineIntoConv(const Match& m, GraphPatch& patch, const ChannelAffine& affine) {
  const Tensor& w = *m.constant("w");
  const Node& conv = m.node("conv");
  const int64_t channels = OutputChannels(conv, w.shape());
  if (channels <= 0) return Skip("the weights do not suit the operator");
  if (w.type() != ElementType::kFloat32 && w.type() != ElementType::kFloat64)
    return Skip("the weights are not float32");
  if (!w.contiguous()) return Skip("the weights are not dense");
  if (!affine.scale.empty() && w.bytes() > kSharedBytes && m.graph().UseCount(m["w"]) > 1) {
    return Skip("other nodes share the weights");
  }
  std::vector<double> bias(static_cast<size_t>(channels), 0.0);
  if (m.Has("b")) {
    const auto have = DoublesOf(m.constant("b"));
    if (!have || have->size() != bias.size()) return Skip("the bias is not constant");
    bias = *have;
  }
  ValueId weights = m["w"];
  if (!affine.scale.empty()) {
    auto scaled = Tensor::Allocate(w.type(), w.shape());
    if (!scaled.ok()) return Skip(scaled.status().message());
    const bool transposed = conv.op_type == "ConvTranspose";
    const int64_t group = IntOr(conv, "group", 1);
    if (w.type() == ElementType::kFloat32) {
      Scale<float>(w, *scaled, affine.scale, transposed, group);
    } else {
      Scale<double>(w, *scaled, affine.scale, transposed, group);
    }
    weights = patch.Constant("weights", std::move(scaled).value());
    for (size_t i = 0; i < bias.size(); ++i) bias[i] *= affine.scale[i];
  }
  for (size_t i = 0; i < affine.shift.size(); ++i) bias[i] += affine.shift[i];
  auto shifted = TensorOfDoubles(w.type(), {channels}, bias);
  if (!shifted.ok()) return Skip(shifted.status().message());
  patch.Replace(
      m.root_value(),
      patch.Op(conv.op_type, {m["x"], weights, patch.Constant("bias", std::move(shifted).value())}, conv.attributes));
  return Rewritten();
}

KANTE_DEFINE_RULE(FuseConvBatchNorm)
KANTE_DEFINE_RULE(FuseConvAffine)

}  // namespace kante::core
