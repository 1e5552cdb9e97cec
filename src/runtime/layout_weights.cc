// SPDX-License-Identifier: MIT
// What a layout does with weights: which form a step wants them in, whether there is memory for it, and packing.
#include <algorithm>

#include "base/pages.h"
#include "ops/pack_later.h"
#include "runtime/layout_builder.h"

namespace kante::core {
namespace {

constexpr int64_t kFetched = 32 << 10, kTable = 16 << 20;  // bytes of a constant that are worth a call, and too many

// What a run reads as it lies, all at once; of a large table (Gather) perhaps only a little.
void Fetch(const Tensor& weight) {
  if (!weight.buffer()->file_pages() || weight.bytes() < kFetched || weight.bytes() > kTable) return;
  FetchPages(weight.raw(), static_cast<size_t>(weight.bytes()));
}

}  // namespace

const Tensor* LayoutBuilder::WeightOf(const Step& step, int input) const {
  return plan_.graph().Constant(plan_.slots()[step.inputs[static_cast<size_t>(input)]].value);
}

Status LayoutBuilder::Choose(const Step& step, std::span<const InputFacts> in, std::span<const OutputFacts> out,
                             StepLayout& layout) {
  if (!step.op.def->choose || step.provider != plan_.cpu()) return OkStatus();
  uint32_t constants = 0;
  for (size_t k = 0; k < step.inputs.size() && k < 32; ++k) {
    if (step.inputs[k] != kNone && plan_.slots()[step.inputs[k]].constant) constants |= uint32_t{1} << k;
  }
  ChooseContext choose(in, out, constants, {.storage = means_.weight_storage});
  KANTE_TRY(step.op.def->choose(step.op.attributes.get(), choose));
  layout.choice = choose.choice;
  if (layout.choice.extra_bytes <= 0) {
    spare_bytes_ -= layout.choice.extra_bytes;
    return OkStatus();
  }
  ChooseContext low(in, out, constants, {.low_memory = true, .storage = means_.weight_storage});
  KANTE_TRY(step.op.def->choose(step.op.attributes.get(), low));
  const int input = layout.choice.packs[0].input;
  const Tensor* weight = input < 0 ? nullptr : WeightOf(step, input);
  larger_.push_back({&layout, low.choice, weight ? weight->bytes() : 0});
  return OkStatus();
}

// Of weights that take more memory in their fast form, those that grow least get it first: what a run saves goes with
// the weights, what it costs with the growth. Among equals later ones, which runs read from memory, not from cache.
void LayoutBuilder::Spend() {
  const auto growth = [](const Larger& l) {
    return static_cast<double>(l.layout->choice.extra_bytes) / static_cast<double>(std::max<int64_t>(l.bytes, 1));
  };
  std::reverse(larger_.begin(), larger_.end());
  std::stable_sort(larger_.begin(), larger_.end(),
                   [&](const Larger& a, const Larger& b) { return growth(a) < growth(b); });
  for (const Larger& l : larger_) {
    if (l.layout->choice.extra_bytes > spare_bytes_) l.layout->choice = l.low;
    spare_bytes_ -= l.layout->choice.extra_bytes;
  }
}

Status LayoutBuilder::Pack(uint32_t i) {
  const Step& step = plan_.steps()[i];
  StepLayout& layout = layout_->steps[i - segment_.begin];
  if (step.kind != StepKind::kCompute || layout.skip) return OkStatus();
  const Status status = PackWeights(step, layout);
  if (status.ok()) return OkStatus();
  std::vector<InputFacts> in(step.inputs.size());
  for (size_t k = 0; k < in.size(); ++k) {
    if (step.inputs[k] != kNone) in[k] = At(step.inputs[k]).facts;
  }
  return NodeError(status.Clone(), plan_.graph().node(step.node), in);
}

Status LayoutBuilder::PackWeights(const Step& step, StepLayout& layout) {
  uint32_t packed = 0;
  for (const Choice::Packed& p : layout.choice.packs) {
    if (p.input < 0) break;
    const Tensor* weight = WeightOf(step, p.input);
    if (weight && p.format == kAsItLies) {
      Fetch(*weight);
      layout.packed.push_back(nullptr);
      if (weight->contiguous()) packed |= uint32_t{1} << p.input;
      continue;
    }
    if (!weight || !step.op.def->pack) return Error(StatusCode::kRuntimeError, "asked to pack input ", p.input);
    packed |= uint32_t{1} << p.input;
    const WeightFormat format = p.format & ~kPackLater;
    if (format != p.format && means_.first && means_.weights.MayWait(*weight, format)) {
      FetchPages(weight->raw(), static_cast<size_t>(weight->bytes()));
      layout.packed.push_back(nullptr);
      layout_->waits = true;
      continue;
    }
    KANTE_TRY(std::shared_ptr<const Buffer> buffer,
              means_.weights.Packed(step.op, p.input, *weight, format, means_.parallel));
    layout.packed.push_back(std::move(buffer));
  }
  for (size_t k = 0; k < step.inputs.size(); ++k) {
    if (step.inputs[k] == kNone || !plan_.slots()[step.inputs[k]].constant || (k < 32 && ((packed >> k) & 1))) continue;
    const Tensor* weight = plan_.graph().Constant(plan_.slots()[step.inputs[k]].value);
    if (weight->aligned() && weight->contiguous()) {
      Fetch(*weight);
      continue;
    }
    KANTE_TRY(Tensor aligned, means_.weights.Aligned(*weight));
    layout.replaced.emplace_back(static_cast<uint32_t>(k), Value(std::move(aligned)));
  }
  return OkStatus();
}

}  // namespace kante::core
