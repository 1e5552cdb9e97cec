// SPDX-License-Identifier: MIT
// What a layout does with weights: which form a step wants them in, whether there is memory for it, and packing.
#include <cmath>
#include <limits>

#include "base/pages.h"
#include "ops/pack_later.h"
#include "runtime/layout_builder.h"

namespace kante::core {
namespace {

constexpr int64_t kFetched = 32 << 10, kTable = 16 << 20;  // bytes of a constant that are worth a call, and too many
constexpr double kLeastPrice = 1e-6, kMostPrice = 10;      // of a byte, in nanoseconds of a run
constexpr int kPriceSteps = 16;

// What a run reads as it lies, all at once; of a large table (Gather) perhaps only a little.
void Fetch(const Tensor& weight) {
  if (!weight.buffer()->file_pages() || weight.bytes() < kFetched || weight.bytes() > kTable) return;
  FetchPages(weight.raw(), static_cast<size_t>(weight.bytes()));
}

}  // namespace

const Tensor* LayoutBuilder::WeightOf(const Step& step, int input) const {
  return plan_.graph().Constant(plan_.slots()[step.inputs[static_cast<size_t>(input)]].value);
}

Status LayoutBuilder::Ask(const Step& step, std::span<const InputFacts> in, std::span<const OutputFacts> out,
                          double byte_price, Choice* choice) const {
  uint32_t constants = 0;
  for (size_t k = 0; k < step.inputs.size() && k < 32; ++k) {
    if (step.inputs[k] != kNone && plan_.slots()[step.inputs[k]].constant) constants |= uint32_t{1} << k;
  }
  ChooseContext choose(in, out, constants, {.byte_price = byte_price, .storage = means_.weight_storage});
  KANTE_TRY(step.op.def->choose(step.op.attributes.get(), choose));
  *choice = choose.choice;
  return OkStatus();
}

Status LayoutBuilder::Choose(const Step& step, std::span<const InputFacts> in, std::span<const OutputFacts> out,
                             StepLayout& layout) {
  if (!step.op.def->choose || step.provider != plan_.cpu()) return OkStatus();
  KANTE_TRY(Ask(step, in, out, 0, &layout.choice));
  if (layout.choice.extra_bytes > 0) {
    larger_.push_back({&step, &layout, {in.begin(), in.end()}, {out.begin(), out.end()}});
  } else {
    spare_bytes_ -= layout.choice.extra_bytes;
  }
  return OkStatus();
}

// What all of larger_ want together at a price.
Result<int64_t> LayoutBuilder::ExtraBytes(double byte_price) const {
  int64_t sum = 0;
  for (const Larger& l : larger_) {
    Choice choice;
    KANTE_TRY(Ask(*l.step, l.in, l.out, byte_price, &choice));
    sum += choice.extra_bytes;
  }
  return sum;
}

// Bytes go to the steps that save most time with each: at the lowest price at which there are enough. What is left of
// them goes, in order, to those that would take them for little less: layers that are alike want them at one price.
Status LayoutBuilder::ShareSpareBytes() {
  double enough = 0, scarce = 0;  // prices
  KANTE_TRY(int64_t wanted, ExtraBytes(enough));
  if (wanted <= spare_bytes_) return OkStatus();
  enough = std::numeric_limits<double>::infinity();
  KANTE_TRY(wanted, ExtraBytes(enough));
  double low = kLeastPrice, high = kMostPrice;
  for (int i = 0; i < kPriceSteps; ++i) {
    const double price = std::sqrt(low * high);
    KANTE_TRY(const int64_t bytes, ExtraBytes(price));
    if (bytes > spare_bytes_) {
      low = scarce = price;
    } else {
      high = enough = price;
      wanted = bytes;
    }
  }
  int64_t left = spare_bytes_ - wanted;
  for (const Larger& l : larger_) {
    Choice more;
    KANTE_TRY(Ask(*l.step, l.in, l.out, enough, &l.layout->choice));
    KANTE_TRY(Ask(*l.step, l.in, l.out, scarce, &more));
    if (const int64_t bytes = more.extra_bytes - l.layout->choice.extra_bytes; bytes > 0 && bytes <= left) {
      left -= bytes;
      l.layout->choice = more;
    }
  }
  return OkStatus();
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
