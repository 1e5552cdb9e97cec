// SPDX-License-Identifier: MIT
// Loading ONNX models and looking at them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kante/export.h"
#include "kante/op.h"
#include "kante/status.h"
#include "kante/tensor.h"

namespace kante {

// How much of the graph is rewritten at load. Results agree within rounding at every level.
enum class OptimizationLevel : int {
  kNone = 0,   // as the model says, in the newest opset
  kBasic = 1,  // folding, dead code, common subexpressions
  kAll = 2,    // and fusions
};

enum class FileMapping : int {
  kMap = 0,   // weights stay in the file until a kernel needs them; do not change it meanwhile (SECURITY.md)
  kCopy = 1,  // the file is read into memory at once
};

// What a model's bytes are.
enum class ModelFormat : int {
  kDetect = 0,  // what they say themselves
  kOnnx = 1,    // ONNX's protobuf (.onnx)
  kOrt = 2,     // ONNX Runtime's own format (.ort)
};

// What a model may cost at load. A model is untrusted input.
struct LoadLimits {
  int64_t max_nodes = 4'000'000;  // after functions are inlined
  int max_nesting = 64;           // of subgraphs
  int max_function_depth = 32;
  int64_t max_folded_bytes = 64 << 20;  // of one constant that folding makes
  int64_t max_folded_total_bytes = 256 << 20;
  int64_t max_tensor_bytes = int64_t{1} << 40;
};

struct LoadOptions {
  OptimizationLevel optimization = OptimizationLevel::kAll;
  FileMapping mapping = FileMapping::kMap;
  ModelFormat format = ModelFormat::kDetect;
  LoadLimits limits;
  // Operators of the caller, see op.h. Kept alive by the model.
  std::vector<std::shared_ptr<const CustomOp>> custom_ops;
  // Lets unknown operators through, for Model::Inspect and GraphText; such a model may not be runnable.
  bool inspect_only = false;
  // Instead of the model's initializers of these names; same type and shape. Kept alive by the model.
  std::map<std::string, Tensor> initializers;
  // Files of external data by the name that the model has for them, instead of those in its folder. Copied.
  std::map<std::string, std::span<const std::byte>> external_files;
  // Numbers for dimensions that the inputs leave open by name ("batch"); a run then takes this size only.
  std::map<std::string, int64_t> dimensions;
  // The same by the denotation that the model gives them ("DATA_BATCH").
  std::map<std::string, int64_t> denotations;
  // Called now and then with the share done in [0, 1]; returning false cancels the load.
  std::function<bool(double)> progress;
  // A folder in which weights are kept in the forms that kernels want, so that later loads of the same file, in any
  // process, map them instead of making them anew. Empty: none. It must exist; its files may be deleted at any time. A
  // cache that cannot be read or written costs time only. See docs/how-to/start-faster.md.
  std::string weight_cache;
  // Told what a caller may want to know although nothing failed, one line each, on the thread that found it out.
  std::function<void(const std::string&)> log;
};

// A dimension as the model declares it: a number, or a name ("batch"), or neither.
struct Dimension {
  int64_t value = -1;  // -1: not fixed
  std::string name;
};

enum class ValueKind : int { kUnknown, kTensor, kSequence, kOptional, kMap };

// An input or output of a model.
struct ValueDescription {
  std::string name;
  ValueKind kind = ValueKind::kTensor;
  ElementType element_type = ElementType::kUndefined;  // of tensors, the tensors inside, or the values of maps
  ElementType key_type = ElementType::kUndefined;      // of maps, also those inside; kUndefined where there are none
  bool has_shape = false;
  std::vector<Dimension> dimensions;
  // An input that need not be fed (an overridable initializer). Not to feed it is faster: the first run that does makes
  // a second form of the model.
  bool has_default = false;
  // "float32[batch,3,224,224]", "seq(map(int64,float32))"
  KANTE_API std::string ToString() const;
};

// One row of ModelReport: how often an operator occurs.
struct OperatorCount {
  std::string domain;
  std::string name;
  int version = 0;  // the newest version, to which nodes were upgraded
  int64_t count = 0;
  bool supported = true;
  double flops = 0;  // of all its nodes, where shapes are known
};

// What Model::Inspect finds. Bytes and FLOPs speak of the shapes given, or of those the model fixes.
struct ModelReport {
  std::vector<OperatorCount> operators;  // by falling count
  int64_t parameters = 0;                // elements of all constants
  int64_t parameter_bytes = 0;
  double flops = 0;                      // one multiply-add counts two
  int64_t activation_bytes = 0;          // sum of all intermediate values
  int64_t arena_bytes = 0;               // what a run needs at once
  bool complete = false;                 // every shape was known
  std::vector<std::string> unsupported;  // one sentence for each node that cannot run, with the reason
};

// A rewrite of the optimiser that was made, or one whose pattern was found but that was not made, and why.
struct RewriteNote {
  std::string rule;
  std::string node;  // the user's nodes, joined by '+'
  bool made = false;
  std::string reason;  // empty where it was made
};

// What an operator promises of elements of float types (docs/explanation/numbers.md).
enum class FloatNumerics : int { kUnstated, kNone, kBits, kExact, kRounds, kNative, kStored, kSingle, kDouble, kParts };
// And of integers.
enum class IntegerNumerics : int { kNone, kBits, kExact, kWrap, kSaturate, kAsFloat, kParts };

struct OperatorInfo {
  std::string domain;
  std::string name;
  std::vector<int> versions;                                             // at which its meaning or types changed
  int min_inputs = 0, max_inputs = 0, min_outputs = 0, max_outputs = 0;  // a million or more: any number
  std::vector<ElementType> types;                                        // of the inputs that share a type
  bool has_kernel = false;                                               // else it is computed by its expansion
  FloatNumerics floats = FloatNumerics::kUnstated;
  IntegerNumerics integers = IntegerNumerics::kNone;
};
// The operators of this build, sorted by domain and name.
KANTE_API std::vector<OperatorInfo> ListOperators();
// The newest of the versions of one of them that an opset has; 0 where it has none.
KANTE_API int OperatorSince(std::string_view domain, std::string_view name, int opset);

// What a library needs to have to load and run a model at any level of optimisation: the lines KANTE_OP(operator) and
// KANTE_RULE(rule) of the list that it is built with (-DKANTE_OPS=list). Sorted.
struct NeededEntries {
  std::vector<std::string> operators;  // custom ones are not among them
  std::vector<std::string> rules;      // rewrite rules that fire
};
// Reads the model in a file; errors are those of Model::Load.
KANTE_API Result<NeededEntries> FindNeeded(const std::string& path, const LoadOptions& options = {});

// How a model is saved.
struct SaveOptions {
  // The name of a file beside the model for its large initializers, which a model of more than 2 GB needs. Empty: they
  // stay in the model.
  std::string external_data;
  int64_t external_threshold_bytes = 1024;  // smaller ones stay in the model
  // Called now and then with the share written in [0, 1]; returning false cancels, and no file is left.
  std::function<bool(double)> progress;
};

// A node after upgrade and optimisation.
struct NodeDescription {
  std::string name;  // of the user's node (or nodes, when fused); may be empty
  std::string domain, op_type;
};

struct ModelRep;
struct ModelSpec;

// A loaded model: immutable, shared by its sessions and by copies of this handle; all functions are thread-safe.
class KANTE_API Model {
 public:
  Model();  // no model: valid() is false
  ~Model();
  Model(const Model&);
  Model& operator=(const Model&);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  // Reads an .onnx or .ort file, upgrades it to the newest opset and optimises it. Errors name the file and what is
  // wrong: NoSuchFile, InvalidProtobuf, InvalidGraph, NotImplemented (an unknown operator or opset), LimitExceeded,
  // OutOfMemory.
  static Result<Model> Load(const std::string& path, const LoadOptions& options = {});
  // The same from memory, which is copied. External data is looked for in `folder`; empty refuses it.
  static Result<Model> LoadFromMemory(std::span<const std::byte> bytes, const LoadOptions& options = {},
                                      const std::string& folder = {});
  // From a description (graph.h), whose initializers are shared, not copied. Errors are those of a file.
  static Result<Model> Make(const ModelSpec& spec, const LoadOptions& options = {});

