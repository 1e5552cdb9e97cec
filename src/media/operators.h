// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "kante/op.h"

namespace kante::media {

std::shared_ptr<const CustomOp> MakeImageDecoder();
std::shared_ptr<const CustomOp> MakeRegexFullMatch();
std::shared_ptr<const CustomOp> MakeStringNormalizer();

inline Status Bad(std::string what) { return Status(StatusCode::kInvalidArgument, std::move(what)); }

// Complains unless input 0 has the type, or none yet.
inline Status RequireInput(const OpInference& inference, ElementType type) {
  const ElementType have = inference.input_type(0);
  if (have == type || have == ElementType::kUndefined) return {};
  return Bad("input 0 must be of type " + std::string(NameOf(type)) + ", not " + std::string(NameOf(have)));
}

// A kernel as CustomOp::Create gives it.
template <typename T>
Result<std::unique_ptr<CustomKernel>> Kernel(T kernel) {
  return std::unique_ptr<CustomKernel>(new T(std::move(kernel)));
}

}  // namespace kante::media
