// SPDX-License-Identifier: MIT
#include "ops/control/body.h"
#include "ops/move/movable.h"
#include "ops/sequence/owned.h"

namespace kante::core {
namespace {

// Item `at` of the tensor along `axis`, copied where it does not lie in one piece.
Result<Tensor> Item(const Tensor& x, int axis, int64_t at) {
  Shape shape;
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis) shape.push_back(x.dim(i));
  }
  const int64_t outer = x.shape().Product(0, axis);
  const int64_t inner = x.shape().Product(axis + 1, x.rank());
  KANTE_TRY(Tensor item, Tensor::Allocate(x.type(), shape));
  const int64_t size = BitsOf(x.type()) / 8;
  const int64_t dims[] = {outer, inner};
  const int64_t dst[] = {inner, 1};
  const int64_t src[] = {inner * x.dim(axis), 1};
  const StridedCopy copy(x.type(), dims, dst, src);
  copy.Run(item.raw(), x.raw() + at * inner * size, 0, copy.units());
  return item;
}

// Scan-8 has a batch dimension: a Scan over it whose body is the Scan of today.
Status UnwrapBatch(UpgradeContext& u) {
  Node& old = u.node();
  const Attribute* body_attribute = old.FindAttribute("body");
  const Attribute* scans_attribute = old.FindAttribute("num_scan_inputs");
  const auto* body = body_attribute ? body_attribute->get<std::shared_ptr<Graph>>() : nullptr;
  const auto* scans = scans_attribute ? scans_attribute->get<int64_t>() : nullptr;
  if (!body || !*body || !scans) return InvalidGraph("needs the attributes body and num_scan_inputs");
  const std::shared_ptr<Graph> inner_body(std::shared_ptr<Graph>((*body)->Clone()));
  const size_t count = old.inputs.size() - 1;
  if (*scans < 1 || static_cast<uint64_t>(*scans) > count) return InvalidGraph("num_scan_inputs is ", *scans);
  if (inner_body->inputs().size() != count) return InvalidGraph("the body takes another number of values than given");

  auto wrap = std::make_shared<Graph>();
  Node inner;
  inner.op_type = "Scan";
  inner.name = old.name;
  inner.origin = {old.DisplayName()};
  for (size_t i = 0; i < count; ++i) {
    const ValueId v = wrap->AddValue(StrCat("item", i));
    wrap->AddInput(v);
    inner.inputs.push_back(v);
  }
  // What the body reads from outside passes through the graph in between.
  std::vector<Capture> captures(inner_body->captures().begin(), inner_body->captures().end());
  for (size_t i = captures.size(); i-- > 0;) inner_body->RemoveCapture(i);
  for (const Capture& capture : captures) {
    const ValueId middle = wrap->AddValue(StrCat("captured", capture.outer));
    wrap->AddCapture(capture.outer, middle);
    inner_body->AddCapture(middle, capture.inner);
  }
  for (size_t i = 0; i < inner_body->outputs().size(); ++i)
    inner.outputs.push_back(wrap->AddValue(StrCat("result", i)));
  inner.SetAttribute(Attribute("body", inner_body));
  inner.SetAttribute(Attribute("num_scan_inputs", AttributeValue(*scans)));
  if (const Attribute* d = old.FindAttribute("directions")) {
    inner.SetAttribute(Attribute("scan_input_directions", d->value));
  }
  std::vector<ValueId> inputs(old.inputs.begin() + 1, old.inputs.end());
  std::vector<ValueId> results = inner.outputs;
  const size_t states = count - static_cast<size_t>(*scans);
  if (u.has_input(0)) {
    // Sequences of their own lengths: the scan sees the first items, and its outputs are filled up again.
    inputs.push_back(u.input(0));
    const ValueId length = wrap->AddValue("length");
    wrap->AddInput(length);
    GraphBuilder g(*wrap, inner.name, inner.origin);
    const ValueId end = g.Op("Reshape", {length, g.Ints({1})}), zero = g.Ints({0});
    const ValueId whole = g.Op("Shape", {inner.inputs.back()}, {Attribute("end", 1)});
    const ValueId pads = g.Op("Concat", {zero, g.Op("Sub", {whole, end})}, {Attribute("axis", 0)});
    for (size_t i = states; i < count; ++i) inner.inputs[i] = g.Op("Slice", {inner.inputs[i], zero, end, zero});
    wrap->AddNode(std::move(inner));
    for (size_t i = states; i < results.size(); ++i) results[i] = g.Op("Pad", {results[i], pads, kNone, zero});
  } else {
    wrap->AddNode(std::move(inner));
  }
  for (ValueId v : results) wrap->AddOutput(v);

  const std::vector<ValueId> outputs =
      u.build().Op("", "Scan", inputs, results.size(),
                   {Attribute("body", AttributeValue(wrap)),
                    Attribute("num_scan_inputs", AttributeValue(static_cast<int64_t>(inputs.size())))});
  u.ReplaceWith(outputs);
  return OkStatus();
}

struct Scan {
  static constexpr OpInfo kInfo{.name = "Scan",
                                .versions = {8, 9, 11, 16, 19, 21, 23, 24, 25},
                                .max_inputs = kVariadic,
                                .max_outputs = kVariadic,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kAsParts};
  Body body;
  size_t states = 0;
  size_t scans_in = 0;
  size_t scans_out = 0;
  std::vector<int64_t> in_axes;
  std::vector<int64_t> out_axes;
  std::vector<int64_t> in_directions;
  std::vector<int64_t> out_directions;

