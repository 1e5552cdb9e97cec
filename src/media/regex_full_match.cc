// SPDX-License-Identifier: MIT
#include <re2/re2.h>

#include "media/operators.h"

namespace kante::media {
namespace {

constexpr int64_t kRegexBytes = 8 << 20;  // of the compiled pattern and its automata
constexpr double kMatchCost = 500;        // ns

class RegexKernel : public CustomKernel {
 public:
  explicit RegexKernel(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {}

  Status Infer(OpInference& inference) const override {
    inference.SetOutputType(0, ElementType::kBool);
    if (Status type = RequireInput(inference, ElementType::kString); !type.ok()) return type;
    std::vector<int64_t> shape;
    return inference.input_shape(0, &shape) ? inference.SetOutputShape(0, shape) : Status();
  }
  Status Run(OpRun& run) const override {
    const Tensor x = run.input(0);
    auto y = run.Output(0, ElementType::kBool, x.shape());
    if (!y.ok()) return y.status();
    const auto texts = x.strings();
    const auto matches = y->mutable_values<bool>();
    return run.Parallel(x.elements(), kMatchCost, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        matches[i] = re2::RE2::FullMatch(texts[i], *regex_);
      }
    });
  }

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

class RegexFullMatch : public CustomOp {
 public:
  OpSignature signature() const override { return {.name = "RegexFullMatch", .version = 20}; }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes& attributes) const override {
    if (!attributes.Has("pattern")) return Bad("needs the attribute 'pattern'");
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(kRegexBytes);
    auto regex = std::make_shared<const re2::RE2>(attributes.String("pattern", ""), options);
    if (!regex->ok()) return Bad("pattern '" + regex->pattern() + "': " + regex->error());
    return Kernel(RegexKernel(std::move(regex)));
  }
};

}  // namespace

std::shared_ptr<const CustomOp> MakeRegexFullMatch() { return std::make_shared<RegexFullMatch>(); }

}  // namespace kante::media
