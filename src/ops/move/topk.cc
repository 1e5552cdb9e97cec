// SPDX-License-Identifier: MIT
#include <algorithm>

#include "compute/move/ordered_key.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Equal elements in the order of their indices; NaN counts as larger than everything.
struct TopK {
  static constexpr OpInfo kInfo{.name = "TopK",
                                .versions = {1, 10, 11, 24},
                                .form_since = 11,
                                .min_inputs = 2,
                                .max_inputs = 2,
                                .min_outputs = 1,
                                .max_outputs = 2,
                                .types = kNumeric,
                                .shape_inputs = 0b10,
                                .numerics = kMoves};
  int64_t axis = -1;
  bool largest = true;

  static Result<TopK> Parse(AttrReader& a) {
    a.Ignore("sorted");  // results are sorted always
    return TopK{a.Int("axis", -1), a.Bool("largest", true)};
  }

  static Status Upgrade(UpgradeContext& u, int from) {
    if (from >= 10) return OkStatus();
    const Attribute* k = u.node().FindAttribute("k");
    const auto* value = k ? k->get<int64_t>() : nullptr;
    if (!value) return InvalidGraph("attribute 'k' is missing");
    const ValueId input = u.build().Ints({*value});
    u.node().RemoveAttribute("k");
    u.SetInput(1, input);
    return OkStatus();
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    c.SetType(1, ElementType::kInt64);
    KANTE_TRY(Shape y, c.shape(0));
    KANTE_TRY(const int at, NormalizeAxis(axis, y.rank()));
    KANTE_TRY(const std::vector<int64_t> k, c.ints(1));
    if (k.size() != 1) return InvalidArgument("K must be one number");
    if (k[0] < 0 || k[0] > y[at]) return InvalidArgument("K ", k[0], " of ", y[at], " along axis ", at);
    y.set_dim(at, k[0]);
    KANTE_TRY(c.SetShape(0, y));
    return c.SetShape(1, y);
  }

  struct Item {
    uint64_t key;  // larger comes first
    int64_t index;
    bool operator<(const Item& other) const { return key != other.key ? key > other.key : index < other.index; }
  };

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const int at = static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    const int64_t k = c.in(1).type() == ElementType::kInt32 ? *c.in(1).data<int32_t>() : *c.in(1).data<int64_t>();
    Shape shape = x.shape();
    shape.set_dim(at, k);
    KANTE_TRY(Tensor * values, c.Output(0, x.type(), shape));
    Tensor* indices = nullptr;
    if (c.wants_output(1)) {
      KANTE_TRY(indices, c.Output(1, ElementType::kInt64, shape));
    }
    if (shape.elements() == 0) return OkStatus();
    const int64_t n = x.dim(at);
    const int64_t inner = x.shape().Product(at + 1, x.rank());
    const int64_t lines = x.shape().Product(0, at) * inner;
    const int64_t size = BitsOf(x.type()) / 8;
    const Movable from{x.raw(), x.type(), size};
    const Movable to{values->raw(), x.type(), size};
    // Each group of lines has memory of its own for items and keys.
    const int64_t groups = std::min<int64_t>(lines, 32);
    KANTE_TRY(std::byte * memory, c.Scratch(groups * n * int64_t{sizeof(Item) + sizeof(uint64_t)}));
    auto* all_items = reinterpret_cast<Item*>(memory);
    auto* all_keys = reinterpret_cast<uint64_t*>(all_items + groups * n);
    return c.ParallelBlocks(groups, 1, [&](int64_t begin, int64_t end) {
      for (int64_t g = begin; g < end; ++g) {
        Item* items = all_items + g * n;
        uint64_t* keys = all_keys + g * n;
        for (int64_t line = lines * g / groups; line < lines * (g + 1) / groups; ++line) {
          const int64_t start = line / inner * n * inner + line % inner;
          OrderedKeys(keys, x.type(), x.raw() + start * size, inner, n);
          for (int64_t i = 0; i < n; ++i) items[i] = Item{largest ? keys[i] : ~keys[i], i};
          if (k < n) std::nth_element(items, items + k, items + n);
          std::sort(items, items + k);
          const int64_t out = line / inner * k * inner + line % inner;
          for (int64_t i = 0; i < k; ++i) {
            CopyRun(to, out + i * inner, from, start + items[i].index * inner, 1);
            if (indices) indices->mutable_data<int64_t>()[out + i * inner] = items[i].index;
          }
        }
      }
    });
  }
};

}  // namespace

KANTE_DEFINE_OP(TopK)

}  // namespace kante::core
