// SPDX-License-Identifier: MIT
#include "case.h"

namespace kante::bench {
namespace {

using core::Attribute;
using core::ValueId;
using Dims = std::vector<int64_t>;

std::string Text(const Dims& dims, const char* between = " x ") {
  std::string out;
  for (int64_t d : dims) out += (out.empty() ? "" : between) + std::to_string(d);
  return out;
}

void AddProducts(std::vector<Case>& all) {
  const auto add = [&](const char* group, int64_t m, int64_t n, int64_t k) {
    all.push_back({group, Text({m, n, k}), [=](Net& g) {
                     return g.Op("MatMul", {g.Input({m, k}), g.Weight({k, n})});
                   }});
  };
  for (int64_t n : {256, 512, 1024}) add("GEMM", n, n, n);
  add("GEMM", 128, 768, 768);
  add("GEMM", 128, 3072, 768);
  add("GEMM", 197, 768, 3072);
  add("GEMM", 1500, 384, 384);
  for (int64_t m : {1, 4, 8, 16}) add("GEMV", m, 4096, 4096);
  all.push_back({"GEMV", "4096 x 4096, weight on the left", [](Net& g) {
                   return g.Op("MatMul", {g.Weight({4096, 4096}), g.Input({4096, 1})});
                 }});
}

struct Layer {
  int64_t in, out, side, kernel, stride = 1, groups = 1;
};

void AddConvolutions(std::vector<Case>& all) {
  static constexpr Layer kLayers[] = {// 3x3 with stride 1
                                      {64, 64, 56, 3},
                                      {64, 64, 112, 3},
                                      {128, 128, 28, 3},
                                      {256, 256, 14, 3},
                                      {320, 320, 64, 3},
                                      {512, 512, 7, 3},
                                      // first layers, stride 2, 1x1, few channels, groups
                                      {3, 64, 224, 3},
                                      {3, 64, 224, 7, 2},
                                      {128, 128, 56, 3, 2},
                                      {64, 256, 56, 1},
                                      {1024, 256, 14, 1},
                                      {2048, 512, 7, 1},
                                      {16, 96, 112, 1},
                                      {144, 24, 56, 1},
                                      {64, 128, 56, 1, 2},
                                      {1, 64, 224, 5},
                                      {32, 9, 224, 3},
                                      {256, 256, 14, 3, 1, 8},
                                      {128, 128, 28, 3, 1, 32},
                                      // depthwise
                                      {144, 144, 56, 3, 1, 144},
                                      {144, 144, 56, 3, 2, 144},
                                      {240, 240, 28, 5, 1, 240},
                                      {960, 960, 7, 5, 1, 960}};
  for (const Layer& l : kLayers) {
    const std::string name = std::to_string(l.in) + " to " + std::to_string(l.out) + " at " + std::to_string(l.side) +
                             ", " + std::to_string(l.kernel) + "x" + std::to_string(l.kernel) +
                             (l.stride > 1 ? ", stride " + std::to_string(l.stride) : "") +
                             (l.groups > 1 ? ", " + std::to_string(l.groups) + " groups" : "");
    all.push_back(
        {"Convolution", name, [l](Net& g) {
           const int64_t pad = l.kernel / 2;
           const ValueId y =
               g.Op("Conv",
                    {g.Input({1, l.in, l.side, l.side}), g.Weight({l.out, l.in / l.groups, l.kernel, l.kernel}),
                     g.Weight({l.out})},
                    {{"group", l.groups}, {"strides", Dims{l.stride, l.stride}}, {"pads", Dims{pad, pad, pad, pad}}});
           return g.Op("Relu", {y});
         }});
  }
  all.push_back({"Convolution", "transposed, 256 to 128 at 32, 4x4, stride 2", [](Net& g) {
                   return g.Op("ConvTranspose", {g.Input({1, 256, 32, 32}), g.Weight({256, 128, 4, 4})},
                               {{"strides", Dims{2, 2}}, {"pads", Dims{1, 1, 1, 1}}});
                 }});
}

void AddAttention(std::vector<Case>& all) {
  const auto add = [&](int64_t heads, int64_t rows, int64_t keys, int64_t size) {
    const std::string name = std::to_string(heads) + " heads, " + std::to_string(rows) +
                             (keys == rows ? "" : " x " + std::to_string(keys)) + ", size " + std::to_string(size);
    all.push_back({"Attention", name, [=](Net& g) {
                     const ValueId q = g.Input({1, heads, rows, size}), k = g.Input({1, heads, keys, size});
                     ValueId x = g.Op("MatMul", {q, g.Op("Transpose", {k}, {{"perm", Dims{0, 1, 3, 2}}})});
                     x = g.Op("Softmax", {g.Op("Mul", {x, g.Number(0.125f)})}, {{"axis", -1}});
                     return g.Op("MatMul", {x, g.Input({1, heads, keys, size})});
                   }});
  };
  add(6, 1500, 1500, 64);
  add(8, 4096, 4096, 40);
  add(12, 197, 197, 64);
  add(12, 128, 128, 64);
  add(8, 4096, 77, 40);
}

void AddPointwise(std::vector<Case>& all) {
  const auto add = [&](const char* name, const Dims& dims, const std::function<ValueId(Net&, ValueId)>& body) {
    all.push_back({"Pointwise", std::string(name) + ", " + Text(dims), [=](Net& g) { return body(g, g.Input(dims)); }});
  };
  for (const Dims& dims : {Dims{197, 3072}, Dims{4096, 4096}}) {
    add("Gelu", dims, [](Net& g, ValueId x) { return g.Op("Gelu", {x}); });
    add("Gelu in parts", dims, [](Net& g, ValueId x) {
      const ValueId erf = g.Op("Erf", {g.Op("Div", {x, g.Number(1.41421356f)})});
      return g.Op("Mul", {g.Op("Mul", {x, g.Op("Add", {erf, g.Number(1)})}), g.Number(0.5f)});
    });
    add("tanh(x) * sigmoid(x) + x", dims, [](Net& g, ValueId x) {
      return g.Op("Add", {g.Op("Mul", {g.Op("Tanh", {x}), g.Op("Sigmoid", {x})}), x});
    });
    add("x * sigmoid(x)", dims, [](Net& g, ValueId x) { return g.Op("Mul", {x, g.Op("Sigmoid", {x})}); });
    add("x + y", dims, [dims](Net& g, ValueId x) { return g.Op("Add", {x, g.Input(dims)}); });
    add("Exp", dims, [](Net& g, ValueId x) { return g.Op("Exp", {x}); });
  }
}

void AddRows(std::vector<Case>& all) {
  for (const Dims& dims : {Dims{197, 768}, Dims{16384, 1024}}) {
    const Dims row{dims[1]};
    all.push_back({"Normalisation", "LayerNorm, " + Text(dims), [=](Net& g) {
                     return g.Op("LayerNormalization", {g.Input(dims), g.Weight(row), g.Weight(row)});
                   }});
    all.push_back({"Normalisation", "RMSNorm, " + Text(dims), [=](Net& g) {
                     return g.Op("RMSNormalization", {g.Input(dims), g.Weight(row)});
                   }});
  }
  for (const Dims& dims : {Dims{1, 320, 64, 64}, Dims{1, 256, 256, 256}}) {
    all.push_back({"Normalisation", "GroupNorm of 32, " + Text(dims), [=](Net& g) {
                     const Dims channels{dims[1]};
                     return g.Op("GroupNormalization", {g.Input(dims), g.Weight(channels), g.Weight(channels)},
                                 {{"num_groups", int64_t{32}}});
                   }});
  }
  for (const Dims& dims : {Dims{2364, 197}, Dims{16384, 1024}, Dims{1, 32000}}) {
    all.push_back({"Softmax", Text(dims), [=](Net& g) { return g.Op("Softmax", {g.Input(dims)}, {{"axis", -1}}); }});
  }
  all.push_back({"Softmax", "16384 x 1024, over columns", [](Net& g) {
                   return g.Op("Softmax", {g.Input({16384, 1024})}, {{"axis", 0}});
                 }});
}

void AddMoves(std::vector<Case>& all) {
  const auto add = [&](const Dims& dims, const Dims& perm) {
    all.push_back({"Transpose", Text(dims) + " to " + Text(perm, " "), [=](Net& g) {
                     return g.Op("Transpose", {g.Input(dims)}, {{"perm", perm}});
                   }});
  };
  add({4096, 4096}, {1, 0});
  add({1, 64, 512, 512}, {0, 2, 3, 1});
  add({1, 512, 512, 64}, {0, 3, 1, 2});
  add({1, 1500, 6, 64}, {0, 2, 1, 3});
  add({16, 1024, 16, 64}, {0, 2, 1, 3});
  add({1, 3, 224, 224}, {0, 2, 3, 1});
}

}  // namespace

std::vector<Case> AllCases() {
  std::vector<Case> all;
  AddProducts(all);
  AddConvolutions(all);
  AddAttention(all);
  AddPointwise(all);
  AddRows(all);
  AddMoves(all);
  return all;
}

}  // namespace kante::bench
