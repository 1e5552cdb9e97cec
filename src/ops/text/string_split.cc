// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr double kStringCost = 100;  // ns

// Bytes of the white space (as Unicode and Python's str.split see it) at the start of UTF-8 text; 0: another character.
size_t SpaceAt(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const int first = byte(0), second = byte(1), third = byte(2);
  if ((first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x20)) return 1;
  if (first == 0xC2 && (second == 0x85 || second == 0xA0)) return 2;
  const bool wide = (first == 0xE1 && second == 0x9A && third == 0x80) ||
                    (first == 0xE2 && second == 0x80 &&
                     ((third >= 0x80 && third <= 0x8A) || third == 0xA8 || third == 0xA9 || third == 0xAF)) ||
                    (first == 0xE2 && second == 0x81 && third == 0x9F) ||
                    (first == 0xE3 && second == 0x80 && third == 0x80);
  return wide ? 3 : 0;
}

void SkipSpaces(std::string_view& text) {
  while (const size_t n = SpaceAt(text)) text.remove_prefix(n);
}

struct StringSplit {
  static constexpr OpInfo kInfo{.name = "StringSplit",
                                .versions = {20},
                                .max_outputs = 2,
                                .types = {ElementType::kString},
                                .data_dependent = true,
                                .numerics = kNoNumbers};
  std::string delimiter;  // empty: runs of white space
  int64_t maxsplit = -1;  // negative: as often as possible

  static Result<StringSplit> Parse(AttrReader& a) {
    return StringSplit{a.String("delimiter", ""), a.Int("maxsplit", -1)};
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kString);
    c.SetType(1, ElementType::kInt64);
    KANTE_TRY(const Shape x, c.shape(0));
    return c.wants_output(1) ? c.SetShape(1, x) : OkStatus();
  }

  // Calls piece(i, text) for each part; gives their number.
  template <typename F>
  int64_t Split(std::string_view text, F&& piece) const {
    const int64_t most = maxsplit < 0 ? std::numeric_limits<int64_t>::max() : maxsplit;
    int64_t count = 0;
    if (!delimiter.empty()) {
      for (size_t at; count < most && (at = text.find(delimiter)) != text.npos; ++count) {
        piece(count, text.substr(0, at));
        text.remove_prefix(at + delimiter.size());
      }
      piece(count, text);
      return count + 1;
    }
    for (SkipSpaces(text); !text.empty(); SkipSpaces(text), ++count) {
      size_t end = count < most ? 0 : text.size();  // what is left after the last split stays whole
      while (end < text.size() && SpaceAt(text.substr(end)) == 0) ++end;
      piece(count, text.substr(0, end));
      text.remove_prefix(end);
    }
    return count;
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const auto* texts = x.data<std::string>();
    const int64_t n = x.elements();
    KANTE_TRY(std::byte * memory, c.Scratch(n * 8));
    auto* counts = reinterpret_cast<int64_t*>(memory);
    KANTE_TRY(c.Parallel(n, kStringCost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) counts[i] = Split(texts[i], [](int64_t, std::string_view) {});
    }));
    const int64_t width = n == 0 ? 0 : *std::max_element(counts, counts + n);
    if (x.rank() == kMaxRank) return InvalidArgument("cannot add a dimension to ", x.shape().ToString());
    Shape shape = x.shape();
    shape.push_back(width);
    KANTE_TRY([[maybe_unused]] const int64_t bytes, StorageBytes(ElementType::kString, shape));
    KANTE_TRY(Tensor * y, c.Output(0, ElementType::kString, shape));
    KANTE_TRY(c.Parallel(n, kStringCost, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        std::string* row = y->mutable_data<std::string>() + i * width;
        const int64_t parts = Split(texts[i], [&](int64_t k, std::string_view text) { row[k] = text; });
        for (int64_t k = parts; k < width; ++k) row[k].clear();
      }
    }));
    if (!c.wants_output(1)) return OkStatus();
    KANTE_TRY(Tensor * z, c.Output(1, ElementType::kInt64, x.shape()));
    std::copy(counts, counts + n, z->mutable_data<int64_t>());
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(StringSplit)

}  // namespace kante::core
