// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mapped_file.h"
#include "onnx/wire_reader.h"

namespace kante::core {

// Finds the files beside a model that hold tensors' bytes, inside the model's own folder only: neither absolute paths,
// nor "..", nor links that lead outside. Files are opened once and shared.
class ExternalData {
 public:
  ExternalData() = default;  // refuses everything: a model in memory has no folder
  // `folder`: what locations are relative to. `model_path` (may be empty): if that is a link, files beside its target
  // are the model's own too (download caches keep such links).
  ExternalData(std::string folder, std::string model_path, Mapping mapping)
      : folder_(std::move(folder)), model_path_(std::move(model_path)), mapping_(mapping) {}

  struct Piece {
    Bytes bytes;
    std::shared_ptr<const void> owner;
    bool file_pages = false;  // the bytes lie in a mapped file
  };
  // Files by location that are in memory already, and are asked before the folder.
  using Files = std::map<std::string, Piece, std::less<>>;
  void SetFiles(const Files* files) { in_memory_ = files; }
  // What the empty location stands for: files that hold both model and weights. Without, it is an error.
  void SetOwnFile(Piece file) { own_file_ = std::move(file); }
  // `bytes` bytes at `offset` of the file `location`; the reason why not otherwise.
  Result<Piece> Find(std::string_view location, int64_t offset, int64_t bytes);

  const std::vector<std::shared_ptr<const MappedFile>>& files() const { return files_; }

 private:
  static Result<Piece> Cut(Piece file, std::string_view location, int64_t offset, int64_t bytes);
  Result<std::shared_ptr<const MappedFile>> Open(std::string_view location);
  Status FindRoots();

  std::string folder_;
  std::string model_path_;
  Mapping mapping_ = Mapping::kMap;
  const Files* in_memory_ = nullptr;
  Piece own_file_;
  std::vector<std::string> roots_;
  std::unordered_map<std::string, std::shared_ptr<const MappedFile>> by_location_;
  std::vector<std::shared_ptr<const MappedFile>> files_;
};

}  // namespace kante::core
