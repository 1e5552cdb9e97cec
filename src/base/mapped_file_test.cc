// SPDX-License-Identifier: MIT
#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "base/entropy.h"

namespace kante::core {
namespace {

class MappedFileTest : public testing::TestWithParam<Mapping> {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "kante_mapped_" + std::to_string(EntropyBits());
    std::remove(path_.c_str());
  }
  void TearDown() override { std::remove(path_.c_str()); }

  void Write(const std::string& text) const {
    std::FILE* f = std::fopen(path_.c_str(), "wb");
    ASSERT_NE(f, nullptr);
    ASSERT_EQ(std::fwrite(text.data(), 1, text.size(), f), text.size());
    std::fclose(f);
  }

  std::string path_;
};

TEST_P(MappedFileTest, HoldsTheBytes) {
  Write("hello");
  auto file = MappedFile::Open(path_, GetParam());
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ASSERT_EQ((*file)->bytes().size(), 5u);
  EXPECT_EQ(std::memcmp((*file)->bytes().data(), "hello", 5), 0);
  EXPECT_EQ((*file)->path(), path_);
  EXPECT_TRUE((*file)->CheckUnchanged().ok());
}

TEST_P(MappedFileTest, EmptyFilesAreFine) {
  Write("");
  auto file = MappedFile::Open(path_, GetParam());
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_TRUE((*file)->bytes().empty());
}

TEST_P(MappedFileTest, MissingFile) {
  auto file = MappedFile::Open(path_, GetParam());
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().code(), StatusCode::kNoSuchFile);
  EXPECT_NE(file.status().message().find(path_), std::string_view::npos);
}

TEST_P(MappedFileTest, DirectoriesAreRefused) { EXPECT_FALSE(MappedFile::Open(testing::TempDir(), GetParam()).ok()); }

TEST_P(MappedFileTest, SurvivesRemovalOfTheFile) {
  Write("still here");
  auto file = MappedFile::Open(path_, GetParam());
  ASSERT_TRUE(file.ok());
  std::remove(path_.c_str());
  EXPECT_EQ(std::memcmp((*file)->bytes().data(), "still here", 10), 0);
  EXPECT_TRUE((*file)->CheckUnchanged().ok());
}

INSTANTIATE_TEST_SUITE_P(Both, MappedFileTest, testing::Values(Mapping::kMap, Mapping::kCopy));

TEST_F(MappedFileTest, CopiesDoNotCareAboutTruncation) {
  Write(std::string(10000, 'x'));
  auto file = MappedFile::Open(path_, Mapping::kCopy);
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
  EXPECT_TRUE((*file)->CheckUnchanged().ok());
  EXPECT_EQ((*file)->bytes()[9999], std::byte{'x'});
}

}  // namespace
}  // namespace kante::core