  bool valid() const { return rep_ != nullptr; }
  // REQUIRES for all below: valid().
  const std::vector<ValueDescription>& inputs() const;
  const std::vector<ValueDescription>& outputs() const;
  const std::map<std::string, std::string>& metadata() const;  // metadata_props
  const std::map<std::string, int>& opsets() const;            // as imported by the file; "" is ai.onnx
  std::string name() const;                                    // of the graph
  std::string producer() const;                                // its name
  std::string producer_version() const;
  std::string domain() const;
  std::string description() const;        // doc_string of the model
  std::string graph_description() const;  // and of its graph
  int64_t model_version() const;
  int64_t ir_version() const;

  // Shapes of inputs by name; dimensions that the model leaves open and nobody gives count as 1.
  Result<ModelReport> Inspect(const std::map<std::string, std::vector<int64_t>>& shapes = {}) const;
  // The nodes of the graph after upgrade and optimisation, each after those that it reads from.
  std::vector<NodeDescription> Nodes() const;
  // The graph as text after upgrade and optimisation, one line a node.
  std::string GraphText() const;
  // Which rewrites were made, in order, and which were not, and why.
  std::vector<RewriteNote> Rewrites() const;
  // The same, one line each.
  std::vector<std::string> OptimizationNotes() const;
  // Saves the rewritten graph as ONNX. Fused operators become model-local functions, so other runtimes can run it. The
  // file appears complete or not at all, and may be the one that was loaded.
  Status Save(const std::string& path, const SaveOptions& options = {}) const;
  // The same as the bytes of the file.
  Result<std::string> SaveToMemory() const;
  // Saves a model of the one node that produces `value_name`; its inputs become graph inputs (weights stay inside).
  // Returns their names.
  Result<std::vector<std::string>> SaveNode(const std::string& value_name, const std::string& path) const;

  const std::shared_ptr<const ModelRep>& rep() const { return rep_; }  // for Kante itself

 private:
  explicit Model(std::shared_ptr<const ModelRep> rep);
  std::shared_ptr<const ModelRep> rep_;
};

}  // namespace kante
