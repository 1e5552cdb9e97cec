// SPDX-License-Identifier: MIT
#include "cli/io/test_case.h"

#include <algorithm>
#include <filesystem>

#include "cli/io/feeds.h"

namespace kante::cli {
namespace {

namespace fs = std::filesystem;

// Reads one file of a data set as the value that `d` describes.
Result<Value> ReadAs(const ValueDescription& d, const std::string& file) {
  auto value = ReadProtoFile(file, ProtoKindOf(d));
  if (!value.ok() || !value->is_tensor()) return value;
  const Tensor& tensor = value->tensor();
  // Before ONNX 1.13 the suite kept the bits of bfloat16 in tensors of uint16.
  if (d.element_type != ElementType::kBfloat16 || tensor.type() != ElementType::kUint16) return value;
  auto bits = Tensor::CopyOf(ElementType::kBfloat16, tensor.shape(), tensor.data(), tensor.bytes());
  if (!bits.ok()) return bits.status();
  return Value(std::move(*bits));
}

}  // namespace

Result<std::vector<std::string>> FindTestCases(const std::string& root) {
  std::error_code error;
  if (!fs::is_directory(root, error)) return Status(StatusCode::kNoSuchFile, "'" + root + "' is not a folder");
  std::vector<std::string> found;
  if (fs::exists(fs::path(root) / "model.onnx", error)) found.push_back(root);
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(root, options, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && fs::exists(it->path() / "model.onnx", ignored))
      found.push_back(it->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> DataSetsOf(const std::string& test_case) {
  std::vector<std::string> found;
  for (int i = 0;; ++i) {
    const fs::path folder = fs::path(test_case) / ("test_data_set_" + std::to_string(i));
    if (!fs::is_directory(folder)) return found;
    found.push_back(folder.string());
  }
}

Result<DataSet> ReadDataSet(const Model& model, const std::string& folder) {
  DataSet set;
  for (size_t i = 0; i < model.inputs().size(); ++i) {
    const fs::path file = fs::path(folder) / ("input_" + std::to_string(i) + ".pb");
    if (!fs::exists(file)) continue;
    auto value = ReadAs(model.inputs()[i], file.string());
    if (!value.ok()) return value.status();
    set.inputs.emplace_back(model.inputs()[i].name, std::move(*value));
  }
  for (size_t i = 0; i < model.outputs().size(); ++i) {
    const fs::path file = fs::path(folder) / ("output_" + std::to_string(i) + ".pb");
    if (!fs::exists(file)) continue;
    auto value = ReadAs(model.outputs()[i], file.string());
    if (!value.ok()) return value.status();
    set.outputs.emplace_back(model.outputs()[i].name, std::move(*value));
  }
  if (set.outputs.empty()) {
    return Status(StatusCode::kInvalidArgument, "'" + folder + "' has no output_*.pb to compare with");
  }
  return set;
}

}  // namespace kante::cli
