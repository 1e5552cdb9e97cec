// SPDX-License-Identifier: MIT
#include "media/case.h"
#include "media/operators.h"

namespace kante::media {
namespace {

// The core has the operator; this gives it the case of letters outside ASCII.
class StringNormalizer : public CustomOp {
 public:
  OpSignature signature() const override {
    static constexpr CaseMapping kMapping{&Upper, &Lower};
    return {.name = "StringNormalizer", .version = 10, .case_mapping = &kMapping};
  }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes&) const override {
    return Bad("StringNormalizer is an operator of the core");
  }
};

}  // namespace

std::shared_ptr<const CustomOp> MakeStringNormalizer() { return std::make_shared<StringNormalizer>(); }

}  // namespace kante::media
