// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/checked.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

constexpr double kTokenCost = 60;  // ns, for each token, length and skip
constexpr uint32_t kNoToken = ~uint32_t{0};

// Different tokens, numbered by their order.
template <typename T>
struct Vocabulary {
  std::vector<T> tokens;  // sorted

  explicit Vocabulary(std::vector<T> pool = {}) : tokens(std::move(pool)) {
    std::sort(tokens.begin(), tokens.end());
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  }
  template <typename Key>
  uint32_t Find(const Key& key) const {
    const auto it = std::lower_bound(tokens.begin(), tokens.end(), key);
    return it == tokens.end() || key < *it ? kNoToken : static_cast<uint32_t>(it - tokens.begin());
  }
};

// N-grams as paths through a tree. Node 0 is the root.
struct NgramTree {
  std::unordered_map<uint64_t, uint32_t> children;  // (node, token) -> node
  std::vector<int64_t> columns = {-1};              // by node: of the output; -1 where no n-gram ends

  static uint64_t Key(uint32_t node, uint32_t token) { return uint64_t{node} << 32 | token; }
  uint32_t Add(uint32_t node, uint32_t token) {
    const auto [it, fresh] = children.try_emplace(Key(node, token), static_cast<uint32_t>(columns.size()));
    if (fresh) columns.push_back(-1);
    return it->second;
  }
  uint32_t Find(uint32_t node, uint32_t token) const {  // 0: none
    if (token == kNoToken) return 0;
    const auto it = children.find(Key(node, token));
    return it == children.end() ? 0 : it->second;
  }
};

struct TfIdfVectorizer {
  static constexpr OpInfo kInfo{.name = "TfIdfVectorizer",
                                .versions = {9},
                                .types = {ElementType::kString, ElementType::kInt32, ElementType::kInt64},
                                .numerics = Numerics{FloatRule::kNative, IntegerRule::kExact}};
  enum class Mode { kTf, kIdf, kTfIdf };

  Mode mode = Mode::kTf;
  int64_t shortest = 1, longest = 1, most_skipped = 0;
  int64_t width = 0;  // columns of the output
  std::vector<float> weights;
  bool of_strings = false;
  Vocabulary<int64_t> numbers;
  Vocabulary<std::string> strings;
  NgramTree tree;

  static Result<TfIdfVectorizer> Parse(AttrReader& a) {
    TfIdfVectorizer op;
    const std::string mode = a.String("mode", "");
    const std::vector<int64_t> starts = a.Ints("ngram_counts"), columns = a.Ints("ngram_indexes");
    const std::vector<int64_t> ints = a.Ints("pool_int64s");
    const std::vector<std::string> texts = a.Strings("pool_strings");
    op.shortest = a.Int("min_gram_length");
    op.longest = a.Int("max_gram_length");
    op.most_skipped = a.Int("max_skip_count");
    op.weights = a.Floats("weights");
    op.of_strings = !texts.empty();
    op.mode = mode == "TF" ? Mode::kTf : mode == "IDF" ? Mode::kIdf : Mode::kTfIdf;
    if (op.mode == Mode::kTfIdf && mode != "TFIDF") {
      return InvalidGraph("mode '", mode, "' is none of TF, IDF, TFIDF");
    }
    if (op.shortest < 1 || op.longest < op.shortest || op.most_skipped < 0) {
      return InvalidGraph("lengths from ", op.shortest, " to ", op.longest, " with ", op.most_skipped,
                          " skipped make no n-grams");
    }
    if (ints.empty() == texts.empty()) return InvalidGraph("needs one of pool_int64s and pool_strings");
    if (op.longest > static_cast<int64_t>(starts.size())) {
      return InvalidGraph("max_gram_length ", op.longest, " with ", starts.size(), " ngram_counts");
    }
    op.numbers = Vocabulary<int64_t>(ints);
    op.strings = Vocabulary<std::string>(texts);
    std::vector<uint32_t> pool;
    for (int64_t token : ints) pool.push_back(op.numbers.Find(token));
    for (const std::string& token : texts) pool.push_back(op.strings.Find(token));
    KANTE_TRY(op.Grow(pool, starts, columns));
    return op;
  }

