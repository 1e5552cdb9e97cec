// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/content_hash.h"
#include "base/mapped_file.h"
#include "ops/choice.h"
#include "tensor/tensor.h"

namespace kante::core {

// The packed weights of one model in a file of a folder, mapped and shared between processes. A weight is known by the
// contents of the model's files and its place there, or by its own contents if it lies in none. What cannot be read or
// written is done without: nothing here fails. Not thread-safe: the WeightStore locks.
class WeightCache {
 public:
  using Log = std::function<void(const std::string&)>;
  using Files = std::vector<std::shared_ptr<const MappedFile>>;

  WeightCache(std::string folder, Files files, Log log);

  // The weight in `format` as it was saved, or null.
  std::shared_ptr<Buffer> Find(const Tensor& weight, WeightFormat format);
  // To be saved, if it was not found.
  void Add(const Tensor& weight, WeightFormat format, std::shared_ptr<const Buffer> packed);
  // Writes the file anew if there is anything to add.
  void Save();

  const std::string& path() const { return path_; }
  // What Find's buffers lie in; null if there was no file.
  const std::shared_ptr<const MappedFile>& file() const { return file_; }

 private:
  // All numbers of the file are of this machine's kind; one of another kind has another magic number.
  struct Source {     // a file of the model
    FileStamp stamp;  // of size 0: not to be trusted
    ContentHash::Value hash{};
  };
  struct Entry {
    uint64_t source = 0;         // number of the file, or kNoFile
    ContentHash::Value place{};  // in the file: offset and bytes; else the hash
    uint64_t shape = 0;          // of type and dimensions
    uint64_t format = 0;
    uint64_t offset = 0, bytes = 0;
    bool Same(const Entry& other) const {
      return source == other.source && place == other.place && shape == other.shape && format == other.format;
    }
  };
  struct Head {
    uint64_t magic = 0;
    ContentHash::Value check{};  // of everything up to the data, with zeros here
    ContentHash::Value seed{};
    uint64_t identity = 0;  // version and target of the library
    uint64_t sources = 0, entries = 0, file_bytes = 0;
  };
  struct Item {
    Entry entry;
    std::shared_ptr<const Buffer> data;
  };

  bool Open(bool known);  // `known`: the model's files are those that it was written for
  bool SourcesAgree(const std::vector<Source>& sources);
  Entry KeyOf(const Tensor& weight, WeightFormat format) const;
  Status Write();
  void Say(std::string_view what) const;

  std::string path_;
  Files files_;
  Log log_;
  uint64_t identity_ = 0;
  ContentHash::Value seed_{};
  std::optional<ContentHash> hash_;
  std::vector<ContentHash::Value> file_hashes_;  // of files_, once they are worked out
  std::shared_ptr<const MappedFile> file_;
  std::vector<Entry> saved_;  // in file_
  std::vector<Item> added_;
  bool stale_ = false;  // the file is right but says so in a way that takes time to check
  int writes_left_ = 4;
};

}  // namespace kante::core
