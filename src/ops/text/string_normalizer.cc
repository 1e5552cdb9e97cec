// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <vector>

#include "ops/elsewhere.h"
#include "ops/op_def.h"
#include "ops/text/case_mapping.h"

namespace kante::core {
namespace {

enum class Case { kKeep, kLower, kUpper };

Result<std::string> MapCase(std::string_view text, Case to, const CaseMapping& mapping) {
  if (to == Case::kKeep) return std::string(text);
  if (mapping.upper) return to == Case::kUpper ? mapping.upper(text) : mapping.lower(text);
  std::string out(text);
  const char first = to == Case::kUpper ? 'a' : 'A';
  for (char& letter : out) {
    if (static_cast<unsigned char>(letter) >= 0x80) {
      return NotImplemented("the case of '", text, "', which is not ASCII, needs ", kMediaLibrary);
    }
    if (letter >= first && letter < first + 26) letter = static_cast<char>(letter ^ 0x20);
  }
  return out;
}

struct StringNormalizer {
  static constexpr OpInfo kInfo{.name = "StringNormalizer",
                                .versions = {10},
                                .types = {ElementType::kString},
                                .data_dependent = true,
                                .numerics = kNoNumbers};
  Case change = Case::kKeep;
  Case compare = Case::kLower;         // of words with the stop words
  std::vector<std::string> stopwords;  // sorted, in that case
  CaseMapping mapping;

  static Result<StringNormalizer> ParseWith(AttrReader& a, const CaseMapping& mapping) {
    StringNormalizer out;
    out.mapping = mapping;
    const std::string action = a.String("case_change_action", "NONE");
    if (action == "LOWER") {
      out.change = Case::kLower;
    } else if (action == "UPPER") {
      out.change = Case::kUpper;
    } else if (action != "NONE") {
      return InvalidArgument("case_change_action '", action, "' is none of LOWER, UPPER, NONE");
    }
    a.Ignore("locale");  // Unicode's case is that of all languages
    if (a.Bool("is_case_sensitive", false)) out.compare = Case::kKeep;
    for (const std::string& word : a.Strings("stopwords")) {
      KANTE_TRY(std::string mapped, MapCase(word, out.compare, mapping));
      out.stopwords.push_back(std::move(mapped));
    }
    std::sort(out.stopwords.begin(), out.stopwords.end());
    return out;
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kString);
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    if (x.rank() < 1 || x.rank() > 2 || (x.rank() == 2 && x.dim(0) != 1)) {
      return InvalidArgument("input 0 must be [words] or [1,words], not ", x.shape().ToString());
    }
    std::vector<std::string> kept;
    for (int64_t i = 0; i < x.elements(); ++i) {
      const std::string& word = x.data<std::string>()[i];
      if (!stopwords.empty()) {
        KANTE_TRY(const std::string compared, MapCase(word, compare, mapping));
        if (std::binary_search(stopwords.begin(), stopwords.end(), compared)) continue;
      }
      KANTE_TRY(std::string changed, MapCase(word, change, mapping));
      kept.push_back(std::move(changed));
    }
    if (kept.empty()) kept.emplace_back();
    const auto count = static_cast<int64_t>(kept.size());
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kString, x.rank() == 1 ? Shape({count}) : Shape({1, count})));
    std::move(kept.begin(), kept.end(), y->mutable_data<std::string>());
    return OkStatus();
  }
};

Result<OpAttributes> ParseNormalizer(AttrReader& reader, const OpDef& def) {
  const auto* mapping = static_cast<const CaseMapping*>(def.user);
  KANTE_TRY(auto parsed, StringNormalizer::ParseWith(reader, mapping ? *mapping : CaseMapping()));
  return OpAttributes(new StringNormalizer(std::move(parsed)),
                      [](void* o) { delete static_cast<StringNormalizer*>(o); });
}

constexpr OpDef MakeNormalizer() {
  OpDef def = internal::MakeOpDef<StringNormalizer>();
  def.parse = &ParseNormalizer;
  return def;
}

}  // namespace

namespace op_defs {
extern const OpDef StringNormalizer;
constexpr OpDef StringNormalizer = MakeNormalizer();
}  // namespace op_defs

}  // namespace kante::core
