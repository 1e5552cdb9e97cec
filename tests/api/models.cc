// SPDX-License-Identifier: MIT
#include "tests/api/models.h"

#include <gtest/gtest.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/entropy.h"

namespace kante::api_test {

using core::WireWriter;
using wire::GraphMessage;
using wire::GraphSpec;
using wire::Info;
using wire::NodeMessage;

WireWriter TensorTypeOf(Type type, const std::vector<std::string>& dims) {
  WireWriter shape;
  for (const std::string& d : dims) {
    WireWriter dim;
    const bool number = !d.empty() && (std::isdigit(static_cast<unsigned char>(d[0])) || d[0] == '-');
    if (number) {
      dim.Int(core::shape_field::kDimValue, std::atoll(d.c_str()));
    } else if (d != "?") {
      dim.String(core::shape_field::kDimParam, d);
    }
    shape.Message(core::shape_field::kDim, std::move(dim));
  }
  WireWriter tensor;
  tensor.Int(core::type_field::kElemType, static_cast<int64_t>(type));
  tensor.Message(core::type_field::kShape, std::move(shape));
  WireWriter w;
  w.Message(core::type_field::kTensor, std::move(tensor));
  return w;
}

WireWriter UntypedInfo(std::string_view name) {
  WireWriter w;
  w.String(core::value_info_field::kName, name);
  return w;
}

WireWriter IntsAttribute(std::string_view name, const std::vector<int64_t>& values) {
  WireWriter content;
  content.PackedInts(core::attribute_field::kInts, values);
  return wire::AttributeOf(name, core::AttributeType::kInts, std::move(content));
}

WireWriter FloatAttribute(std::string_view name, float value) {
  WireWriter content;
  content.Float(core::attribute_field::kF, value);
  return wire::AttributeOf(name, core::AttributeType::kFloat, std::move(content));
}

WireWriter StringAttribute(std::string_view name, std::string_view value) {
  WireWriter content;
  content.String(core::attribute_field::kS, value);
  return wire::AttributeOf(name, core::AttributeType::kString, std::move(content));
}

std::string LinearModel() {
  GraphSpec g{
      .nodes = {NodeMessage("MatMul", {"x", "w"}, {"p"}, {}, "product"),
                NodeMessage("Add", {"p", "b"}, {"s"}, {}, "bias"), NodeMessage("Relu", {"s"}, {"y"}, {}, "rectify")},
      .initializers = {wire::RawTensor("w", Type::kFloat32, {3, 2}, wire::Raw({1, 2, 3, 4, 5, 6})),
                       wire::Floats("b", {0.5f, -100})},
      .inputs = {Info("x", TensorTypeOf(Type::kFloat32, {"batch", "3"})), Info("b")},
      .outputs = {Info("y", TensorTypeOf(Type::kFloat32, {"batch", "2"})),
                  Info("p", TensorTypeOf(Type::kFloat32, {"batch", "2"}))},
      .name = "linear"};
  return wire::ModelBytes({.graph = GraphMessage(g)});
}

std::string ChainModel(int adds) {
  GraphSpec g{.inputs = {Info("x", TensorTypeOf(Type::kFloat32, {"n"}))}};
  std::string last = "x";
  for (int i = 0; i < adds; ++i) {
    const std::string next = "v" + std::to_string(i);
    g.nodes.push_back(NodeMessage("Sin", {last}, {next + "s"}, {}, "sin" + std::to_string(i)));
    g.nodes.push_back(NodeMessage("Add", {next + "s", "x"}, {next}, {}, "add" + std::to_string(i)));
    last = next;
  }
  g.outputs = {Info(last, TensorTypeOf(Type::kFloat32, {"n"}))};
  return wire::ModelBytes({.graph = GraphMessage(g)});
}

std::string ConvModel() {
  std::vector<float> w(4 * 2 * 9), g(5 * 4);
  for (size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<int>(i * 5 % 16) - 8) / 16;
  for (size_t i = 0; i < g.size(); ++i) g[i] = static_cast<float>(static_cast<int>(i * 3 % 8) - 4) / 8;
  GraphSpec graph{
      .nodes = {NodeMessage("Conv", {"x", "w", "cb"}, {"c"}, {IntsAttribute("pads", {1, 1, 1, 1})}, "conv"),
                NodeMessage("Relu", {"c"}, {"r"}, {}, "relu"),
                NodeMessage("GlobalAveragePool", {"r"}, {"a"}, {}, "average"),
                NodeMessage("Flatten", {"a"}, {"f"}, {}, "flatten"),
                NodeMessage("Gemm", {"f", "g", "gb"}, {"y"}, {wire::IntAttribute("transB", 1)}, "classify")},
      .initializers = {wire::RawTensor("w", Type::kFloat32, {4, 2, 3, 3}, wire::Raw(w)),
                       wire::Floats("cb", {0.25f, -0.25f, 0, 1}),
                       wire::RawTensor("g", Type::kFloat32, {5, 4}, wire::Raw(g)), wire::Floats("gb", {0, 1, 2, 3, 4})},
      .inputs = {Info("x", TensorTypeOf(Type::kFloat32, {"n", "2", "8", "8"}))},
      .outputs = {Info("y", TensorTypeOf(Type::kFloat32, {"n", "5"}))}};
  return wire::ModelBytes({.graph = GraphMessage(graph)});
}

std::string LoopModel(int64_t limit) {
  const auto scalar = [](Type type) { return wire::TensorType(type, {}); };
  GraphSpec body{
      .nodes = {NodeMessage("Add", {"acc", "step"}, {"next"}), NodeMessage("Identity", {"go"}, {"still"})},
      .inputs = {Info("i", scalar(Type::kInt64)), Info("go", scalar(Type::kBool)), Info("acc", scalar(Type::kFloat32))},
      .outputs = {Info("still", scalar(Type::kBool)), Info("next", scalar(Type::kFloat32))},
      .name = "body"};
  GraphSpec g{.nodes = {NodeMessage("Loop", {"limit", "go_on", "x"}, {"y"},
                                    {wire::GraphAttribute("body", GraphMessage(body))}, "count")},
              .initializers = {wire::RawTensor("limit", Type::kInt64, {}, {reinterpret_cast<const char*>(&limit), 8}),
                               wire::RawTensor("go_on", Type::kBool, {}, std::string(1, '\1')),
                               wire::RawTensor("step", Type::kFloat32, {}, wire::Raw({1}))},
              .inputs = {Info("x", scalar(Type::kFloat32))},
              .outputs = {Info("y", scalar(Type::kFloat32))}};
  return wire::ModelBytes({.graph = GraphMessage(g)});
}

std::string SequenceModel() {
  WireWriter sequence, type;
  sequence.Message(core::type_field::kElemType, TensorTypeOf(Type::kFloat32, {"?"}));
  type.Message(core::type_field::kSequence, std::move(sequence));
  const int64_t zero = 0;
  GraphSpec g{.nodes = {NodeMessage("SequenceInsert", {"s", "x"}, {"longer"}),
                        NodeMessage("ConcatFromSequence", {"longer"}, {"all"}, {wire::IntAttribute("axis", 0)}),
                        NodeMessage("SequenceAt", {"longer", "zero"}, {"first"})},
              .initializers = {wire::RawTensor("zero", Type::kInt64, {}, {reinterpret_cast<const char*>(&zero), 8})},
              .inputs = {Info("s", type), Info("x", TensorTypeOf(Type::kFloat32, {"n"}))},
              .outputs = {Info("longer", type), Info("all", TensorTypeOf(Type::kFloat32, {"?"})),
                          Info("first", TensorTypeOf(Type::kFloat32, {"?"}))}};
  return wire::ModelBytes({.graph = GraphMessage(g)});
}

std::string NodeModel(const NodeSpec& spec) {
  GraphSpec g;
  wire::Names in, out;
  for (size_t i = 0; i < spec.inputs.size(); ++i) {
    in.push_back("x" + std::to_string(i));
    std::vector<std::string> dims;
    for (int64_t d : spec.inputs[i].second) dims.push_back(d == -1 ? "?" : std::to_string(d));
    g.inputs.push_back(Info(in.back(), TensorTypeOf(spec.inputs[i].first, dims)));
  }
  for (int i = 0; i < spec.outputs; ++i) {
    out.push_back("y" + std::to_string(i));
    g.outputs.push_back(UntypedInfo(out.back()));
  }
  g.nodes = {NodeMessage(spec.op, in, out, spec.attributes, "the_node", spec.domain)};
  wire::ModelSpec model{.graph = GraphMessage(g)};
  if (!spec.domain.empty()) model.imports.push_back({spec.domain, 1});
  return wire::ModelBytes(model);
}

Model LoadOrDie(const std::string& bytes, const LoadOptions& options) {
  auto model = Model::LoadFromMemory(BytesOf(bytes), options);
  EXPECT_TRUE(model.ok()) << model.status().ToString();
  return model.ok() ? *model : Model();
}

Session SessionOf(const Model& model, const SessionOptions& options) {
  auto session = Session::Create(model, options);
  EXPECT_TRUE(session.ok()) << session.status().ToString();
  return session.ok() ? *session : Session();
}

Tensor Floats(const std::vector<int64_t>& shape, const std::vector<float>& values) {
  auto made = Tensor::Of<float>(shape, std::span(values));
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  return made.ok() ? *made : Tensor();
}

Tensor Ints(const std::vector<int64_t>& shape, const std::vector<int64_t>& values) {
  auto made = Tensor::Of<int64_t>(shape, std::span(values));
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  return made.ok() ? *made : Tensor();
}

Tensor Ramp(const std::vector<int64_t>& shape) {
  auto made = Tensor::Allocate(ElementType::kFloat32, shape);
  EXPECT_TRUE(made.ok()) << made.status().ToString();
  if (!made.ok()) return Tensor();
  int i = 0;
  for (float& v : made->mutable_values<float>()) v = static_cast<float>(i++ * 7 % 64 - 32) / 8;
  return *made;
}

std::vector<float> FloatsOf(const Value& value) {
  if (!value.is_tensor() || !value.tensor().valid() || value.tensor().type() != ElementType::kFloat32) return {};
  const auto span = value.tensor().values<float>();
  return {span.begin(), span.end()};
}

std::vector<int64_t> ShapeOf(const Value& value) {
  if (!value.is_tensor() || !value.tensor().valid()) return {-1};
  return {value.tensor().shape().begin(), value.tensor().shape().end()};
}

namespace {

void RemoveAll(const std::string& path) {
  if (DIR* folder = ::opendir(path.c_str())) {
    while (const dirent* entry = ::readdir(folder)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (std::remove((path + "/" + name).c_str()) != 0) RemoveAll(path + "/" + name);
    }
    ::closedir(folder);
  }
  ::rmdir(path.c_str());
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  path_ = testing::TempDir() + "kante-api-" + std::to_string(core::EntropyBits());
  EXPECT_EQ(::mkdir(path_.c_str(), 0700), 0);
}

TemporaryFolder::~TemporaryFolder() { RemoveAll(path_); }

int64_t TemporaryFolder::SizeOf(const std::string& name) const {
  struct stat found {};
  return stat(Path(name).c_str(), &found) == 0 ? static_cast<int64_t>(found.st_size) : -1;
}

std::string TemporaryFolder::Write(const std::string& name, const std::string& bytes) const {
  std::FILE* file = std::fopen(Path(name).c_str(), "wb");
  EXPECT_NE(file, nullptr);
  if (!file) return {};
  EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
  std::fclose(file);
  return Path(name);
}

}  // namespace kante::api_test
