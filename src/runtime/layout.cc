// SPDX-License-Identifier: MIT
#include "runtime/layout.h"

#include <algorithm>
#include <cstring>

#include "ops/evaluate.h"
#include "runtime/layout_builder.h"

namespace kante::core {
namespace {

constexpr int64_t kMaxEvaluatedElements = 1024;  // of values worked out at layout because they can be
constexpr int64_t kMaxAlignedBytes = int64_t{1} << 16;

bool Foldable(const OpInfo& info) { return !info.data_dependent && !info.stateful; }

int64_t BytesOf(const OutputFacts& out) {
  auto bytes = StorageBytes(out.type, out.shape);
  return bytes.ok() ? *bytes : 0;
}

}  // namespace

LayoutKey KeyOf(const Segment& segment, std::span<const Value> values) {
  LayoutKey key;
  key.reserve(segment.entries.size() * 5);
  for (SlotId slot : segment.entries) {
    const Value& v = values[slot];
    if (!v.is_tensor()) {
      key.push_back(v.has_value() ? -2 : -1);
      continue;
    }
    const Tensor& t = v.tensor();
    key.push_back(static_cast<int64_t>(t.type()) * 64 + t.rank() + (t.contiguous() ? 0 : 32));
    key.insert(key.end(), t.shape().begin(), t.shape().end());
    for (int d = 0; !t.contiguous() && d < t.rank(); ++d) key.push_back(t.stride(d));
  }
  for (SlotId slot : segment.key_values) {
    const Value& v = values[slot];
    if (!v.is_tensor() || v.tensor().type() == ElementType::kString) continue;
    const size_t bytes = static_cast<size_t>(v.tensor().bytes());
    const size_t at = key.size();
    key.resize(at + (bytes + 7) / 8);
    if (bytes) std::memcpy(key.data() + at, v.tensor().raw(), bytes);
  }
  return key;
}

Status NodeError(Status status, const Node& node, std::span<const InputFacts> inputs) {
  if (status.ok() || status.code() == StatusCode::kCancelled) return status;
  std::string shapes;
  for (const InputFacts& in : inputs) {
    shapes += shapes.empty() ? " [inputs " : ", ";
    if (!in.present) {
      shapes += "none";
    } else if (in.kind != ValueKind::kTensor) {
      shapes += "sequence";
    } else {
      shapes += StrCat(NameOf(in.type), in.shape_known ? in.shape.ToString() : "[...]");
    }
  }
  if (!shapes.empty()) shapes += "]";
  const std::string domain = node.domain.empty() ? "" : node.domain + ".";
  return Error(status.code(), "node '", node.DisplayName(), "' (", domain, node.op_type, "): ", status.message(),
               shapes);
}

Result<std::shared_ptr<const Layout>> BuildLayout(const Plan& plan, const Segment& segment,
                                                  std::span<const Value> values, const LayoutMeans& means) {
  return LayoutBuilder(plan, segment, values, means).Build();
}

LayoutBuilder::SlotFacts& LayoutBuilder::At(SlotId slot) {
  const auto it = std::lower_bound(segment_.slots.begin(), segment_.slots.end(), slot);
  return slots_[static_cast<size_t>(it - segment_.slots.begin())];
}

Result<std::shared_ptr<const Layout>> LayoutBuilder::Build() {
  layout_ = std::make_shared<Layout>();
  layout_->key = KeyOf(segment_, entries_);
  layout_->steps.resize(segment_.end - segment_.begin);
  slots_.resize(segment_.slots.size());
  arenas_.resize(plan_.providers().size());
  for (size_t k = 0; k < slots_.size(); ++k) {
    const SlotId slot = segment_.slots[k];
    slots_[k].root = slot;
    if (plan_.slots()[slot].constant) {
      // Infer looks into small constants only; those that lie unaligned in the file are copied for it.
      Tensor constant = *plan_.graph().Constant(plan_.slots()[slot].value);
      if (constant.bytes() <= kMaxAlignedBytes) {
        KANTE_TRY(constant, Compact(constant));
      }
      known_.push_back(std::make_unique<Value>(std::move(constant)));
      slots_[k].facts = FactsOf(known_.back().get());
    }
  }
  for (SlotId slot : segment_.entries) {
    SlotFacts& s = At(slot);
    s.facts = FactsOf(&entries_[slot]);
    s.facts.value = nullptr;  // only key values may shape a layout
    s.strided = entries_[slot].is_tensor() && !entries_[slot].tensor().contiguous();
  }
  for (SlotId slot : segment_.key_values) {
    if (entries_[slot].is_tensor()) At(slot).facts.value = &entries_[slot].tensor();
  }
  for (uint32_t i = segment_.begin; i < segment_.end; ++i) KANTE_TRY(Facts(i));
  KANTE_TRY(ShareSpareBytes());
  for (uint32_t i = segment_.begin; i < segment_.end && !means_.sizes_only; ++i) KANTE_TRY(Pack(i));
  Lifetimes();
  for (uint32_t i = segment_.begin; i < segment_.end; ++i) Place(i);
  layout_->bytes = static_cast<int64_t>(sizeof(Layout) + layout_->key.size() * 8);
  for (const StepLayout& step : layout_->steps) {
    layout_->bytes += static_cast<int64_t>(sizeof(StepLayout) + step.outputs.size() * sizeof(OutputLayout));
  }
  for (const ArenaPlanner& arena : arenas_) layout_->arena_bytes.push_back(arena.size());
  return std::shared_ptr<const Layout>(std::move(layout_));
}

Status LayoutBuilder::Facts(uint32_t i) {
  const Step& step = plan_.steps()[i];
  StepLayout& layout = layout_->steps[i - segment_.begin];
  if (step.kind == StepKind::kCompute) return ComputeFacts(step, layout);
  if (step.kind != StepKind::kCopy) return OkStatus();
  const SlotFacts& from = At(step.inputs[0]);
  SlotFacts& to = At(step.outputs[0]);
  to.facts = from.facts;
  layout.outputs.resize(1);
  layout.outputs[0].type = from.facts.type;
  layout.outputs[0].shape = from.facts.shape;
  KANTE_TRY(to.bytes, StorageBytes(from.facts.type, from.facts.shape));
  return OkStatus();
}

bool LayoutBuilder::CanEvaluate(const Step& step, std::span<const InputFacts> in) const {
  if (step.provider != plan_.cpu() || !step.bodies.empty() || !Foldable(step.op.def->info)) return false;
  if (step.op.def->info.value_from_shape) return true;
  bool any = false;
  for (const InputFacts& f : in) {
    if (!f.present) continue;
    if (!f.value) return false;
    if (!step.layout_value && f.value->elements() > kMaxEvaluatedElements) return false;
    any = true;
  }
  return any || step.layout_value;
}

void LayoutBuilder::SetValue(SlotId slot, Value value) {
  if (value.is_tensor()) value.tensor().buffer()->set_transient();  // runs share it
  known_.push_back(std::make_unique<Value>(value));
  SlotFacts& s = At(slot);
  s.facts = FactsOf(known_.back().get());
  s.placement = Placement::kValue;
  layout_->values.emplace_back(slot, std::move(value));
}

Status LayoutBuilder::Evaluate(const Step& step, StepLayout& layout) {
  std::vector<Value> holders(step.inputs.size());
  std::vector<const Value*> in;
  for (size_t k = 0; k < step.inputs.size(); ++k) {
    const SlotId slot = step.inputs[k];
    if (slot == kNone) {
      in.push_back(nullptr);
      continue;
    }
    const InputFacts& facts = At(slot).facts;
    if (facts.value) {
      holders[k] = Value(*facts.value);
    } else {
      // Only the shape is looked at: a tensor without memory behind it.
      static std::byte nothing[1];
      holders[k] = Value(Tensor(facts.type, facts.shape, Buffer::Wrap(nothing, 1, nullptr)));
    }
    in.push_back(&holders[k]);
  }
  KANTE_TRY(std::vector<Value> out,
            EvaluateNode(step.op, plan_.graph().node(step.node), in, limits_, limits_.max_folded_bytes));
  layout.skip = true;
  for (size_t k = 0; k < out.size(); ++k) {
    if (step.outputs[k] == kNone) continue;
    layout.outputs[k].placement = Placement::kValue;
    SetValue(step.outputs[k], std::move(out[k]));
  }
  return OkStatus();
}

Status LayoutBuilder::ComputeFacts(const Step& step, StepLayout& layout) {
  const Node& node = plan_.graph().node(step.node);
  std::vector<InputFacts> in(step.inputs.size());
  for (size_t k = 0; k < in.size(); ++k) {
    if (step.inputs[k] != kNone) in[k] = At(step.inputs[k]).facts;
    // Shapes are decided on the host, whatever device the step runs on.
    if (step.inputs[k] != kNone && !OnHost(step.inputs[k])) in[k].value = nullptr;
  }
  std::vector<OutputFacts> out(step.outputs.size());
  for (size_t k = 0; k < out.size(); ++k) out[k].wanted = step.outputs[k] != kNone;
  layout.outputs.resize(out.size());

  InferContext infer(step.op.def->info, in, out, limits_);
  Status status = InferNode(step.op, infer);
  if (!status.ok()) return NodeError(std::move(status), node, in);
  bool small = true;
  for (size_t k = 0; k < out.size(); ++k) {
    if (!out[k].wanted || out[k].kind == ValueKind::kSequence || out[k].certainty == Certainty::kExact) continue;
    if (step.op.def->info.data_dependent || out[k].kind == ValueKind::kOptional || out[k].kind == ValueKind::kMap)
      continue;
    return NodeError(Error(StatusCode::kNotImplemented, "the shape of output ", k, " cannot be known"), node, in);
  }
  for (const OutputFacts& o : out) {
    if (o.wanted && (o.certainty != Certainty::kExact || o.shape.elements() > kMaxEvaluatedElements)) small = false;
  }
  if ((small || step.layout_value) && CanEvaluate(step, in)) {
    status = Evaluate(step, layout);
    if (status.ok()) return status;
    if (status.code() != StatusCode::kNotImplemented) return NodeError(std::move(status), node, in);
  }
  bool all_views = true;
  for (size_t k = 0; k < out.size(); ++k) {
    if (!out[k].wanted) continue;
    if (step.provider != plan_.cpu()) out[k].view_of = -1;
    if (out[k].view_of >= 0 && At(step.inputs[static_cast<size_t>(out[k].view_of)]).strided) out[k].view_of = -1;
    all_views = all_views && out[k].view_of >= 0;
  }
  // A view operator without a kernel works on dense inputs only: the executor compacts a strided one first.
  layout.skip = all_views && !out.empty();
  for (size_t k = 0; k < out.size(); ++k) {
    if (!out[k].wanted) continue;
    if (!layout.skip) out[k].view_of = -1;
    SetOutput(step, k, out[k], layout);
  }
  if (layout.skip) return OkStatus();
  return NodeError(Choose(step, in, out, layout), node, in);
}

void LayoutBuilder::SetOutput(const Step& step, size_t k, OutputFacts& out, StepLayout& layout) {
  OutputLayout& o = layout.outputs[k];
  SlotFacts& s = At(step.outputs[k]);
  o.type = out.type;
  o.shape = out.shape;
  s.facts.present = true;
  s.facts.kind = out.kind;
  s.facts.type = out.type;
  s.facts.shape_known = out.certainty == Certainty::kExact;
  s.facts.shape = out.shape;
  s.bytes = BytesOf(out);
  const bool planned = out.certainty == Certainty::kExact && out.kind == ValueKind::kTensor;
  if (!planned || out.type == ElementType::kString) {
    // Strings are objects: each run makes a tensor of its own for them where their shape is known. A view shares it.
    o.placement = s.placement = planned ? Placement::kOwned : Placement::kAtRun;
    if (planned && out.view_of >= 0) {
      o.placement = Placement::kView;
      o.view = std::make_unique<OutputFacts>(out);
    }
    return;
  }
  if (out.view_of >= 0) {
    const SlotId base = step.inputs[static_cast<size_t>(out.view_of)];
    o.placement = s.placement = Placement::kView;
    s.root = At(base).root;
    s.whole = At(base).whole && out.view_offset == 0 && !out.view_strided && s.bytes == At(base).bytes;
    s.facts.value = At(base).facts.value && !out.view_strided && out.view_offset == 0 ? s.facts.value : nullptr;
    o.view = std::make_unique<OutputFacts>(out);
    s.strided = out.view_strided && !MakeView(Tensor(out.type, out.shape, nullptr), out).contiguous();
    return;
  }
  o.placement = s.placement = Placement::kArena;
}

void LayoutBuilder::Lifetimes() {
  const auto use = [&](SlotId slot, uint32_t i, bool beyond) {
    if (slot == kNone) return;
    SlotFacts& root = At(At(slot).root);
    root.last_use = std::max(root.last_use, i);
    root.leaves = root.leaves || beyond;
  };
  for (uint32_t i = segment_.begin; i < segment_.end; ++i) {
    const Step& step = plan_.steps()[i];
    // What an asynchronous queue touches stays until the segment's end, where everybody is waited for.
    const bool asynchronous = step.provider != plan_.cpu();
    for (SlotId in : step.inputs) use(in, i, asynchronous);
    for (SlotId out : step.outputs) use(out, i, asynchronous);
    for (const auto& captures : step.body_captures) {
      for (SlotId c : captures) use(c, i, false);
    }
  }
  const uint32_t index = static_cast<uint32_t>(&segment_ - plan_.segments().data());
  for (size_t k = 0; k < slots_.size(); ++k) {
    const Slot& slot = plan_.slots()[segment_.slots[k]];
    SlotFacts& root = At(slots_[k].root);
    if (slot.last_segment > index) root.leaves = true;
    if (slot.graph_output) root.owned = true;
  }
}

// Output 0 takes the memory of an input that ends here, where the operator allows it.
bool LayoutBuilder::TakeInput(const Step& step, SlotFacts& out) {
  if (step.kind != StepKind::kCompute || step.provider != plan_.cpu() || !step.bodies.empty()) return false;
  const uint32_t allowed = step.op.def->info.in_place;
  const uint32_t now = static_cast<uint32_t>(&step - plan_.steps().data());
  for (size_t k = 0; allowed && k < step.inputs.size(); ++k) {
    const SlotId slot = step.inputs[k];
    if (slot == kNone || !((allowed >> std::min<size_t>(k, 31)) & 1)) continue;
    const SlotFacts& in = At(slot);
    SlotFacts& root = At(in.root);
    if (root.placement != Placement::kArena || root.leaves || root.owned || root.last_use != now) continue;
    if (!in.whole || in.strided || root.bytes != out.bytes) continue;
    bool shared = false;  // another input looks at the same memory
    for (size_t m = 0; m < step.inputs.size(); ++m) {
      shared = shared || (m != k && step.inputs[m] != kNone && At(step.inputs[m]).root == in.root);
    }
    if (shared) continue;
    out.offset = root.offset;
    root.bytes = -1;  // handed over: not freed
    return true;
  }
  return false;
}

void LayoutBuilder::Place(uint32_t i) {
  const Step& step = plan_.steps()[i];
  StepLayout& layout = layout_->steps[i - segment_.begin];
  for (size_t k = 0; k < layout.outputs.size(); ++k) {
    if (step.outputs[k] == kNone) continue;
    OutputLayout& o = layout.outputs[k];
    SlotFacts& s = At(step.outputs[k]);
    if (step.kind == StepKind::kCopy) o.placement = s.placement = Placement::kArena;
    if (o.placement != Placement::kArena) continue;
    if (s.owned && OnHost(step.outputs[k])) {
      o.placement = s.placement = Placement::kOwned;
      continue;
    }
    if (k > 0 || !TakeInput(step, s)) s.offset = ArenaOf(step.outputs[k]).Allocate(s.bytes);
    o.offset = s.offset;
  }
  if (layout.choice.scratch_bytes > 0 && !layout.skip) {
    ArenaPlanner& arena = arenas_[plan_.cpu()];
    layout.scratch_offset = arena.Allocate(layout.choice.scratch_bytes);
    arena.Free(layout.scratch_offset, layout.choice.scratch_bytes);
  }
  const auto release = [&](SlotId slot) {
    if (slot == kNone) return;
    const SlotId root_id = At(slot).root;
    SlotFacts& root = At(root_id);
    if (root.placement != Placement::kArena || root.leaves || root.last_use != i || root.bytes < 0) return;
    ArenaOf(root_id).Free(root.offset, root.bytes);
    root.bytes = -1;
  };
  for (SlotId in : step.inputs) release(in);
  for (SlotId out : step.outputs) release(out);
  for (const auto& captures : step.body_captures) {
    for (SlotId c : captures) release(c);
  }
}

}  // namespace kante::core
