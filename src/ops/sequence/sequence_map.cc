// SPDX-License-Identifier: MIT
#include "ops/control/body.h"
#include "ops/sequence/owned.h"

namespace kante::core {
namespace {

struct SequenceMap {
  static constexpr OpInfo kInfo{.name = "SequenceMap",
                                .versions = {17},
                                .max_inputs = kVariadic,
                                .max_outputs = kVariadic,
                                .same_type = 0,
                                .data_dependent = true,
                                .numerics = kAsParts};
  Body body;

  static Result<SequenceMap> Parse(AttrReader& a) {
    SequenceMap op{ParseBody(a, "body")};
    if (op.body.inputs != a.input_count()) {
      a.Fail(StrCat("the body takes ", op.body.inputs, " values, not ", a.input_count()));
    }
    if (a.output_count() > op.body.outputs.size()) a.Fail("more outputs than the body gives");
    return op;
  }

  Status Infer(InferContext& c) const {
    for (int i = 0; i < c.output_count(); ++i) {
      c.SetKind(i, ValueKind::kSequence, body.outputs[static_cast<size_t>(i)].element_type);
    }
    return OkStatus();
  }

  Status Run(RunContext& c) const {
    if (!c.has_input(0) || !c.in_value(0).is_sequence()) return InvalidArgument("input 0 must be a sequence");
    const size_t length = c.in_value(0).sequence()->items.size();
    std::vector<std::shared_ptr<Sequence>> sequences;
    for (const TypeInfo& type : body.outputs) {
      sequences.push_back(std::make_shared<Sequence>());
      sequences.back()->element_type = type.element_type;
    }
    std::vector<Value> inputs(body.inputs);
    for (int i = 0; i < c.input_count(); ++i) {
      if (!c.has_input(i)) return InvalidArgument("input ", i, " is missing");
      inputs[static_cast<size_t>(i)] = c.in_value(i);
      if (c.in_value(i).is_sequence() && c.in_value(i).sequence()->items.size() != length) {
        return InvalidArgument("sequence ", i, " has ", c.in_value(i).sequence()->items.size(), " items, the first ",
                               length);
      }
    }
    KANTE_TRY(SubgraphRunner * runner, c.Subgraph(body.index));
    std::vector<Value> results;
    for (size_t k = 0; k < length; ++k) {
      for (int i = 0; i < c.input_count(); ++i) {
        if (c.in_value(i).is_sequence()) inputs[static_cast<size_t>(i)] = c.in_value(i).sequence()->items[k];
      }
      KANTE_TRY(RunBody(c, *runner, body, inputs, results));
      for (size_t i = 0; i < results.size(); ++i) {
        KANTE_TRY(Value item, Owned(results[i]));
        if (item.is_tensor()) sequences[i]->element_type = item.tensor().type();
        sequences[i]->items.push_back(std::move(item));
      }
    }
    for (int i = 0; i < c.output_count(); ++i) {
      if (!c.wants_output(i)) continue;
      c.SetOutput(i, Value(std::shared_ptr<const Sequence>(std::move(sequences[static_cast<size_t>(i)]))));
    }
    return OkStatus();
  }
};

}  // namespace

KANTE_DEFINE_OP(SequenceMap)

}  // namespace kante::core
