// SPDX-License-Identifier: MIT
#include "runtime/weight_cache.h"

#include <algorithm>
#include <cstring>

#include "base/atomic_file.h"
#include "base/checked.h"
#include "base/entropy.h"
#include "base/pages.h"
#include "kernels/dispatch.h"

namespace kante::core {
namespace {

constexpr uint64_t kMagic = 0x31'43'57'45'54'4E'41'4B;  // "KANTEWC1"
constexpr uint64_t kNoFile = ~uint64_t{0};
constexpr uint64_t kMostSources = 1 << 16, kMostEntries = 1 << 22;
constexpr size_t kPage = 4096;  // of large weights; small ones lie at multiples of kMemoryAlignment
constexpr ContentHash::Value kCheckSeed{0x5F0E9A0D3B1C7E42, 0x1D2C3B4A59687786};
constexpr size_t kSample = 4096;
constexpr size_t kSamples = 16;

std::span<const std::byte> BytesOf(const void* data, size_t bytes) {
  return {static_cast<const std::byte*>(data), bytes};
}

// Which library made the packed forms.
uint64_t LibraryIdentity(const ContentHash& hash) {
  const std::string text = StrCat(KANTE_VERSION, " ", static_cast<int>(kernels::CurrentTarget()));
  return hash.Of(text.data(), text.size())[0];
}

// Tells most models apart by little reading: sizes and samples. The file itself says whether it is the right one.
std::string NameFor(const ContentHash& hash, const WeightCache::Files& files, uint64_t identity) {
  std::vector<uint64_t> seen{identity};
  for (const auto& file : files) {
    const auto bytes = file->bytes();
    seen.push_back(bytes.size());
    for (size_t i = 0; i <= kSamples; ++i) {
      const size_t some = std::min(kSample, bytes.size());
      const size_t at = (bytes.size() - some) / kSamples * i;
      seen.push_back(hash.Of(bytes.data() + at, some)[0]);
    }
  }
  const ContentHash::Value all = hash.Of(seen.data(), seen.size() * sizeof(uint64_t));
  std::string name;
  for (uint64_t part : all) {
    for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[part >> shift & 15];
  }
  return name + ".kante-weights";
}

// Read a piece at a time, so that the file need not be in memory as a whole.
ContentHash::Value HashOf(const ContentHash& hash, const MappedFile& file) {
  constexpr size_t kPiece = 4 << 20;
  std::vector<ContentHash::Value> pieces;
  for (auto rest = file.bytes(); !rest.empty();) {
    const auto piece = rest.first(std::min(kPiece, rest.size()));
    if (file.mapped()) FetchPages(piece.data(), piece.size());
    pieces.push_back(hash.Of(piece.data(), piece.size()));
    if (file.mapped()) DropPages(piece.data(), piece.size());
    rest = rest.subspan(piece.size());
  }
  return hash.Of(pieces.data(), pieces.size() * sizeof(pieces[0]));
}

}  // namespace

WeightCache::WeightCache(std::string folder, Files files, Log log) : files_(std::move(files)), log_(std::move(log)) {
  const ContentHash check(kCheckSeed);
  identity_ = LibraryIdentity(check);
  path_ = StrCat(folder, "/", NameFor(check, files_, identity_));
  if (!Open(/*known=*/false)) {
    file_ = nullptr;
    saved_.clear();
    file_hashes_.clear();
    seed_ = {EntropyBits(), EntropyBits()};
    hash_.emplace(seed_);
  }
}

void WeightCache::Say(std::string_view what) const {
  if (log_) log_(StrCat("weight cache '", path_, "': ", what));
}

bool WeightCache::Open(bool known) {
  auto opened = MappedFile::Open(path_, Mapping::kMap);
  if (!opened.ok()) {
    const Status why = opened.TakeStatus().Clone();
    if (why.code() != StatusCode::kNoSuchFile) Say(why.message());
    return false;
  }
  file_ = std::move(opened).value();
  const auto bytes = file_->bytes();
  Head head;
  if (bytes.size() < sizeof(head)) return Say("too short, made anew"), false;
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (head.magic != kMagic || head.identity != identity_) return Say("not of this library, made anew"), false;
  if (head.file_bytes != bytes.size() || head.sources != files_.size() || head.sources > kMostSources ||
      head.entries > kMostEntries) {
    return Say("damaged, made anew"), false;
  }
  const size_t tables = sizeof(head) + head.sources * sizeof(Source) + head.entries * sizeof(Entry);
  if (tables > bytes.size()) return Say("damaged, made anew"), false;
  std::vector<std::byte> text(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(tables));
  std::memset(text.data() + offsetof(Head, check), 0, sizeof(head.check));
  if (ContentHash(kCheckSeed).Of(text.data(), text.size()) != head.check) return Say("damaged, made anew"), false;
  std::vector<Source> sources(head.sources);
  saved_.resize(head.entries);
  std::memcpy(sources.data(), text.data() + sizeof(head), sources.size() * sizeof(Source));
  std::memcpy(saved_.data(), text.data() + sizeof(head) + sources.size() * sizeof(Source),
              saved_.size() * sizeof(Entry));
  for (const Entry& e : saved_) {
    if (e.offset % kMemoryAlignment != 0 || e.bytes == 0 || e.offset > bytes.size() ||
        e.bytes > bytes.size() - e.offset) {
      return Say("damaged, made anew"), false;
    }
  }
  known = known && head.seed == seed_;  // else another process has written it meanwhile
  seed_ = head.seed;
  hash_.emplace(seed_);
  if (!known && !SourcesAgree(sources)) return Say("of another model, made anew"), false;
  return true;
}

bool WeightCache::SourcesAgree(const std::vector<Source>& sources) {
  for (size_t i = 0; i < files_.size(); ++i) {
    const std::optional<FileStamp> stamp = files_[i]->Stamp();
    if (stamp && stamp->size != 0 && *stamp == sources[i].stamp) continue;
    if (HashOf(*hash_, *files_[i]) != sources[i].hash) return false;
    stale_ = stale_ || stamp.has_value();
  }
  file_hashes_.clear();
  for (const Source& source : sources) file_hashes_.push_back(source.hash);
  return true;
}

WeightCache::Entry WeightCache::KeyOf(const Tensor& weight, WeightFormat format) const {
  std::vector<int64_t> shape(weight.shape().begin(), weight.shape().end());
  shape.push_back(static_cast<int64_t>(weight.type()));
  Entry key;
  key.shape = hash_->Of(shape.data(), shape.size() * sizeof(shape[0]))[0];
  key.format = format;
  const std::byte* at = weight.raw();
  for (size_t i = 0; i < files_.size(); ++i) {
    const auto bytes = files_[i]->bytes();
    if (at < bytes.data() || at >= bytes.data() + bytes.size()) continue;
    key.source = i;
    key.place = {static_cast<uint64_t>(at - bytes.data()), static_cast<uint64_t>(weight.bytes())};
    return key;
  }
  key.source = kNoFile;
  key.place = hash_->Of(at, static_cast<size_t>(weight.bytes()));
  return key;
}

std::shared_ptr<Buffer> WeightCache::Find(const Tensor& weight, WeightFormat format) {
  if (saved_.empty() || !weight.contiguous()) return nullptr;
  const Entry key = KeyOf(weight, format);
  for (const Entry& e : saved_) {
    if (e.Same(key)) return Buffer::Borrow(file_->bytes().data() + e.offset, e.bytes, file_);
  }
  return nullptr;
}

void WeightCache::Add(const Tensor& weight, WeightFormat format, std::shared_ptr<const Buffer> packed) {
  if (writes_left_ == 0 || packed->bytes() == 0 || !weight.contiguous()) return;
  added_.push_back({KeyOf(weight, format), std::move(packed)});
}

void WeightCache::Save() {
  if ((added_.empty() && !stale_) || writes_left_ == 0) return;
  --writes_left_;
  const Status written = Write();
  added_.clear();  // what is in memory stays in the store
  stale_ = false;
  if (!written.ok()) {
    writes_left_ = 0;
    return Say(StrCat("not written: ", written.message()));
  }
  // Later additions join what is in the file now.
  if (writes_left_ > 0 && !Open(/*known=*/true)) writes_left_ = 0;
}

Status WeightCache::Write() {
  std::vector<Source> sources;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (file_hashes_.size() == i) file_hashes_.push_back(HashOf(*hash_, *files_[i]));
    sources.push_back({files_[i]->Stamp().value_or(FileStamp{}), file_hashes_[i]});
  }
  std::vector<Item> items;
  for (const Entry& e : saved_) {
    items.push_back({e, Buffer::Borrow(file_->bytes().data() + e.offset, e.bytes, file_)});
  }
  for (const Item& item : added_) {
    const bool there = std::any_of(items.begin(), items.end(), [&](const Item& i) { return i.entry.Same(item.entry); });
    if (!there) items.push_back(item);
  }
  if (items.size() > kMostEntries || sources.size() > kMostSources) {
    return Error(StatusCode::kLimitExceeded, items.size(), " weights are too many");
  }
  Head head{.magic = kMagic, .seed = seed_, .identity = identity_};
  head.sources = sources.size();
  head.entries = items.size();
  const size_t tables = sizeof(head) + sources.size() * sizeof(Source) + items.size() * sizeof(Entry);
  int64_t end = static_cast<int64_t>(tables);
  std::vector<Entry> entries;
  for (Item& item : items) {
    item.entry.bytes = item.data->bytes();
    const size_t alignment = item.entry.bytes < 16 * kPage ? kMemoryAlignment : kPage;
    item.entry.offset = static_cast<uint64_t>(AlignUp(end, static_cast<int64_t>(alignment)));
    end = static_cast<int64_t>(item.entry.offset + item.entry.bytes);
    entries.push_back(item.entry);
  }
  head.file_bytes = static_cast<uint64_t>(end);
  std::vector<std::byte> text(tables);
  std::memcpy(text.data() + sizeof(head), sources.data(), sources.size() * sizeof(Source));
  std::memcpy(text.data() + sizeof(head) + sources.size() * sizeof(Source), entries.data(),
              entries.size() * sizeof(Entry));
  std::memcpy(text.data(), &head, sizeof(head));
  head.check = ContentHash(kCheckSeed).Of(text.data(), text.size());
  std::memcpy(text.data(), &head, sizeof(head));

  KANTE_TRY(AtomicFile file, AtomicFile::Create(path_));
  KANTE_TRY(file.Write(text));
  const std::vector<std::byte> zeros(kPage);
  for (const Item& item : items) {
    KANTE_TRY(file.Write(BytesOf(zeros.data(), item.entry.offset - static_cast<size_t>(file.size()))));
    KANTE_TRY(file.Write(BytesOf(item.data->data(), item.data->bytes())));
  }
  return file.Commit();
}

}  // namespace kante::core
