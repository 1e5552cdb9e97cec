// SPDX-License-Identifier: MIT
#include "tests/hostile/attempt.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <fstream>

namespace kante::hostile_test {
namespace {

using core::WireWriter;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

constexpr double kMostSeconds = kSanitized ? 30 : 10;

Outcome Finish(Result<Model> model, const Careful& careful, std::chrono::steady_clock::time_point begin) {
  Outcome outcome;
  outcome.status = model.status();
  if (model.ok()) {
    outcome.loaded = true;
    const auto session = Session::Create(*model, careful.session);
    outcome.status = session.status();
    if (session.ok()) {
      const NamedValues feeds = careful.feeds.empty() ? FeedsFor(*model) : careful.feeds;
      outcome.status = session->Run(feeds, {}, careful.run).status();
      EXPECT_LE(session->peak_memory_bytes(), careful.session.max_memory_bytes);
    }
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_LT(outcome.seconds, kMostSeconds);
  if (!outcome.status.ok()) {
    EXPECT_FALSE(outcome.status.message().empty());
    EXPECT_STRNE(StatusCodeName(outcome.status.code()), "Unknown") << outcome.status.message();
  }
  return outcome;
}

template <typename T>
std::string Packed(const std::vector<double>& values, int64_t count) {
  std::string out;
  for (int64_t i = 0; i < count; ++i) {
    const double v = values.empty() ? 1 : values[static_cast<size_t>(i) % values.size()];
    const T t = static_cast<T>(v);
    out.append(reinterpret_cast<const char*>(&t), sizeof t);
  }
  return out;
}

std::string RawOf(const Input& in) {
  int64_t count = 1;
  for (int64_t d : in.dims) count *= d;
  switch (in.type) {
    case Type::kFloat32:
      return Packed<float>(in.values, count);
    case Type::kInt64:
      return Packed<int64_t>(in.values, count);
    case Type::kInt32:
      return Packed<int32_t>(in.values, count);
    case Type::kBool:
      return Packed<bool>(in.values, count);
    default:
      return Packed<uint8_t>(in.values, count);
  }
}

}  // namespace

Careful::Careful() {
  load.limits.max_folded_bytes = 16 << 20;
  load.limits.max_folded_total_bytes = 64 << 20;
  session.max_memory_bytes = kMemory;
  session.threads = 1;
  run.time_limit_ms = 2000;
}

Outcome Attempt(const std::string& bytes, const Careful& careful, const std::string& folder) {
  const auto begin = std::chrono::steady_clock::now();
  // A copy of exactly these bytes, so that reading past them is seen.
  const std::vector<std::byte> copy(reinterpret_cast<const std::byte*>(bytes.data()),
                                    reinterpret_cast<const std::byte*>(bytes.data()) + bytes.size());
  return Finish(Model::LoadFromMemory(copy, careful.load, folder), careful, begin);
}

Outcome AttemptFile(const std::string& path, const Careful& careful) {
  const auto begin = std::chrono::steady_clock::now();
  return Finish(Model::Load(path, careful.load), careful, begin);
}

void ExpectError(const Outcome& outcome, const std::vector<std::string>& parts) {
  EXPECT_FALSE(outcome.status.ok());
  for (const std::string& part : parts) {
    EXPECT_NE(outcome.status.message().find(part), std::string::npos)
        << "'" << part << "' in " << outcome.status.ToString();
  }
}

NamedValues FeedsFor(const Model& model) {
  NamedValues feeds;
  for (const ValueDescription& input : model.inputs()) {
    if (input.has_default) continue;
    if (input.kind == ValueKind::kSequence) {
      feeds.emplace_back(input.name, Value::Sequence({}, input.element_type));
      continue;
    }
    std::vector<int64_t> dims;
    int64_t count = 1;
    for (const Dimension& d : input.dimensions) {
      dims.push_back(d.value < 0 ? 2 : d.value);
      if (__builtin_mul_overflow(count, dims.back(), &count)) count = INT64_MAX;
      if (count > (1 << 20)) break;
    }
    if (count > (1 << 20)) {
      feeds.emplace_back(input.name, Value());
      continue;
    }
    auto made = Tensor::Allocate(input.element_type, dims);
    if (made.ok() && input.element_type == ElementType::kFloat32) {
      for (float& v : made->mutable_values<float>()) v = 1.5f;
    }
    feeds.emplace_back(input.name, made.ok() ? Value(*made) : Value());
  }
  return feeds;
}

Outcome RunNode(const OneNode& spec) {
  wire::GraphSpec g;
  wire::Names in, out;
  Careful careful;
  for (size_t i = 0; i < spec.inputs.size(); ++i) {
    const Input& input = spec.inputs[i];
    const std::string name = "x" + std::to_string(i);
    in.push_back(name);
    const std::string raw = RawOf(input);
    if (!input.fed) {
      g.initializers.push_back(wire::RawTensor(name, input.type, input.dims, raw));
      continue;
    }
    // Declared without a shape, so that nothing can be known before the run.
    WireWriter tensor, type;
    tensor.Int(core::type_field::kElemType, static_cast<int64_t>(input.type));
    type.Message(core::type_field::kTensor, std::move(tensor));
    g.inputs.push_back(wire::Info(name, std::move(type)));
    auto fed = Tensor::CopyOf(static_cast<ElementType>(input.type), input.dims, raw.data(), raw.size());
    EXPECT_TRUE(fed.ok()) << fed.status().ToString();
    if (fed.ok()) careful.feeds.emplace_back(name, *fed);
  }
  for (int i = 0; i < spec.outputs; ++i) {
    out.push_back("y" + std::to_string(i));
    g.outputs.push_back(UntypedInfo(out.back()));
  }
  g.nodes = {wire::NodeMessage(spec.op, in, out, spec.attributes, "the_node")};
  const std::string bytes = wire::ModelBytes({.graph = wire::GraphMessage(g)});
  Outcome outcome;
  for (auto level : {OptimizationLevel::kNone, OptimizationLevel::kAll}) {
    careful.load.optimization = level;
    const Outcome now = Attempt(bytes, careful);
    if (level == OptimizationLevel::kAll) {
      EXPECT_EQ(now.status.ok(), outcome.status.ok()) << now.status.ToString() << " or " << outcome.status.ToString();
    }
    outcome = now;
  }
  return outcome;
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

WireWriter Int64s(std::string_view name, const std::vector<int64_t>& dims, const std::vector<int64_t>& values) {
  return wire::RawTensor(name, Type::kInt64, dims, {reinterpret_cast<const char*>(values.data()), values.size() * 8});
}

WireWriter UntypedInfo(std::string_view name) {
  WireWriter w;
  w.String(core::value_info_field::kName, name);
  return w;
}

int64_t PeakResidentSinceLastCall() {
  if (kSanitized) return 0;
  int64_t peak = 0;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) peak = std::atoll(line.c_str() + 6) * 1024;
  }
  std::ofstream("/proc/self/clear_refs") << "5";  // starts the high-water mark anew
  return peak;
}

}  // namespace kante::hostile_test