  // Reads the pool: all n-grams of length 1, then those of length 2...
  Status Grow(const std::vector<uint32_t>& pool, const std::vector<int64_t>& starts,
              const std::vector<int64_t>& columns) {
    const auto total = static_cast<int64_t>(pool.size());
    size_t ngram = 0;
    for (size_t i = 0; i < starts.size(); ++i) {
      const auto length = static_cast<int64_t>(i) + 1;
      const int64_t begin = starts[i], end = i + 1 < starts.size() ? starts[i + 1] : total;
      if (begin < 0 || begin > end || end > total || (end - begin) % length != 0) {
        return InvalidGraph("ngram_counts: [", begin, ", ", end, ") in a pool of ", total, " holds no n-grams of ",
                            length);
      }
      for (int64_t at = begin; at < end; at += length, ++ngram) {
        if (ngram >= columns.size()) return InvalidGraph("the pool has more n-grams than ngram_indexes");
        if (columns[ngram] < 0) return InvalidGraph("ngram_indexes has ", columns[ngram]);
        width = std::max(width, columns[ngram]);
        if (length < shortest || length > longest) continue;
        uint32_t node = 0;
        for (int64_t k = 0; k < length; ++k) node = tree.Add(node, pool[static_cast<size_t>(at + k)]);
        tree.columns[node] = columns[ngram];
      }
    }
    if (ngram < columns.size() || columns.empty()) {
      return InvalidGraph("ngram_indexes has ", columns.size(), " entries for ", ngram, " n-grams");
    }
    if (!weights.empty() && width >= static_cast<int64_t>(weights.size())) {
      return InvalidGraph("there are ", weights.size(), " weights for column ", width);
    }
    if (!CheckedAdd(width, 1, &width)) return InvalidGraph("ngram_indexes has ", width);
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, ElementType::kFloat32);
    if (c.type(0) != ElementType::kUndefined && (c.type(0) == ElementType::kString) != of_strings) {
      return InvalidArgument("input 0 is ", NameOf(c.type(0)), ", the pool ", of_strings ? "strings" : "integers");
    }
    KANTE_TRY(const Shape x, c.shape(0));
    if (x.rank() > 2) return InvalidArgument("input 0 must be [tokens] or [rows,tokens], not ", x.ToString());
    return x.rank() == 2 ? c.SetShape(0, {x[0], width}) : c.SetShape(0, {width});
  }

  // Adds the n-grams of one row to the counts of their columns.
  void Count(const uint32_t* tokens, int64_t n, float* counts) const {
    int64_t shortest_now = shortest;
    for (int64_t step = 1; step <= std::min(most_skipped, n) + 1; ++step) {
      for (int64_t start = 0; start < n && (shortest_now - 1) <= (n - 1 - start) / step; ++start) {
        uint32_t node = 0;
        for (int64_t length = 1, at = start; length <= longest && at < n; ++length, at += step) {
          node = tree.Find(node, tokens[at]);
          if (node == 0) break;
          if (length >= shortest_now && tree.columns[node] >= 0) counts[tree.columns[node]] += 1;
        }
      }
      // Skips do not matter to single tokens, which count once.
      if (shortest_now == 1 && ++shortest_now > longest) break;
    }
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    KANTE_TRY(Tensor * y, c.Output(0));
    const int64_t rows = x.rank() == 2 ? x.dim(0) : 1;
    const int64_t n = x.rank() == 0 ? 1 : x.dim(x.rank() - 1);
    KANTE_TRY(std::byte * memory, c.Scratch(x.elements() * 4));
    auto* tokens = reinterpret_cast<uint32_t*>(memory);
    const double lengths = static_cast<double>(longest) * static_cast<double>(std::min(most_skipped, n) + 1);
    return c.Parallel(rows, kTokenCost * lengths * static_cast<double>(n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        for (int64_t i = r * n; i < (r + 1) * n; ++i) {
          tokens[i] = of_strings                        ? strings.Find(x.data<std::string>()[i])
                      : x.type() == ElementType::kInt32 ? numbers.Find(int64_t{x.data<int32_t>()[i]})
                                                        : numbers.Find(x.data<int64_t>()[i]);
        }
        float* counts = y->mutable_data<float>() + r * width;
        std::fill(counts, counts + width, 0.0f);
        Count(tokens + r * n, n, counts);
        if (mode == Mode::kTf) continue;
        // A weight belongs to a column: so do onnx.reference and ONNX Runtime, where the text speaks of n-grams.
        for (int64_t k = 0; k < width; ++k) {
          const float weight = weights.empty() ? 1 : weights[static_cast<size_t>(k)];
          counts[k] = weight * (mode == Mode::kIdf ? std::min(counts[k], 1.0f) : counts[k]);
        }
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(TfIdfVectorizer)

}  // namespace kante::core
