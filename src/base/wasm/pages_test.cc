// SPDX-License-Identifier: MIT
#include "base/pages.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "base/entropy.h"
#include "base/mapped_file.h"

namespace kante::core {
namespace {

TEST(PagesTest, LargeBlocksAreOfTheHeap) {
  EXPECT_EQ(&HeapAllocator(), &LargeAllocator());
  void* block = LargeAllocator().Allocate(size_t{5} << 20);
  ASSERT_NE(nullptr, block);
  LargeAllocator().Free(block, size_t{5} << 20);
  EXPECT_EQ(nullptr, LargeAllocator().Allocate(SIZE_MAX / 2));
}

TEST(PagesTest, FilesAreCopied) {
  const std::string path = testing::TempDir() + "kante_copied_" + std::to_string(EntropyBits());
  std::FILE* f = std::fopen(path.c_str(), "wb");
  ASSERT_NE(nullptr, f);
  std::fputs("content", f);
  std::fclose(f);
  auto file = MappedFile::Open(path, Mapping::kMap);
  std::remove(path.c_str());
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_FALSE((*file)->mapped());
  DropPages((*file)->bytes().data(), (*file)->bytes().size());
  EXPECT_EQ(0, std::memcmp((*file)->bytes().data(), "content", 7));
}

}  // namespace
}  // namespace kante::core
