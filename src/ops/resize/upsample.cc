// SPDX-License-Identifier: MIT
// Upsample: deprecated since opset 10, always rewritten to Resize.
#include "ops/op_def.h"

namespace kante::core {
namespace {

struct Upsample {
  static constexpr OpInfo kInfo{.name = "Upsample", .versions = {1, 7, 9, 10}, .max_inputs = 2, .numerics = kAsParts};

  static Status Upgrade(UpgradeContext& u, int from) {
    GraphBuilder& b = u.build();
    ValueId scales = u.input(1);
    if (from == 1) {
      KANTE_TRY(const float height, FloatOf(u.node(), "height_scale"));
      KANTE_TRY(const float width, FloatOf(u.node(), "width_scale"));
      const float all[] = {1, 1, height, width};
      scales = b.Constant(Tensor::Of<float>({4}, all));
    } else if (from == 7) {
      const Attribute* a = u.node().FindAttribute("scales");
      const auto* list = a ? a->get<std::vector<float>>() : nullptr;
      if (!list) return InvalidGraph("attribute 'scales' is missing");
      scales = b.Constant(Tensor::Of<float>({static_cast<int64_t>(list->size())}, *list));
    }
    if (scales == kNone) return InvalidGraph("input 1 (scales) is missing");
    const Attribute* a = u.node().FindAttribute("mode");
    const auto* given = a ? a->get<std::string>() : nullptr;
    std::string mode = given ? *given : "nearest";
    if (mode == "bilinear") mode = "linear";
    u.ReplaceWith(b.Op("Resize", {u.input(0), kNone, scales},
                       {Attribute("mode", mode.c_str()), Attribute("coordinate_transformation_mode", "asymmetric"),
                        Attribute("nearest_mode", "floor")}));
    return OkStatus();
  }

  static Result<float> FloatOf(const Node& node, const char* name) {
    const Attribute* a = node.FindAttribute(name);
    if (!a || !a->get<float>()) return InvalidGraph("attribute '", name, "' must be a float");
    return *a->get<float>();
  }

  static Status Infer(InferContext&) { return InvalidGraph("Upsample was not rewritten to Resize"); }
};

}  // namespace

KANTE_DEFINE_OP(Upsample)

}  // namespace kante::core
