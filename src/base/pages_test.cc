// SPDX-License-Identifier: MIT
#include "base/pages.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "base/mapped_file.h"

namespace kante::core {
namespace {

// "RssFile" or another line of what the system says about this process, in KiB; -1 if it says nothing.
int64_t StatusKb(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kb = 0;
    if (word == name + ":" && status >> kb) return kb;
  }
  return -1;
}

TEST(PagesTest, DroppedPagesOfAFileComeBack) {
  const auto path = std::filesystem::temp_directory_path() / "kante_pages_test.bin";
  constexpr size_t kBytes = 16 << 20;
  std::vector<char> content(kBytes);
  for (size_t i = 0; i < kBytes; ++i) content[i] = static_cast<char>(i * 31 + i / 4096);
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(kBytes));
  auto file = MappedFile::Open(path.string(), Mapping::kMap);
  std::filesystem::remove(path);
  ASSERT_TRUE(file.ok());
  const std::byte* data = (*file)->bytes().data();
  ASSERT_EQ(0, std::memcmp(data, content.data(), kBytes));
  const int64_t before = StatusKb("RssFile");
  // Whole pages only: neighbours of an unaligned range stay.
  DropPages(data + 1, kBytes - 2);
  DropPages(data + 5, 7);
  DropPages(data, 0);
  if (before > 0) {
    EXPECT_LT(StatusKb("RssFile"), before - (int64_t{12} << 10));
  }
  EXPECT_EQ(0, std::memcmp(data, content.data(), kBytes));
}

TEST(PagesTest, TruncationIsNoticedBeforeTheMapIsRead) {
  const std::string path = testing::TempDir() + "kante_truncated_" + std::to_string(EntropyBits());
  std::ofstream(path) << std::string(10000, 'x');
  auto file = MappedFile::Open(path, Mapping::kMap);
  ASSERT_TRUE(file.ok());
  std::filesystem::resize_file(path, 100);
  const Status changed = (*file)->CheckUnchanged();
  std::filesystem::remove(path);
  ASSERT_FALSE(changed.ok());
  EXPECT_NE(changed.message().find("truncated to 100 bytes"), std::string_view::npos) << changed.ToString();
}

TEST(PagesTest, PipesAreRefusedWithoutWaiting) {
  const std::string path = testing::TempDir() + "kante_pipe_" + std::to_string(EntropyBits());
  ASSERT_EQ(0, ::mkfifo(path.c_str(), 0600));
  for (const Mapping mapping : {Mapping::kMap, Mapping::kCopy}) EXPECT_FALSE(MappedFile::Open(path, mapping).ok());
  std::filesystem::remove(path);
}

TEST(PagesTest, LargeBlocksAreAlignedAndWritable) {
  for (size_t bytes : {size_t{0}, size_t{1}, (size_t{1} << 20) - 1, size_t{1} << 20, (size_t{5} << 20) + 3}) {
    auto* block = static_cast<std::byte*>(LargeAllocator().Allocate(bytes));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(block) % kMemoryAlignment);
    if (bytes) std::memset(block, 1, bytes);
    LargeAllocator().Free(block, bytes);
  }
  EXPECT_EQ(nullptr, LargeAllocator().Allocate(SIZE_MAX / 2));
}

}  // namespace
}  // namespace kante::core
