// SPDX-License-Identifier: MIT
#include "ops/resize/resize_attributes.h"

#include <cstring>

namespace kante::core {
namespace {

// The place of an attribute's value in a list of names.
template <typename E, size_t N>
E OneOf(AttrReader& a, const char* attribute, const char* fallback, const char* const (&names)[N]) {
  const std::string value = a.String(attribute, fallback);
  for (size_t i = 0; i < N; ++i) {
    if (value == names[i]) return static_cast<E>(i);
  }
  a.Fail(StrCat(attribute, " '", value, "' is not known"));
  return static_cast<E>(0);
}

// In the order of the enumerators.
constexpr const char* kCoordinates[] = {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",  "align_corners",
                                        "asymmetric", "tf_crop_and_resize",   "tf_half_pixel_for_nn"};
constexpr const char* kModes[] = {"nearest", "linear", "cubic"};
constexpr const char* kNearest[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
constexpr const char* kAspects[] = {"stretch", "not_larger", "not_smaller"};

}  // namespace

ResizeRule ReadResizeRule(AttrReader& a) {
  ResizeRule rule;
  rule.coordinates = OneOf<ResizeCoordinates>(a, "coordinate_transformation_mode", "half_pixel", kCoordinates);
  rule.mode = OneOf<ResizeMode>(a, "mode", "nearest", kModes);
  rule.nearest = OneOf<ResizeNearest>(a, "nearest_mode", "round_prefer_floor", kNearest);
  rule.cubic_a = a.Float("cubic_coeff_a", -0.75f);
  rule.exclude_outside = a.Bool("exclude_outside", false);
  rule.antialias = a.Bool("antialias", false);
  return rule;
}

KeepAspect ReadKeepAspect(AttrReader& a) {
  return OneOf<KeepAspect>(a, "keep_aspect_ratio_policy", "stretch", kAspects);
}

bool Shrinks(const Tensor* scales) {
  if (!scales || scales->type() != ElementType::kFloat32) return false;
  for (int64_t i = 0; i < scales->elements(); ++i) {
    float v;
    std::memcpy(&v, scales->raw() + i * 4, 4);
    if (v < 1.0f) return true;
  }
  return false;
}

}  // namespace kante::core
