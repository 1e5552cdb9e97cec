// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include "compute/move/ordered_key.h"
#include "ops/move/movable.h"
#include "ops/op_def.h"

namespace kante::core {
namespace {

// Compares items of `length` elements: numbers by their keys, strings by their bytes.
struct Items {
  const uint64_t* keys = nullptr;
  const std::string* strings = nullptr;
  int64_t length = 1;

  int Compare(int64_t a, int64_t b) const {
    for (int64_t i = 0; i < length; ++i) {
      if (strings) {
        const int order = strings[a * length + i].compare(strings[b * length + i]);
        if (order != 0) return order;
      } else if (keys[a * length + i] != keys[b * length + i]) {
        return keys[a * length + i] < keys[b * length + i] ? -1 : 1;
      }
    }
    return 0;
  }
};

struct Group {
  int64_t first;  // the item that occurs first
  int64_t count;
};

struct Unique {
  static constexpr OpInfo kInfo{.name = "Unique",
                                .versions = {11, 28},
                                .form_since = 11,
                                .min_outputs = 1,
                                .max_outputs = 4,
                                .types = kNumeric | kBool | TypeSet{ElementType::kString},
                                .data_dependent = true,
                                .numerics = kMoves};
  bool flat = true;
  int64_t axis = 0;
  bool sorted = true;

  static Result<Unique> Parse(AttrReader& a) {
    return Unique{!a.Has("axis"), a.Int("axis", 0), a.Bool("sorted", true)};
  }

  Status Infer(InferContext& c) const {
    c.SetType(0, c.type(0));
    for (int i = 1; i < 4; ++i) c.SetType(i, ElementType::kInt64);
    KANTE_TRY(const Shape x, c.shape(0));
    int64_t items = x.elements();
    if (!flat) {
      KANTE_TRY(const int at, NormalizeAxis(axis, x.rank()));
      items = x[at];
      KANTE_TRY(c.SetBound(0, x));
    } else {
      KANTE_TRY(c.SetBound(0, {items}));
    }
    KANTE_TRY(c.SetBound(1, {items}));
    KANTE_TRY(c.wants_output(2) ? c.SetShape(2, {items}) : OkStatus());
    return c.SetBound(3, {items});
  }

  Status Run(RunContext& c) const {
    const Tensor& x = c.in(0);
    const int at = flat ? 0 : static_cast<int>(axis < 0 ? axis + x.rank() : axis);
    const int64_t items = flat ? x.elements() : x.dim(at);
    const int64_t outer = flat ? 1 : x.shape().Product(0, at);
    const int64_t inner = flat ? 1 : x.shape().Product(at + 1, x.rank());
    const int64_t length = outer * inner;
    KANTE_TRY(const Movable from, ReadMovable(c, x));

    // Items in one piece each.
    KANTE_TRY(Tensor rows, Tensor::Allocate(x.type(), {items, length}));
    const Movable flat_rows{rows.raw(), from.type, from.size};
    const int64_t dims[] = {items, outer, inner};
    const int64_t dst[] = {length, inner, 1};
    const int64_t src[] = {inner, items * inner, 1};
    KANTE_TRY(RunCopy(c, StridedCopy(from.type, dims, dst, src), rows.raw(), from.data));
    Items list{nullptr, nullptr, length};
    if (from.strings()) {
      list.strings = rows.data<std::string>();
    } else {
      KANTE_TRY(std::byte * memory, c.Scratch(x.elements() * 8));
      auto* keys = reinterpret_cast<uint64_t*>(memory);
      OrderedKeys(keys, from.type, rows.raw(), 1, x.elements());
      list.keys = keys;
    }

    KANTE_TRY(std::byte * memory, c.Scratch(items * int64_t{sizeof(int64_t) * 2 + sizeof(Group)}));
    auto* order = reinterpret_cast<int64_t*>(memory);
    auto* inverse = order + items;
    auto* groups = reinterpret_cast<Group*>(inverse + items);
    for (int64_t i = 0; i < items; ++i) order[i] = i;
    std::sort(order, order + items, [&](int64_t a, int64_t b) {
      const int compared = list.Compare(a, b);
      return compared != 0 ? compared < 0 : a < b;
    });
    KANTE_TRY(c.CheckCancelled());
    int64_t count = 0;
    for (int64_t i = 0; i < items; ++i) {
      if (i == 0 || list.Compare(order[i - 1], order[i]) != 0) groups[count++] = Group{order[i], 0};
      ++groups[count - 1].count;
      inverse[order[i]] = count - 1;
    }
    if (!sorted) {  // groups by their first item
      for (int64_t g = 0; g < count; ++g) order[g] = g;
      std::sort(order, order + count, [&](int64_t a, int64_t b) { return groups[a].first < groups[b].first; });
    } else {
      for (int64_t g = 0; g < count; ++g) order[g] = g;
    }
    return Write(c, x, at, order, groups, count, inverse, items, flat_rows, length, outer, inner);
  }

  // order[j] is the group that comes j-th.
  Status Write(RunContext& c, const Tensor& x, int at, const int64_t* order, const Group* groups, int64_t count,
               const int64_t* inverse, int64_t items, const Movable& rows, int64_t length, int64_t outer,
               int64_t inner) const {
    Shape shape{count};
    if (!flat) {
      shape = x.shape();
      shape.set_dim(at, count);
    }
    KANTE_TRY(Tensor * y, c.Output(0, x.type(), shape));
    const Movable to{y->raw(), rows.type, rows.size};
    for (int64_t j = 0; j < count; ++j) {
      for (int64_t o = 0; o < outer; ++o) {
        CopyRun(to, (o * count + j) * inner, rows, groups[order[j]].first * length + o * inner, inner);
      }
    }
    if (c.wants_output(1)) {
      KANTE_TRY(Tensor * indices, c.Output(1, ElementType::kInt64, {count}));
      for (int64_t j = 0; j < count; ++j) indices->mutable_data<int64_t>()[j] = groups[order[j]].first;
    }
    if (c.wants_output(2)) {
      KANTE_TRY(std::byte * memory, c.Scratch(count * 8));
      auto* rank = reinterpret_cast<int64_t*>(memory);
      for (int64_t j = 0; j < count; ++j) rank[order[j]] = j;
      KANTE_TRY(Tensor * back, c.Output(2, ElementType::kInt64, {items}));
      for (int64_t i = 0; i < items; ++i) back->mutable_data<int64_t>()[i] = rank[inverse[i]];
    }
    if (c.wants_output(3)) {
      KANTE_TRY(Tensor * counts, c.Output(3, ElementType::kInt64, {count}));
      for (int64_t j = 0; j < count; ++j) counts->mutable_data<int64_t>()[j] = groups[order[j]].count;
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Unique)

}  // namespace kante::core
