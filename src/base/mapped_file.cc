// SPDX-License-Identifier: MIT
#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/allocator.h"
#include "base/file_map.h"

namespace kante::core {
namespace {

Status SystemError(const std::string& path, const char* what) {
  const StatusCode code = errno == ENOENT ? StatusCode::kNoSuchFile : StatusCode::kFail;
  return Error(code, what, " '", path, "': ", std::strerror(errno));
}

Status ReadAll(int fd, std::byte* to, size_t size, const std::string& path) {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = ::read(fd, to + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(path, "cannot read");
    if (n == 0) return Error(StatusCode::kFail, "'", path, "' became shorter while it was read");
    done += static_cast<size_t>(n);
  }
  return OkStatus();
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path, Mapping mapping) {
  std::shared_ptr<MappedFile> file(new MappedFile);
  file->path_ = path;
  file->mapping_ = mapping;
  file->fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not block us
  if (file->fd_ < 0) return SystemError(path, "cannot open");
  struct stat st;
  if (::fstat(file->fd_, &st) != 0) return SystemError(path, "cannot stat");
  if (!S_ISREG(st.st_mode)) return Error(StatusCode::kFail, "'", path, "' is not a regular file");
  if (!std::in_range<size_t>(st.st_size)) return Error(StatusCode::kOutOfMemory, "'", path, "' is too large");
  file->size_ = static_cast<size_t>(st.st_size);
  if (file->size_ == 0) return std::shared_ptr<const MappedFile>(std::move(file));
  if (mapping == Mapping::kMap) {
    file->data_ = MapFile(file->fd_, file->size_);
    if (!file->data_ && errno != ENOSYS) return SystemError(path, "cannot map");
  }
  if (!file->data_) {
    file->mapping_ = Mapping::kCopy;
    auto* data = static_cast<std::byte*>(HeapAllocator().Allocate(file->size_));
    if (!data) return Error(StatusCode::kOutOfMemory, "no memory for the ", st.st_size, " bytes of '", path, "'");
    file->data_ = data;
    KANTE_TRY(ReadAll(file->fd_, data, file->size_, path));
    ::close(file->fd_);
    file->fd_ = -1;
  }
  return std::shared_ptr<const MappedFile>(std::move(file));
}

MappedFile::~MappedFile() {
  if (data_ && mapping_ == Mapping::kCopy) {
    HeapAllocator().Free(const_cast<std::byte*>(data_), size_);
  } else if (data_) {
    UnmapFile(data_, size_);
  }
  if (fd_ >= 0) ::close(fd_);
}

std::optional<FileStamp> MappedFile::Stamp() const {
  constexpr int64_t kSecond = 1'000'000'000, kSettled = 2 * kSecond;
  struct stat st;
  struct timespec now;
  if (fd_ < 0 || ::fstat(fd_, &st) != 0 || ::clock_gettime(CLOCK_REALTIME, &now) != 0) return std::nullopt;
  const auto nanos = [](const struct timespec& t) {
    return static_cast<int64_t>(t.tv_sec) * kSecond + static_cast<int64_t>(t.tv_nsec);
  };
  if (nanos(now) - nanos(st.st_ctim) < kSettled) return std::nullopt;
  return FileStamp{static_cast<int64_t>(st.st_size), static_cast<int64_t>(st.st_dev), static_cast<int64_t>(st.st_ino),
                   nanos(st.st_mtim), nanos(st.st_ctim)};
}

Status MappedFile::CheckUnchanged() const {
  if (fd_ < 0) return OkStatus();
  struct stat st;
  if (::fstat(fd_, &st) != 0) return SystemError(path_, "cannot stat");
  if (static_cast<size_t>(st.st_size) < size_) {
    return Error(StatusCode::kFail, "'", path_, "' was truncated to ", st.st_size, " bytes after it was opened with ",
                 size_);
  }
  return OkStatus();
}

}  // namespace kante::core
