// SPDX-License-Identifier: MIT
// A file's bytes, mapped or copied, read only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/status.h"

namespace kante::core {

enum class Mapping : uint8_t {
  kMap,   // pages come from the file when touched and are shared between processes; on systems without: kCopy
  kCopy,  // read into memory at once: safe against files that change or shrink afterwards
};

// What the system says of a file's identity. Every change of its bytes moves `changed_ns`, which no program can set.
struct FileStamp {
  int64_t size = 0, device = 0, inode = 0, modified_ns = 0, changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

// Immutable after Open; shared by everything that points into it. Thread-safe.
// A mapped file that somebody truncates later raises SIGBUS at the access in any program; CheckUnchanged lets the
// runtime find out before it reads, and kCopy rules it out.
class MappedFile {
 public:
  // NoSuchFile, OutOfMemory, or Fail with the system's reason. An empty file is fine. Directories are refused.
  static Result<std::shared_ptr<const MappedFile>> Open(const std::string& path, Mapping mapping);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }
  bool mapped() const { return mapping_ == Mapping::kMap; }

  // Now. Nothing where the file cannot be asked (kCopy), or was changed so lately that another change might not show.
  std::optional<FileStamp> Stamp() const;

  // An error when the file on disk became shorter than what was mapped. One fstat; always OK for kCopy.
  Status CheckUnchanged() const;

 private:
  MappedFile() = default;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  int fd_ = -1;
  Mapping mapping_ = Mapping::kMap;
  std::string path_;
};

}  // namespace kante::core
