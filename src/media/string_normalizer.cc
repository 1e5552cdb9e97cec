// SPDX-License-Identifier: MIT
#include <algorithm>

#include "media/case.h"
#include "media/operators.h"

namespace kante::media {
namespace {

using Convert = std::string (*)(std::string_view);

class NormalizerKernel : public CustomKernel {
 public:
  Convert convert = nullptr;  // null: leave the case
  bool case_sensitive = false;
  std::vector<std::string> stopwords;  // sorted; lower case unless case_sensitive

  Status Infer(OpInference& inference) const override {
    inference.SetOutputType(0, ElementType::kString);
    return RequireInput(inference, ElementType::kString);
  }
  Status Run(OpRun& run) const override {
    const Tensor x = run.input(0);
    const auto dims = x.shape();
    if (dims.empty() || dims.size() > 2 || (dims.size() == 2 && dims[0] != 1)) {
      return Bad("input 0 must be [words] or [1,words], not " + ShapeToString(dims));
    }
    std::vector<std::string> kept;
    for (const std::string& word : x.strings()) {
      if (!IsStopword(word)) kept.push_back(convert ? convert(word) : word);
    }
    if (kept.empty()) kept.emplace_back();
    std::vector<int64_t> shape(dims.begin(), dims.end());
    shape.back() = static_cast<int64_t>(kept.size());
    auto y = run.Output(0, ElementType::kString, shape);
    if (!y.ok()) return y.status();
    std::move(kept.begin(), kept.end(), y->mutable_strings().begin());
    return {};
  }

 private:
  bool IsStopword(const std::string& word) const {
    if (stopwords.empty()) return false;
    return std::binary_search(stopwords.begin(), stopwords.end(), case_sensitive ? word : Lower(word));
  }
};

class StringNormalizer : public CustomOp {
 public:
  OpSignature signature() const override { return {.name = "StringNormalizer", .version = 10, .data_dependent = true}; }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes& attributes) const override {
    NormalizerKernel kernel;
    const std::string action = attributes.String("case_change_action", "NONE");
    if (action == "LOWER") {
      kernel.convert = &Lower;
    } else if (action == "UPPER") {
      kernel.convert = &Upper;
    } else if (action != "NONE") {
      return Bad("case_change_action '" + action + "' is none of LOWER, UPPER, NONE");
    }
    attributes.String("locale", "");  // only a name: Unicode's tables know the case of all languages
    kernel.case_sensitive = attributes.Int("is_case_sensitive", 0) != 0;
    kernel.stopwords = attributes.Strings("stopwords");
    if (!kernel.case_sensitive) {
      for (std::string& word : kernel.stopwords) word = Lower(word);
    }
    std::sort(kernel.stopwords.begin(), kernel.stopwords.end());
    return Kernel(std::move(kernel));
  }
};

}  // namespace

std::shared_ptr<const CustomOp> MakeStringNormalizer() { return std::make_shared<StringNormalizer>(); }

}  // namespace kante::media
