// SPDX-License-Identifier: MIT
#include "cli/io/npy.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace kante::cli {
namespace {

using Dims = std::vector<int64_t>;

// A .npy file by hand, in the given version of the format.
std::string Npy(const std::string& descr, const std::string& shape, const std::string& data, bool fortran = false,
                int version = 1) {
  std::string dict =
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
  std::string out = std::string("\x93NUMPY") + static_cast<char>(version) + '\0';
  out += static_cast<char>(dict.size() & 255);
  out += static_cast<char>(dict.size() >> 8);
  if (version > 1) out += std::string(2, '\0');
  return out + dict + data;
}

template <typename T>
std::string Raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
std::vector<T> ValuesOf(const Tensor& t) {
  return {t.values<T>().begin(), t.values<T>().end()};
}

Dims ShapeOf(const Tensor& t) { return {t.shape().begin(), t.shape().end()}; }

TEST(Npy, RoundTripsEveryNumpyType) {
  for (ElementType type :
       {ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16, ElementType::kInt8, ElementType::kInt16,
        ElementType::kInt32, ElementType::kInt64, ElementType::kUint8, ElementType::kUint16, ElementType::kUint32,
        ElementType::kUint64, ElementType::kBool, ElementType::kComplex64, ElementType::kComplex128}) {
    for (const Dims& dims : {Dims{2, 3}, Dims{5}, Dims{}, Dims{0, 4}}) {
      auto t = Tensor::Allocate(type, dims);
      ASSERT_TRUE(t.ok());
      auto* bytes = static_cast<unsigned char*>(t->mutable_data());
      for (size_t i = 0; i < t->bytes(); ++i)
        bytes[i] = static_cast<unsigned char>(type == ElementType::kBool ? i & 1 : i * 37);
      auto file = FormatNpy(*t);
      ASSERT_TRUE(file.ok());
      auto back = ParseNpy(*file, "file");
      ASSERT_TRUE(back.ok()) << NameOf(type) << back.status().ToString();
      EXPECT_EQ(back->type(), type);
      EXPECT_EQ(ShapeOf(*back), dims);
      EXPECT_EQ(Raw(ValuesOf<char>(*Tensor::CopyOf(ElementType::kInt8, Dims{static_cast<int64_t>(back->bytes())},
                                                   back->data(), back->bytes()))),
                std::string(static_cast<const char*>(t->data()), t->bytes()));
    }
  }
}

TEST(Npy, HeaderIsAligned) {
  auto file = FormatNpy(*Tensor::Allocate(ElementType::kFloat32, Dims{2, 3}));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((file->size() - 24) % 64, 0u);
  EXPECT_NE(file->find("'descr': '<f4'"), std::string::npos);
}

TEST(Npy, TypesThatNumpyLacksAreIntegers) {
  const auto stored = [](ElementType type, const Dims& dims) {
    auto file = FormatNpy(*Tensor::Allocate(type, dims));
    auto back = ParseNpy(*file, "file");
    EXPECT_TRUE(back.ok()) << back.status().ToString();
    return back.ok() ? std::string(NameOf(back->type())) + ShapeToString(back->shape()) : "";
  };
  EXPECT_EQ(stored(ElementType::kBfloat16, {3}), "uint16[3]");
  EXPECT_EQ(stored(ElementType::kFloat8E4M3FN, {3}), "uint8[3]");
  EXPECT_EQ(stored(ElementType::kInt4, {3}), "uint8[2]");  // packed
}

TEST(Npy, BigEndian) {
  auto t = ParseNpy(Npy(">i4", "(2,)", std::string("\0\0\0\1\0\0\1\0", 8)), "file");
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(ValuesOf<int32_t>(*t), (std::vector<int32_t>{1, 256}));
  t = ParseNpy(Npy(">f8", "()", std::string("\x3f\xf8\0\0\0\0\0\0", 8)), "file");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(ValuesOf<double>(*t), std::vector<double>{1.5});
  t = ParseNpy(Npy(">c8", "(1,)", std::string("\x3f\x80\0\0\x40\0\0\0", 8)), "file");  // 1 + 2i
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(static_cast<const float*>(t->data())[0], 1);
  EXPECT_EQ(static_cast<const float*>(t->data())[1], 2);
}

TEST(Npy, FortranOrder) {
  auto t = ParseNpy(Npy("<f4", "(2, 3)", Raw<float>({1, 4, 2, 5, 3, 6}), true), "file");
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(ValuesOf<float>(*t), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  t = ParseNpy(Npy("<i2", "(2, 2, 2)", Raw<int16_t>({0, 4, 2, 6, 1, 5, 3, 7}), true), "file");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(ValuesOf<int16_t>(*t), (std::vector<int16_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(Npy, Versions2And3) {
  for (int version : {2, 3}) {
    auto t = ParseNpy(Npy("<f4", "(1,)", Raw<float>({7}), false, version), "file");
    ASSERT_TRUE(t.ok()) << t.status().ToString();
    EXPECT_EQ(ValuesOf<float>(*t), std::vector<float>{7});
  }
}

TEST(Npy, Strings) {
  auto t = ParseNpy(Npy("|S3", "(2,)", std::string("ab\0xyz", 6)), "file");
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(t->strings()[0], "ab");
  EXPECT_EQ(t->strings()[1], "xyz");
  const std::u32string wide = U"\u00e9\u4e2d";
  t = ParseNpy(Npy("<U2", "(1,)", {reinterpret_cast<const char*>(wide.data()), 8}), "file");
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->strings()[0], "\xc3\xa9\xe4\xb8\xad");
  t = ParseNpy(Npy(">U1", "(1,)", std::string("\0\0\0A", 4)), "file");
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_EQ(t->strings()[0], "A");
  const std::vector<std::string> words = {"a", "", "longer"};
  auto file = FormatNpy(*Tensor::OfStrings(Dims{3}, words));
  ASSERT_TRUE(file.ok());
  t = ParseNpy(*file, "file");
  ASSERT_TRUE(t.ok()) << t.status().ToString();
  EXPECT_TRUE(std::ranges::equal(t->strings(), words));
}

TEST(Npy, Malformed) {
  const std::string good = Npy("<f4", "(2,)", Raw<float>({1, 2}));
  ASSERT_TRUE(ParseNpy(good, "file").ok());
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(ParseNpy(good.substr(0, size), "file").ok()) << size;
  for (const std::string& bad :
       {std::string("hello"), Npy("<f4", "(3,)", Raw<float>({1, 2})), Npy("<q9", "(2,)", "12345678"),
        Npy("O", "(1,)", "12345678"), Npy("<f4", "(99999999999999999999,)", ""),
        Npy("<f4", "(999999999999999, 999999999999999)", ""), Npy("<f4", "(-2,)", "12345678"),
        Npy("|S99999999999999999999", "(1,)", "x"), Npy("|S9223372036854775807", "(2,)", "x"),
        Npy("|S0", "(1000000000000,)", ""), Npy("|S-4", "(1,)", "x"), Npy("<f4", "(99999999999,)", ""),
        Npy("<f4", "(2,)", "12345678", false, 9), std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12)}) {
    const auto t = ParseNpy(bad, "the_file");
    EXPECT_FALSE(t.ok()) << bad;
    EXPECT_NE(t.status().message().find("the_file"), std::string::npos) << t.status().message();
  }
}

class NpzTest : public ::testing::Test {
 protected:
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("kante-npz-" + std::to_string(::getpid()) + ".npz")).string();
  ~NpzTest() override { std::remove(path_.c_str()); }
  void Write(const std::map<std::string, std::string>& entries) {
    int error = 0;
    zip_t* archive = zip_open(path_.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
    ASSERT_NE(archive, nullptr);
    for (const auto& [name, bytes] : entries) {
      zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
      ASSERT_GE(zip_file_add(archive, name.c_str(), source, 0), 0);
    }
    ASSERT_EQ(zip_close(archive), 0);
  }
};

TEST_F(NpzTest, AllArraysByName) {
  const std::map<std::string, std::string> entries = {{"a.npy", Npy("<f4", "(2,)", Raw<float>({1, 2}))},
                                                      {"b.npy", Npy("<i8", "()", Raw<int64_t>({7}))}};
  Write(entries);
  auto arrays = ReadNpz(path_);
  ASSERT_TRUE(arrays.ok()) << arrays.status().ToString();
  ASSERT_EQ(arrays->size(), 2u);
  EXPECT_EQ(ValuesOf<float>(arrays->at("a")), (std::vector<float>{1, 2}));
  EXPECT_EQ(ValuesOf<int64_t>(arrays->at("b")), std::vector<int64_t>{7});
}

TEST_F(NpzTest, BrokenArchives) {
  EXPECT_FALSE(ReadNpz(path_).ok());
  const std::map<std::string, std::string> entries = {{"a.npy", "not an array"}};
  Write(entries);
  const Status status = ReadNpz(path_).status();
  EXPECT_NE(status.message().find("a.npy"), std::string::npos) << status.ToString();
  std::FILE* file = std::fopen(path_.c_str(), "wb");
  std::fputs("PK\3\4 but no archive", file);
  std::fclose(file);
  EXPECT_FALSE(ReadNpz(path_).ok());
}

}  // namespace
}  // namespace kante::cli
