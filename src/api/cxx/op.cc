// SPDX-License-Identifier: MIT
// Custom operators: the caller's objects behind the engine's OpDef.
#include "kante/op.h"

#include <algorithm>

#include "api/cxx/convert.h"
#include "ops/elsewhere.h"
#include "ops/registry.h"
#include "ops/text/case_mapping.h"

namespace kante {
namespace {

class Attributes final : public OpAttributes {
 public:
  explicit Attributes(core::AttrReader& reader) : reader_(reader) {}
  bool Has(std::string_view name) const override { return reader_.Has(name); }
  int64_t Int(std::string_view name, int64_t fallback) const override { return reader_.Int(name, fallback); }
  float Float(std::string_view name, float fallback) const override { return reader_.Float(name, fallback); }
  std::string String(std::string_view name, std::string_view fallback) const override {
    return reader_.String(name, fallback);
  }
  std::vector<int64_t> Ints(std::string_view name) const override { return reader_.Ints(name); }
  std::vector<float> Floats(std::string_view name) const override { return reader_.Floats(name); }
  std::vector<std::string> Strings(std::string_view name) const override { return reader_.Strings(name); }
  Tensor TensorOf(std::string_view name) const override { return ToPublic(reader_.TensorOf(name)); }
  std::vector<OpAttribute> All() const override {
    std::vector<OpAttribute> all;
    for (const core::Attribute& attribute : reader_.node().attributes) {
      reader_.Ignore(attribute.name);
      OpAttribute& out = all.emplace_back();
      out.name = attribute.name;
      Copy<int64_t>(attribute, out) || Copy<float>(attribute, out) || Copy<std::string>(attribute, out) ||
          Copy<std::vector<int64_t>>(attribute, out) || Copy<std::vector<float>>(attribute, out) ||
          Copy<std::vector<std::string>>(attribute, out);
      if (const auto* tensor = attribute.get<core::Tensor>()) out.value = ToPublic(*tensor);
    }
    return all;
  }
  std::string node_name() const override { return reader_.node().DisplayName(); }
  int input_count() const override { return static_cast<int>(reader_.input_count()); }
  int output_count() const override { return static_cast<int>(reader_.output_count()); }

 private:
  template <typename T>
  static bool Copy(const core::Attribute& from, OpAttribute& to) {
    const T* value = from.get<T>();
    if (value) to.value = *value;
    return value != nullptr;
  }

  core::AttrReader& reader_;
};

class Inference final : public OpInference {
 public:
  explicit Inference(core::InferContext& context) : context_(context) {}
  int input_count() const override { return context_.input_count(); }
  int output_count() const override { return context_.output_count(); }
  bool has_input(int i) const override { return context_.has_input(i); }
  ElementType input_type(int i) const override { return static_cast<ElementType>(context_.type(i)); }
  bool input_shape(int i, std::vector<int64_t>* shape) const override {
    auto known = context_.shape(i);
    if (!known.ok()) return false;
    shape->assign(known->begin(), known->end());
    return true;
  }
  void SetOutputType(int i, ElementType type) override { context_.SetType(i, static_cast<core::ElementType>(type)); }
  Status SetOutputShape(int i, std::span<const int64_t> shape) override {
    auto dims = ShapeOf(shape);
    if (!dims.ok()) return StatusOf(dims);
    return ToPublic(context_.SetShape(i, *dims));
  }

 private:
  core::InferContext& context_;
};

class Running final : public OpRun {
 public:
  explicit Running(core::RunContext& context) : context_(context) {}
  int input_count() const override { return context_.input_count(); }
  int output_count() const override { return context_.output_count(); }
  bool has_input(int i) const override { return context_.has_input(i); }
  Tensor input(int i) const override { return ToPublic(context_.in(i)); }
  bool wants_output(int i) const override { return context_.wants_output(i); }
  Result<Tensor> Output(int i, ElementType type, std::span<const int64_t> shape) override {
    auto dims = ShapeOf(shape);
    if (!dims.ok()) return StatusOf(dims);
    // What comes after was laid out for the shape that Infer gave.
    if (auto planned = context_.Output(i); planned.ok()) {
      const core::Tensor& t = **planned;
      if (t.type() != static_cast<core::ElementType>(type) || !(t.shape() == *dims)) {
        return Status(StatusCode::kInvalidArgument,
                      core::StrCat("output ", i, " is ", NameOf(type), ShapeToString(shape), ", but Infer said ",
                                   core::NameOf(t.type()), t.shape().ToString()));
      }
    }
    auto made = context_.Output(i, static_cast<core::ElementType>(type), *dims);
    if (!made.ok()) return StatusOf(made);
    if (i < 64) made_ |= uint64_t{1} << i;
    return ToPublic(**made);
  }
  Status Parallel(int64_t count, double nanoseconds, const std::function<void(int64_t, int64_t)>& body) override {
    return ToPublic(context_.Parallel(count, nanoseconds, body));
  }

  // What somebody wants and the kernel did not make; -1 if there is none.
  int Missing() const {
    for (int i = 0; i < std::min(output_count(), 64); ++i) {
      if (wants_output(i) && !(made_ >> i & 1)) return i;
    }
    return -1;
  }

