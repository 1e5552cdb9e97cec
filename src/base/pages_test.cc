// SPDX-License-Identifier: MIT
#include "base/pages.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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
