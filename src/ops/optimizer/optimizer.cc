// SPDX-License-Identifier: MIT
// One step of Adagrad, Adam and Momentum over any number of tensors: inputs are the rate R, the count of updates T, all
// tensors X, all gradients G, then the states of each kind; outputs are the new X and the new states.
#include <algorithm>
#include <cmath>

#include "compute/element_io.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr int kRate = 0, kCount = 1, kFirst = 2;
constexpr int kMaxStates = 2;
constexpr double kElementCost = 2;  // ns
constexpr TypeSet kTrained{ElementType::kFloat32, ElementType::kFloat64};

constexpr OpInfo OptimizerInfo(std::string_view name, int states) {
  return {.name = name,
          .domain = "ai.onnx.preview.training",
          .min_inputs = kFirst + 2 + states,
          .max_inputs = kVariadic,
          .min_outputs = 1 + states,
          .max_outputs = kVariadic,
          .types = kTrained,
          .numerics = kComputes};
}

// Number of tensors among `inputs`, each with a gradient and its states.
Result<int> TensorCount(int inputs, int states) {
  const int tensors = (inputs - kFirst) / (states + 2);
  if (tensors < 1 || tensors * (states + 2) != inputs - kFirst) {
    return InvalidArgument(inputs - kFirst, " tensors are no multiple of ", states + 2);
  }
  return tensors;
}

Status InferOptimizer(InferContext& c, int states) {
  KANTE_TRY(c.RequireType(kCount, {ElementType::kInt64}));
  KANTE_TRY(const int tensors, TensorCount(c.input_count(), states));
  const auto input = [&](int kind, int i) { return kFirst + kind * tensors + i; };
  const auto output = [&](int kind, int i) { return std::max(kind - 1, 0) * tensors + i; };
  for (int i = 0; i < tensors; ++i) {
    for (int kind = 0; kind < states + 2; ++kind) {
      const int in = input(kind, i);
      if (!c.has_input(in)) return InvalidArgument("input ", in, " is absent");
      KANTE_TRY(c.RequireType(in, kTrained));
      const ElementType type = c.type(input(0, i));
      if (c.type(in) != type) return InvalidArgument("input ", in, " must have type ", NameOf(type));
      if (kind != 1) c.SetType(output(kind, i), type);
    }
  }
  for (int scalar : {kRate, kCount}) {
    KANTE_TRY(const Shape one, c.shape(scalar));
    if (one.elements() != 1) return InvalidArgument("input ", scalar, " must hold one number");
  }
  for (int i = 0; i < tensors; ++i) {
    KANTE_TRY(const Shape x, c.shape(input(0, i)));
    for (int kind = 0; kind < states + 2; ++kind) {
      KANTE_TRY(const Shape other, c.shape(input(kind, i)));
      if (!(other == x)) {
        return InvalidArgument("input ", input(kind, i), " ", other.ToString(), " must have shape ", x.ToString());
      }
      if (kind == 1) continue;
      KANTE_TRY(c.SetShape(output(kind, i), x));
    }
  }
  return OkStatus();
}

double RateOf(RunContext& c) {
  double rate = 0;
  GetLoadRow<double>(c.in(kRate).type())(&rate, c.in(kRate).raw(), 1);
  return rate;
}
int64_t CountOf(RunContext& c) { return c.in(kCount).data<int64_t>()[0]; }

// update(x, g, s): new x; s are the states, which it overwrites.
template <typename T, typename Update>
Status UpdateTensor(RunContext& c, int states, int tensors, int i, const Update& update) {
  const T* x = c.in(kFirst + i).data<T>();
  const T* g = c.in(kFirst + tensors + i).data<T>();
  T* y = nullptr;
  if (c.wants_output(i)) {
    KANTE_TRY(Tensor * t, c.Output(i));
    y = t->mutable_data<T>();
  }
  const T* from[kMaxStates] = {};
  T* to[kMaxStates] = {};
  for (int k = 0; k < states; ++k) {
    from[k] = c.in(kFirst + (k + 2) * tensors + i).data<T>();
    if (!c.wants_output((k + 1) * tensors + i)) continue;
    KANTE_TRY(Tensor * t, c.Output((k + 1) * tensors + i));
    to[k] = t->mutable_data<T>();
  }
  return c.Parallel(c.in(kFirst + i).elements(), kElementCost, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      T s[kMaxStates] = {};
      for (int k = 0; k < states; ++k) s[k] = from[k][at];
      const T value = update(x[at], g[at], s);
      if (y) y[at] = value;
      for (int k = 0; k < states; ++k) {
        if (to[k]) to[k][at] = s[k];
      }
    }
  });
}

