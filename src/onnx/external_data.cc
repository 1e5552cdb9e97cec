// SPDX-License-Identifier: MIT
#include "onnx/external_data.h"

#include "base/paths.h"

namespace kante::core {
namespace {

// Looks at the text only; links are looked at afterwards.
Status CheckLocation(std::string_view location) {
  if (location.empty()) return InvalidArgument("external data without a location");
  if (location.find('\0') != std::string_view::npos) return InvalidArgument("external data location holds a NUL");
  const bool drive = location.size() > 1 && location[1] == ':';
  if (location[0] == '/' || location[0] == '\\' || drive) {
    return InvalidArgument("external data location '", location,
                           "' is an absolute path; it must lie in the model's folder");
  }
  for (size_t begin = 0; begin <= location.size();) {
    size_t end = location.find_first_of("/\\", begin);
    if (end == std::string_view::npos) end = location.size();
    if (location.substr(begin, end - begin) == "..") {
      return InvalidArgument("external data location '", location, "' leaves the model's folder");
    }
    begin = end + 1;
  }
  return OkStatus();
}

bool IsInside(std::string_view path, std::string_view root) {
  if (root == "/") return true;
  return path.size() > root.size() && path.substr(0, root.size()) == root && path[root.size()] == '/';
}

}  // namespace

Status ExternalData::FindRoots() {
  if (!roots_.empty()) return OkStatus();
  KANTE_TRY(std::string folder, RealPath(folder_));
  roots_.push_back(std::move(folder));
  if (model_path_.empty()) return OkStatus();
  KANTE_TRY(const std::string model, RealPath(model_path_));
  roots_.push_back(FolderOf(model));
  return OkStatus();
}

Result<std::shared_ptr<const MappedFile>> ExternalData::Open(std::string_view location) {
  std::string key(location);
  if (const auto it = by_location_.find(key); it != by_location_.end()) return it->second;
  KANTE_TRY(CheckLocation(location));
  if (folder_.empty()) {
    return InvalidArgument("external data '", location, "' is refused: the model came from memory, without a folder");
  }
  KANTE_TRY(FindRoots());
  auto real = RealPath(StrCat(folder_, "/", location));
  if (!real.ok()) return Error(real.status().code(), "external data file '", location, "' is missing");
  bool inside = false;
  for (const std::string& root : roots_) inside |= IsInside(*real, root);
  if (!inside) {
    return InvalidArgument("external data location '", location, "' is a link that leaves the model's folder");
  }
  KANTE_TRY(std::shared_ptr<const MappedFile> file, MappedFile::Open(*real, mapping_));
  by_location_.emplace(std::move(key), file);
  files_.push_back(file);
  return file;
}

Result<ExternalData::Piece> ExternalData::Cut(Piece file, std::string_view location, int64_t offset, int64_t bytes) {
  const auto size = static_cast<int64_t>(file.bytes.size());
  if (offset < 0 || bytes < 0 || offset > size || bytes > size - offset) {
    return InvalidArgument("external data file '", location, "' has ", size, " bytes; the tensor needs ", bytes,
                           " at offset ", offset);
  }
  file.bytes = file.bytes.subspan(static_cast<size_t>(offset), static_cast<size_t>(bytes));
  return file;
}

Result<ExternalData::Piece> ExternalData::Find(std::string_view location, int64_t offset, int64_t bytes) {
  if (location.empty() && own_file_.owner) return Cut(own_file_, location, offset, bytes);
  if (in_memory_) {
    if (const auto it = in_memory_->find(location); it != in_memory_->end()) {
      return Cut(it->second, location, offset, bytes);
    }
  }
  KANTE_TRY(std::shared_ptr<const MappedFile> file, Open(location));
  Piece whole{file->bytes(), file, file->mapped()};
  return Cut(std::move(whole), location, offset, bytes);
}

}  // namespace kante::core
