// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/io/image.h"
#include "kante/model.h"
#include "kante/session.h"

namespace CLI {
class App;
}

namespace kante::cli {

// How the user gives a model's inputs.
struct FeedOptions {
  std::vector<std::string> inputs;  // NAME=FILE, or FILE for the only (or all, .npz) inputs
  std::vector<std::string> shapes;  // NAME=1,3,224,224, or 1,3,224,224 for the only input
  std::optional<uint64_t> random;   // seed for the inputs that no file gives
  ImageOptions image;
};
void AddFeedOptions(CLI::App& command, FeedOptions& options);

// Reads, or makes up, every input that has no default. Errors name the input and the file.
Result<NamedValues> MakeFeeds(const Model& model, const FeedOptions& options);
// The shapes named by --shape.
Result<std::map<std::string, std::vector<int64_t>>> ShapesOf(const Model& model,
                                                             const std::vector<std::string>& shapes);
// One file for one input, by its extension: npy, pb, json, png, jpg, jpeg, wav, flac, ogg, aiff.
Result<Value> ReadInput(const std::string& path, const Model& model, const ValueDescription& input,
                        const ImageOptions& image);
// The protobuf in which ONNX's tests keep such a value.
ProtoKind ProtoKindOf(const ValueDescription& d);
// Uniform in [0, 1) for floats, small integers, both booleans; dimensions left open are 1 unless `shape` says more.
Result<Value> RandomInput(const ValueDescription& input, const std::vector<int64_t>* shape, uint64_t seed);

}  // namespace kante::cli
