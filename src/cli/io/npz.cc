// SPDX-License-Identifier: MIT
#include <zip.h>

#include <memory>

#include "cli/io/npy.h"

namespace kante::cli {
namespace {

constexpr zip_uint64_t kMaxArrayBytes = zip_uint64_t{8} << 30;  // a small archive may claim a huge array

}  // namespace

Result<std::map<std::string, Tensor>> ReadNpz(const std::string& path) {
  int error = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_RDONLY, &error), &zip_discard);
  if (!archive) return Status(StatusCode::kInvalidArgument, "cannot open '" + path + "' as an .npz archive");
  std::map<std::string, Tensor> arrays;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t info;
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &info) != 0 || info.size > kMaxArrayBytes) {
      return Status(StatusCode::kInvalidArgument, "'" + path + "' has an unreadable or too large entry");
    }
    std::string name = info.name;
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
        zip_fopen_index(archive.get(), static_cast<zip_uint64_t>(i), 0), &zip_fclose);
    std::string bytes(info.size, '\0');
    if (!file || zip_fread(file.get(), bytes.data(), info.size) != static_cast<zip_int64_t>(info.size)) {
      return Status(StatusCode::kInvalidArgument, "cannot read '" + name + "' of '" + path + "'");
    }
    auto tensor = ParseNpy(bytes, path + ":" + name);
    if (!tensor.ok()) return tensor.status();
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    arrays[name] = std::move(*tensor);
  }
  return arrays;
}

}  // namespace kante::cli