template <typename Update>
Status UpdateAll(RunContext& c, int states, const Update& update) {
  KANTE_TRY(const int tensors, TensorCount(c.input_count(), states));
  for (int i = 0; i < tensors; ++i) {
    KANTE_TRY(c.in(kFirst + i).type() == ElementType::kFloat64 ? UpdateTensor<double>(c, states, tensors, i, update)
                                                               : UpdateTensor<float>(c, states, tensors, i, update));
  }
  return OkStatus();
}

struct Adagrad {
  static constexpr OpInfo kInfo = OptimizerInfo("Adagrad", 1);
  float decay = 0, epsilon = 1e-6f, norm = 0;

  static Result<Adagrad> Parse(AttrReader& a) {
    return Adagrad{a.Float("decay_factor", 0), a.Float("epsilon", 1e-6f), a.Float("norm_coefficient", 0)};
  }
  Status Infer(InferContext& c) const { return InferOptimizer(c, 1); }
  Status Run(RunContext& c) const {
    const double rate = RateOf(c) / (1 + static_cast<double>(CountOf(c)) * decay);
    return UpdateAll(c, 1, [&]<typename T>(T x, T g, T* s) {
      g += static_cast<T>(norm) * x;
      s[0] += g * g;
      return x - static_cast<T>(rate) * g / (std::sqrt(s[0]) + static_cast<T>(epsilon));
    });
  }
};

struct Adam {
  static constexpr OpInfo kInfo = OptimizerInfo("Adam", 2);
  float alpha = 0.9f, beta = 0.999f, epsilon = 1e-6f, norm = 0, norm_post = 0;

  static Result<Adam> Parse(AttrReader& a) {
    return Adam{a.Float("alpha", 0.9f), a.Float("beta", 0.999f), a.Float("epsilon", 1e-6f),
                a.Float("norm_coefficient", 0), a.Float("norm_coefficient_post", 0)};
  }
  Status Infer(InferContext& c) const { return InferOptimizer(c, 2); }
  Status Run(RunContext& c) const {
    double rate = RateOf(c);
    const auto count = static_cast<double>(CountOf(c));
    if (count > 0) {
      rate *=
          std::sqrt(1 - std::pow(static_cast<double>(beta), count)) / (1 - std::pow(static_cast<double>(alpha), count));
    }
    return UpdateAll(c, 2, [&]<typename T>(T x, T g, T* s) {
      const T a = static_cast<T>(alpha), b = static_cast<T>(beta);
      g += static_cast<T>(norm) * x;
      s[0] = a * s[0] + (1 - a) * g;
      s[1] = b * s[1] + (1 - b) * g * g;
      x -= static_cast<T>(rate) * s[0] / (std::sqrt(s[1]) + static_cast<T>(epsilon));
      return (1 - static_cast<T>(norm_post)) * x;
    });
  }
};

struct Momentum {
  static constexpr OpInfo kInfo = OptimizerInfo("Momentum", 1);
  float alpha = 0, beta = 0, norm = 0;
  bool nesterov = false;

  static Result<Momentum> Parse(AttrReader& a) {
    for (const char* name : {"alpha", "beta", "norm_coefficient", "mode"}) {
      if (!a.Has(name)) a.Fail(StrCat("attribute '", name, "' is missing"));
    }
    const std::string mode = a.String("mode", "standard");
    if (mode != "standard" && mode != "nesterov") a.Fail(StrCat("mode '", mode, "' is not known"));
    return Momentum{a.Float("alpha", 0), a.Float("beta", 0), a.Float("norm_coefficient", 0), mode == "nesterov"};
  }
  Status Infer(InferContext& c) const { return InferOptimizer(c, 1); }
  Status Run(RunContext& c) const {
    const double rate = RateOf(c), scale = CountOf(c) > 0 ? static_cast<double>(beta) : 1.0;
    return UpdateAll(c, 1, [&]<typename T>(T x, T g, T* s) {
      const T a = static_cast<T>(alpha);
      g += static_cast<T>(norm) * x;
      s[0] = a * s[0] + static_cast<T>(scale) * g;
      return x - static_cast<T>(rate) * (nesterov ? g + a * s[0] : s[0]);
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(Adagrad)
KANTE_DEFINE_OP(Adam)
KANTE_DEFINE_OP(Momentum)

}  // namespace kante::core
