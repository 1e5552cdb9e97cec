// SPDX-License-Identifier: MIT
#include "base/paths.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/entropy.h"

namespace kante::core {
namespace {

std::string Real(const std::string& path) {
  auto real = RealPath(path);
  return real.ok() ? *real : "none";
}

TEST(PathsTest, FoldersAndNames) {
  EXPECT_EQ("a/b", FolderOf("a/b/c.onnx"));
  EXPECT_EQ(".", FolderOf("c.onnx"));
  EXPECT_EQ("/", FolderOf("/c.onnx"));
  EXPECT_EQ("c.onnx", FileNameOf("a/b/c.onnx"));
  EXPECT_EQ("c.onnx", FileNameOf("c.onnx"));
}

// root_/folder/file, and links to it.
class RealPathTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "kante_paths_" + std::to_string(EntropyBits());
    ASSERT_EQ(0, ::mkdir(root_.c_str(), 0700));
    ASSERT_EQ(0, ::mkdir((root_ + "/folder").c_str(), 0700));
    std::FILE* file = std::fopen((root_ + "/folder/file").c_str(), "wb");
    ASSERT_NE(nullptr, file);
    std::fclose(file);
    auto real = RealPath(root_);
    ASSERT_TRUE(real.ok()) << real.status().ToString();
    real_ = *real;
  }
  void TearDown() override {
    for (const char* name : {"/folder/file", "/folder/link", "/up", "/loop"}) ::unlink((root_ + name).c_str());
    ::rmdir((root_ + "/folder").c_str());
    ::rmdir(root_.c_str());
  }

  std::string Of(const std::string& path) const { return Real(root_ + path); }

  std::string root_, real_;
};

TEST_F(RealPathTest, DotsAndSlashesGo) {
  EXPECT_EQ(real_ + "/folder/file", Of("/folder/file"));
  EXPECT_EQ(real_ + "/folder/file", Of("//./folder/../folder///file"));
  EXPECT_EQ(real_ + "/folder", Of("/folder/"));
  EXPECT_EQ("/", Real("/../.."));
}

TEST_F(RealPathTest, LinksAreFollowed) {
  ASSERT_EQ(0, ::symlink("folder/link", (root_ + "/up").c_str()));
  ASSERT_EQ(0, ::symlink("../folder/file", (root_ + "/folder/link").c_str()));
  EXPECT_EQ(real_ + "/folder/file", Of("/up"));
}

TEST_F(RealPathTest, WhatIsNotThereIsAnError) {
  const auto none = RealPath(root_ + "/folder/nothing/here");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(StatusCode::kNoSuchFile, none.status().code());
  ASSERT_EQ(0, ::symlink("loop", (root_ + "/loop").c_str()));
  EXPECT_FALSE(RealPath(root_ + "/loop").ok());
}

}  // namespace
}  // namespace kante::core