  static void Check(AttrReader& a, const std::vector<int64_t>& list, size_t wanted, const char* name, bool direction) {
    if (!list.empty() && list.size() != wanted) a.Fail(StrCat(name, " has ", list.size(), " entries, not ", wanted));
    for (int64_t v : list) {
      if (direction && v != 0 && v != 1) a.Fail(StrCat(name, " must be 0 or 1, not ", v));
    }
  }
  static int64_t At(const std::vector<int64_t>& list, size_t i) { return list.empty() ? 0 : list[i]; }

  static Result<Scan> Parse(AttrReader& a) {
    Scan op;
    op.body = ParseBody(a, "body");
    const int64_t scans = a.Int("num_scan_inputs");
    const auto inputs = static_cast<int64_t>(a.input_count());
    if (scans < 1 || scans > inputs) return InvalidGraph("num_scan_inputs ", scans, " of ", inputs, " inputs");
    op.scans_in = static_cast<size_t>(scans);
    op.states = static_cast<size_t>(inputs - scans);
    if (op.body.inputs != a.input_count()) {
      a.Fail(StrCat("the body takes ", op.body.inputs, " values, the scan gives ", inputs));
    }
    if (op.body.outputs.size() < op.states) {
      a.Fail("the body gives fewer values than it has states");
    } else {
      op.scans_out = op.body.outputs.size() - op.states;
    }
    if (a.output_count() > op.body.outputs.size()) a.Fail("more outputs than the body gives");
    op.in_axes = a.Ints("scan_input_axes");
    op.out_axes = a.Ints("scan_output_axes");
    op.in_directions = a.Ints("scan_input_directions");
    op.out_directions = a.Ints("scan_output_directions");
    Check(a, op.in_axes, op.scans_in, "scan_input_axes", false);
    Check(a, op.out_axes, op.scans_out, "scan_output_axes", false);
    Check(a, op.in_directions, op.scans_in, "scan_input_directions", true);
    Check(a, op.out_directions, op.scans_out, "scan_output_directions", true);
    return op;
  }

  static Status Upgrade(UpgradeContext& u, int from) { return from < 9 ? UnwrapBatch(u) : OkStatus(); }

  Status Infer(InferContext& c) const {
    for (int i = 0; i < c.output_count(); ++i) {
      if (static_cast<size_t>(i) < states && c.in(i).kind != ValueKind::kUnknown) {
        c.SetKind(i, c.in(i).kind, c.type(i));
      } else {
        SetDeclared(c, i, body.outputs[static_cast<size_t>(i)]);
      }
    }
    for (size_t k = 0; k < scans_in; ++k) {
      const InputFacts& x = c.in(static_cast<int>(states + k));
      if (x.shape_known) KANTE_TRY(NormalizeAxis(At(in_axes, k), x.shape.rank()));
      if (IsSubByte(x.type)) return NotImplemented("Scan over ", NameOf(x.type));
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    std::vector<int> axes(scans_in);
    int64_t length = 0;
    for (size_t k = 0; k < scans_in; ++k) {
      const Value& x = c.in_value(static_cast<int>(states + k));
      if (!x.is_tensor()) return InvalidArgument("scan input ", k, " must be a tensor");
      KANTE_TRY(axes[k], NormalizeAxis(At(in_axes, k), x.tensor().rank()));
      const int64_t n = x.tensor().dim(axes[k]);
      if (k > 0 && n != length) return InvalidArgument("scan input ", k, " has ", n, " items, the first ", length);
      length = n;
    }
    std::vector<Value> inputs(states + scans_in);
    for (size_t i = 0; i < states; ++i) inputs[i] = c.in_value(static_cast<int>(i));
    std::vector<Stack> stacks(scans_out);
    std::vector<Value> results;
    KANTE_TRY(SubgraphRunner * runner, c.Subgraph(body.index));
    int64_t bytes = 0;
    for (int64_t i = 0; i < length; ++i) {
      for (size_t k = 0; k < scans_in; ++k) {
        const int64_t at = At(in_directions, k) ? length - 1 - i : i;
        KANTE_TRY(Tensor item, Item(c.in(static_cast<int>(states + k)), axes[k], at));
        inputs[states + k] = Value(std::move(item));
      }
      KANTE_TRY(RunBody(c, *runner, body, inputs, results));
      for (size_t k = 0; k < states; ++k) inputs[k] = std::move(results[k]);
      for (size_t k = 0; k < scans_out; ++k) {
        if (!c.wants_output(static_cast<int>(states + k))) continue;
        KANTE_TRY(stacks[k].Add(results[states + k], &bytes, c.limits().max_memory_bytes));
      }
    }
    for (size_t k = 0; k < states; ++k) {
      if (!c.wants_output(static_cast<int>(k))) continue;
      KANTE_TRY(Value last, Owned(inputs[k]));
      c.SetOutput(static_cast<int>(k), std::move(last));
    }
    for (size_t k = 0; k < scans_out; ++k) {
      const int output = static_cast<int>(states + k);
      if (!c.wants_output(output)) continue;
      KANTE_TRY(stacks[k].Finish(c, output, body.outputs[states + k], At(out_axes, k), At(out_directions, k) != 0));
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(Scan)

}  // namespace kante::core
