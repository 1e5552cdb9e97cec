// SPDX-License-Identifier: MIT
// Models as bytes for tests of the public API, which itself includes nothing but include/kante.
#pragma once

#include <string>
#include <vector>

#include "kante/model.h"
#include "kante/session.h"
#include "onnx/test_models.h"

namespace kante::api_test {

namespace wire = core::test;
using Type = core::ElementType;

// y = Relu(x @ w + b): x float32[batch,3], w [3,2], b [2] is an input with a default. Metadata key=value.
std::string LinearModel();
// y = x + x + ..., `adds` times over float32[n].
std::string ChainModel(int adds);
// Conv 3x3 (2 -> 4 channels, pad 1), Relu, global average, flatten, Gemm to 5: x float32[n,2,8,8] -> y [n,5].
std::string ConvModel();
// Counts up to `limit` in a Loop whose condition never ends it before: x float32[] -> y float32[].
std::string LoopModel(int64_t limit);
// seq = SplitToSequence of x float32[n]; and back: a model of sequences in and out.
std::string SequenceModel();
// One node: inputs of these types and dims (-1: open), outputs without a declared type.
struct NodeSpec {
  std::string op;
  std::vector<std::pair<Type, std::vector<int64_t>>> inputs{};
  wire::Messages attributes{};
  std::string domain{};
  int outputs = 1;
};
std::string NodeModel(const NodeSpec& spec);

// A type whose dims may be names: {"batch", "3"}.
core::WireWriter TensorTypeOf(Type type, const std::vector<std::string>& dims);
core::WireWriter UntypedInfo(std::string_view name);
core::WireWriter IntsAttribute(std::string_view name, const std::vector<int64_t>& values);
core::WireWriter FloatAttribute(std::string_view name, float value);
core::WireWriter StringAttribute(std::string_view name, std::string_view value);

inline std::span<const std::byte> BytesOf(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Loads, failing the test if that is not possible.
Model LoadOrDie(const std::string& bytes, const LoadOptions& options = {});
Session SessionOf(const Model& model, const SessionOptions& options = {});

Tensor Floats(const std::vector<int64_t>& shape, const std::vector<float>& values);
Tensor Ints(const std::vector<int64_t>& shape, const std::vector<int64_t>& values);
// Repeating small numbers that float32 holds exactly.
Tensor Ramp(const std::vector<int64_t>& shape);
std::vector<float> FloatsOf(const Value& value);
std::vector<int64_t> ShapeOf(const Value& value);

// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& bytes) const;
  int64_t SizeOf(const std::string& name) const;  // -1: there is no such file

 private:
  std::string path_;
};

}  // namespace kante::api_test
