// SPDX-License-Identifier: MIT
#include "cli/io/feeds.h"

#include <CLI/CLI.hpp>
#include <cstring>

#include "cli/io/audio.h"
#include "cli/io/files.h"
#include "cli/io/json_tensor.h"
#include "cli/io/npy.h"

namespace kante::cli {
namespace {

Status Bad(const std::string& message) { return Status(StatusCode::kInvalidArgument, message); }

// "NAME=REST", where NAME must be an input; or REST alone if the model has one input.
Result<std::pair<const ValueDescription*, std::string>> Split(const Model& model, const std::string& text,
                                                              const char* option) {
  for (const ValueDescription& input : model.inputs()) {
    if (text.size() > input.name.size() && text.starts_with(input.name) && text[input.name.size()] == '=') {
      return std::pair(&input, text.substr(input.name.size() + 1));
    }
  }
  const ValueDescription* only = nullptr;
  int open = 0;
  for (const ValueDescription& input : model.inputs()) {
    if (input.has_default) continue;
    only = &input;
    ++open;
  }
  if (open == 1 && text.find('=') == std::string::npos) return std::pair(only, text);
  std::string names;
  for (const ValueDescription& input : model.inputs()) names += (names.empty() ? "'" : ", '") + input.name + "'";
  return Bad(std::string(option) + " '" + text + "': write NAME=VALUE with an input of the model (" + names + ")");
}

int SampleRateOf(const Model& model) {
  const auto it = model.metadata().find("sample_rate");
  return it == model.metadata().end() ? 0 : std::atoi(it->second.c_str());
}

// splitmix64: a small generator whose numbers are the same everywhere.
uint64_t Next(uint64_t& state) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

template <typename T, typename F>
void Fill(Tensor& tensor, F&& make) {
  for (T& v : tensor.mutable_values<T>()) v = static_cast<T>(make());
}

uint16_t HalfOf(double unit) {  // of a number in [0, 1): 0 or a normal half, rounded down
  float f = static_cast<float>(unit);
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  const int exponent = static_cast<int>(bits >> 23) - 127 + 15;
  return exponent <= 0 ? 0 : static_cast<uint16_t>((exponent << 10) | ((bits >> 13) & 1023));
}

}  // namespace

void AddFeedOptions(CLI::App& command, FeedOptions& options) {
  command.add_option("-i,--input", options.inputs,
                     "NAME=FILE for an input; FILE alone if there is one, or a .npz with all. Files: .npy .npz .pb "
                     ".json .png .jpg .wav .flac");
  command.add_option("--shape", options.shapes, "NAME=1,3,224,224: shape of an input that --random makes up");
  command.add_option("--random", options.random, "Seed: inputs without a file are made up");
  command.add_option("--mean", options.image.mean, "Pictures: mean to subtract, one number or one a channel")
      ->delimiter(',');
  command.add_option("--std", options.image.std, "Pictures: standard deviation to divide by")->delimiter(',');
  command.add_option("--scale", options.image.scale, "Pictures: factor on bytes before --mean")->capture_default_str();
  command.add_option("--layout", options.image.layout, "Pictures: NCHW, NHWC or auto")
      ->check(CLI::IsMember({"NCHW", "NHWC", "auto"}))
      ->capture_default_str();
  command.add_flag("--bgr", options.image.bgr, "Pictures: blue first");
}

Result<std::map<std::string, std::vector<int64_t>>> ShapesOf(const Model& model,
                                                             const std::vector<std::string>& shapes) {
  std::map<std::string, std::vector<int64_t>> out;
  for (const std::string& text : shapes) {
    auto split = Split(model, text, "--shape");
    if (!split.ok()) return split.status();
    std::vector<int64_t> dims;
    for (const std::string& part : CLI::detail::split(split->second, ',')) {
      char* end = nullptr;
      dims.push_back(std::strtoll(part.c_str(), &end, 10));
      if (part.empty() || *end || dims.back() < 0) return Bad("--shape '" + text + "': '" + part + "' is no dimension");
    }
    out[split->first->name] = std::move(dims);
  }
  return out;
}

ProtoKind ProtoKindOf(const ValueDescription& d) {
  switch (d.kind) {
    case ValueKind::kSequence:
      return ProtoKind::kSequence;
    case ValueKind::kOptional:
      return ProtoKind::kOptional;
    case ValueKind::kMap:
      return ProtoKind::kMap;
    default:
      return ProtoKind::kTensor;
  }
}

Result<Value> ReadInput(const std::string& path, const Model& model, const ValueDescription& input,
                        const ImageOptions& image) {
  const std::string extension = ExtensionOf(path);
  const auto as_value = [](Result<Tensor> tensor) -> Result<Value> {
    if (!tensor.ok()) return tensor.status();
    return Value(std::move(*tensor));
  };
  if (extension == "pb") return ReadProtoFile(path, ProtoKindOf(input));
  if (extension == "png" || extension == "jpg" || extension == "jpeg") {
    return as_value(ImageTensor(path, input, image));
  }
  if (extension == "wav" || extension == "flac" || extension == "ogg" || extension == "aiff") {
    return as_value(AudioTensor(path, input, SampleRateOf(model)));
  }
  auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  if (extension == "npy") return as_value(ParseNpy(*bytes, path));
  if (extension == "json") return ParseJsonValue(*bytes, input, path);
  return Bad("'" + path + "': files end in .npy, .npz, .pb, .json, .png, .jpg, .wav or .flac");
}

Result<Value> RandomInput(const ValueDescription& input, const std::vector<int64_t>* shape, uint64_t seed) {
  if (input.kind != ValueKind::kTensor)
    return Bad("input '" + input.name + "' (" + input.ToString() + ") needs a file");
  std::vector<int64_t> dims;
  for (const Dimension& d : input.dimensions) dims.push_back(d.value < 0 ? 1 : d.value);
  if (shape) dims = *shape;
  auto tensor = Tensor::Allocate(input.element_type, dims);
  if (!tensor.ok()) return tensor.status();
  uint64_t state = seed;
  for (char c : input.name) state = state * 131 + static_cast<unsigned char>(c);
  const auto unit = [&] { return static_cast<double>(Next(state) >> 11) * 0x1p-53; };
  const auto small = [&] { return Next(state) % 8; };
  switch (input.element_type) {
    case ElementType::kFloat32:
      Fill<float>(*tensor, unit);
      break;
    case ElementType::kFloat64:
      Fill<double>(*tensor, unit);
      break;
    case ElementType::kFloat16:
      Fill<uint16_t>(*tensor, [&] { return HalfOf(unit()); });
      break;
    case ElementType::kBool:
      Fill<bool>(*tensor, [&] { return Next(state) & 1; });
      break;
    case ElementType::kInt64:
    case ElementType::kUint64:
      Fill<int64_t>(*tensor, small);
      break;
    case ElementType::kInt32:
    case ElementType::kUint32:
      Fill<int32_t>(*tensor, small);
      break;
    case ElementType::kInt16:
    case ElementType::kUint16:
      Fill<int16_t>(*tensor, small);
      break;
    case ElementType::kInt8:
    case ElementType::kUint8:
      Fill<int8_t>(*tensor, small);
      break;
    default:
      return Bad("input '" + input.name + "' (" + input.ToString() + ") needs a file");
  }
  return Value(std::move(*tensor));
}

Result<NamedValues> MakeFeeds(const Model& model, const FeedOptions& options) {
  std::map<std::string, Value> given;
  for (const std::string& text : options.inputs) {
    if (ExtensionOf(text) == "npz" && text.find('=') == std::string::npos) {
      auto arrays = ReadNpz(text);
      if (!arrays.ok()) return arrays.status();
      for (auto& [name, tensor] : *arrays) given[name] = Value(std::move(tensor));
      continue;
    }
    auto split = Split(model, text, "--input");
    if (!split.ok()) return split.status();
    auto value = ReadInput(split->second, model, *split->first, options.image);
    if (!value.ok()) return value.status();
    given[split->first->name] = std::move(*value);
  }
  auto shapes = ShapesOf(model, options.shapes);
  if (!shapes.ok()) return shapes.status();
  NamedValues feeds;
  for (const ValueDescription& input : model.inputs()) {
    const auto have = given.find(input.name);
    if (have != given.end()) {
      feeds.emplace_back(input.name, std::move(have->second));
      given.erase(have);
      continue;
    }
    if (input.has_default) continue;
    if (!options.random) {
      return Bad("input '" + input.name + "' (" + input.ToString() + ") is missing: give --input or --random");
    }
    const auto shape = shapes->find(input.name);
    auto made = RandomInput(input, shape == shapes->end() ? nullptr : &shape->second, *options.random);
    if (!made.ok()) return made.status();
    feeds.emplace_back(input.name, std::move(*made));
  }
  if (!given.empty()) return Bad("the model has no input '" + given.begin()->first + "'");
  return feeds;
}

}  // namespace kante::cli