 private:
  core::RunContext& context_;
  uint64_t made_ = 0;
};

const CustomKernel& KernelOf(const void* attributes) { return *static_cast<const CustomKernel*>(attributes); }

core::Result<core::OpAttributes> Parse(core::AttrReader& reader, const core::OpDef& def) {
  const auto& op = *static_cast<const CustomOp*>(def.user);
  auto kernel = op.Create(Attributes(reader));
  if (!kernel.ok()) return ToCore(kernel.status());
  if (*kernel == nullptr) return core::Error(core::StatusCode::kFail, "Create gave no kernel");
  return core::OpAttributes((*kernel).release(), [](void* k) { delete static_cast<CustomKernel*>(k); });
}

// Of ours only: other operators that know their definition made no CustomKernel.
void ShowValues(const core::OpDef& def, const void* attributes, const core::Node& node, const core::Graph& graph) {
  if (def.parse != &Parse) return;
  const auto name = [&](core::ValueId id) { return id == core::kNone ? std::string() : graph.value(id).name; };
  NodeValues values;
  for (const core::ValueId id : node.inputs) {
    values.inputs.push_back(name(id));
    const core::Tensor* constant = graph.Constant(id);
    auto dense = constant ? core::Compact(*constant) : core::Result<core::Tensor>(core::Tensor());
    values.constants.push_back(dense.ok() ? ToPublic(*dense) : Tensor());
  }
  for (const core::ValueId id : node.outputs) values.outputs.push_back(name(id));
  const_cast<CustomKernel&>(KernelOf(attributes)).SetValues(std::move(values));
}

core::Status Infer(const void* attributes, core::InferContext& context) {
  Inference inference(context);
  return ToCore(KernelOf(attributes).Infer(inference));
}

core::Status Run(const void* attributes, core::RunContext& context) {
  Running running(context);
  const Status ran = KernelOf(attributes).Run(running);
  const int missing = ran.ok() ? running.Missing() : -1;
  return missing < 0 ? ToCore(ran) : core::Error(core::StatusCode::kFail, "the kernel did not make output ", missing);
}

// An OpDef and what its views point to.
struct Definition {
  OpSignature signature;
  std::shared_ptr<const CustomOp> op;
  core::OpDef def;
  core::CaseMapping case_mapping;
};

core::Status AddCaseMapping(core::OpRegistry& registry, const std::shared_ptr<Definition>& definition) {
  const OpSignature& s = definition->signature;
  if (!core::CanonicalDomain(s.domain).empty() || s.name != "StringNormalizer" || !s.case_mapping->upper ||
      !s.case_mapping->lower) {
    return core::InvalidArgument("custom operator '", s.domain, ".", s.name,
                                 "': a mapping of case has two functions and is for StringNormalizer");
  }
  const core::OpDef* built_in = registry.Find(s.domain, s.name);
  if (!built_in) return core::OkStatus();  // a reduced build
  definition->case_mapping = {s.case_mapping->upper, s.case_mapping->lower};
  definition->def = *built_in;
  definition->def.user = &definition->case_mapping;
  registry.Add(definition->def, definition);
  return core::OkStatus();
}

}  // namespace

core::Result<std::shared_ptr<const core::OpRegistry>> RegistryWith(
    const std::vector<std::shared_ptr<const CustomOp>>& ops) {
  if (ops.empty()) return std::shared_ptr<const core::OpRegistry>();
  auto registry = std::make_shared<core::OpRegistry>(core::OpRegistry::BuiltIns());
  registry->SetShowValues(&ShowValues);
  for (const auto& op : ops) {
    if (!op) return core::InvalidArgument("a custom operator is null");
    auto definition = std::make_shared<Definition>();
    definition->signature = op->signature();
    definition->op = op;
    const OpSignature& s = definition->signature;
    if (s.case_mapping) {
      KANTE_TRY(AddCaseMapping(*registry, definition));
      continue;
    }
    const std::string_view domain = core::CanonicalDomain(s.domain);
    const bool reserved = domain.empty() || domain == "kante" || domain == "ai.onnx.ml" ||
                          domain == "ai.onnx.training" || domain.starts_with("ai.onnx.preview");
    if (reserved && core::WhereElse(domain, s.name).empty()) {
      return core::InvalidArgument("custom operator '", s.name, "' needs a domain of its own, not '", s.domain, "'");
    }
    if (s.name.empty() || s.version < 1 || s.version > 255) {
      return core::InvalidArgument("custom operator '", s.domain, ".", s.name,
                                   "' needs a name and a version in [1, 255]");
    }
    if (s.min_inputs < 0 || s.max_inputs < s.min_inputs || s.min_outputs < 0 || s.max_outputs < s.min_outputs) {
      return core::InvalidArgument("custom operator '", s.domain, ".", s.name, "' takes or gives an impossible number");
    }
    if (registry->Find(domain, s.name)) {
      return core::InvalidArgument("custom operator '", s.domain, ".", s.name, "' is given twice");
    }
    core::OpInfo& info = definition->def.info;
    info.name = s.name;
    info.domain = s.domain;
    info.versions = {s.version};
    info.min_inputs = s.min_inputs;
    info.max_inputs = s.max_inputs;
    info.min_outputs = s.min_outputs;
    info.max_outputs = s.max_outputs;
    info.same_type = 0;
    info.stateful = s.stateful;
    info.data_dependent = s.data_dependent;
    definition->def.user = op.get();
    definition->def.parse = &Parse;
    definition->def.infer = &Infer;
    definition->def.run = &Run;
    registry->Add(definition->def, definition);
  }
  return std::shared_ptr<const core::OpRegistry>(std::move(registry));
}

}  // namespace kante
