// SPDX-License-Identifier: MIT
// One operator lives in one place: a struct of its attributes plus the facets that it has. KANTE_DEFINE_OP turns the
// struct into an OpDef, a table of functions in which an absent facet is null and has an honest default.
//
//   struct Softmax {
//     static constexpr OpInfo kInfo{.name = "Softmax", .versions = {1, 11, 13}, .types = kFloats, .in_place = 0b1,
//                                   .numerics = kComputes};
//     int64_t axis = -1;
//     static Result<Softmax> Parse(AttrReader& a) { return Softmax{a.Int("axis", -1)}; }
//     static Status Upgrade(UpgradeContext& u, int from);
//     Status Infer(InferContext& c) const { return c.SameAs(0, 0); }
//     Status Run(RunContext& c) const;
//   };
//   KANTE_DEFINE_OP(Softmax)
#pragma once

#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "base/build.h"
#include "base/status.h"
#include "ops/attr_reader.h"
#include "ops/choice.h"
#include "ops/infer_context.h"
#include "ops/op_info.h"
#include "ops/rewrite_context.h"
#include "ops/run_context.h"

namespace kante::core {

class GradContext;  // autodiff/

// The parsed attributes of one node, type-erased. Immutable and shared by all threads that run the node.
class OpAttributes {
 public:
  OpAttributes() = default;
  OpAttributes(void* object, void (*destroy)(void*)) : object_(object), destroy_(destroy) {}
  OpAttributes(OpAttributes&& other) noexcept
      : object_(std::exchange(other.object_, nullptr)), destroy_(other.destroy_) {}
  OpAttributes& operator=(OpAttributes&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(destroy_, other.destroy_);
    return *this;
  }
  ~OpAttributes() {
    if (object_) destroy_(object_);
  }
  const void* get() const { return object_; }

 private:
  void* object_ = nullptr;
  void (*destroy_)(void*) = nullptr;
};

// For reports: how an operator computes for given shapes, and why it does so.
struct Method {
  std::string name;    // "winograd F(4,3)"
  std::string reason;  // one sentence, or nothing
};

struct OpDef {
  OpInfo info;
  // Custom operators put their object here; built-ins ignore it.
  const void* user = nullptr;

  Result<OpAttributes> (*parse)(AttrReader& reader, const OpDef& def) = nullptr;  // never null
  Status (*upgrade)(UpgradeContext& context, int from) = nullptr;                 // null: older versions mean the same
  Status (*infer)(const void* attributes, InferContext& context) = nullptr;       // never null
  Status (*choose)(const void* attributes, ChooseContext& context) = nullptr;     // null: nothing to decide
  Status (*pack)(const void* attributes, PackContext& context) = nullptr;
  Status (*formats)(const void* attributes, const ChooseContext& context, FormatChoice& choice) = nullptr;
  Status (*run)(const void* attributes, RunContext& context) = nullptr;  // null: Expand is used
  // Arithmetic operations for these shapes, a multiply-add counting two; null: see FlopsOf in work.h.
  double (*flops)(const void* attributes, const ChooseContext& context) = nullptr;
  // `context.choice` is what Choose decided; null: there is one way to compute it, or this is a build for size.
  Method (*method)(const void* attributes, const ChooseContext& context) = nullptr;
  Status (*expand)(const void* attributes, ExpandContext& context) = nullptr;
  Status (*grad)(const void* attributes, GradContext& context) = nullptr;
};

namespace internal {

template <typename T>
Result<OpAttributes> ParseAs(AttrReader& reader, const OpDef&) {
  T* object = nullptr;
  if constexpr (requires { T::Parse(reader); }) {
    KANTE_TRY(T parsed, T::Parse(reader));
    object = new T(std::move(parsed));
  } else {
    object = new T{};
  }
  return OpAttributes(object, [](void* o) { delete static_cast<T*>(o); });
}

template <typename T>
constexpr OpDef MakeOpDef() {
  static_assert(T::kInfo.numerics.floats != FloatRule::kUnstated, "kInfo must say .numerics");
  OpDef def;
  def.info = T::kInfo;
  def.parse = &ParseAs<T>;
  def.infer = [](const void* a, InferContext& c) -> Status { return static_cast<const T*>(a)->Infer(c); };
  if constexpr (requires(UpgradeContext & u) { T::Upgrade(u, 1); }) def.upgrade = &T::Upgrade;
  if constexpr (requires(const T& t, ChooseContext& c) { t.Choose(c); }) {
    def.choose = [](const void* a, ChooseContext& c) -> Status { return static_cast<const T*>(a)->Choose(c); };
  }
  if constexpr (requires(const T& t, PackContext& c) { t.Pack(c); }) {
    def.pack = [](const void* a, PackContext& c) -> Status { return static_cast<const T*>(a)->Pack(c); };
  }
  if constexpr (requires(const T& t, const ChooseContext& c, FormatChoice& f) { t.Formats(c, f); }) {
    def.formats = [](const void* a, const ChooseContext& c, FormatChoice& f) -> Status {
      return static_cast<const T*>(a)->Formats(c, f);
    };
  }
  if constexpr (requires(const T& t, const ChooseContext& c) { t.Flops(c); }) {
    def.flops = [](const void* a, const ChooseContext& c) -> double { return static_cast<const T*>(a)->Flops(c); };
  }
  if constexpr (!kForSize && requires(const T& t, const ChooseContext& c) { t.Explain(c); }) {
    def.method = [](const void* a, const ChooseContext& c) -> Method { return static_cast<const T*>(a)->Explain(c); };
  }
  if constexpr (requires(const T& t, RunContext& c) { t.Run(c); }) {
    def.run = [](const void* a, RunContext& c) -> Status { return static_cast<const T*>(a)->Run(c); };
  }
  if constexpr (requires(const T& t, ExpandContext& c) { t.Expand(c); }) {
    def.expand = [](const void* a, ExpandContext& c) -> Status { return static_cast<const T*>(a)->Expand(c); };
  }
  return def;
}

}  // namespace internal

// Defines kante::core::op_defs::T, which ops.inc lists. Use inside namespace kante::core, outside any other.
#define KANTE_DEFINE_OP(T)                                                    \
  namespace op_defs {                                                         \
  extern const ::kante::core::OpDef T;                                        \
  constexpr ::kante::core::OpDef T = internal::MakeOpDef<::kante::core::T>(); \
  }

}  // namespace kante::core
