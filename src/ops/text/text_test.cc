// SPDX-License-Identifier: MIT
// Expected values: numpy.char, str.split and onnx.reference.
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using Strings = std::vector<std::string>;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

TEST(StringConcat, Broadcasts) {
  OpTest("StringConcat", 20)
      .In<std::string>({2, 1}, {"a", "\xC3\xA9"})
      .In<std::string>({3}, {"x", "", "yz"})
      .Out<std::string>({2, 3}, {"ax", "a", "ayz", "\xC3\xA9x", "\xC3\xA9", "\xC3\xA9yz"})
      .Run();
  OpTest("StringConcat", 20).In<std::string>({}, {"a"}).In<std::string>({}, {"b"}).Out<std::string>({}, {"ab"}).Run();
  OpTest("StringConcat", 20).In<std::string>({0}, {}).In<std::string>({1}, {"b"}).Out<std::string>({0}, {}).Run();
}

TEST(StringConcat, Refuses) {
  OpTest("StringConcat", 20).In<float>({1}, {1}).In<float>({1}, {1}).Fails("input 0 must be of type string");
  OpTest("StringConcat", 20).In<std::string>({2}, {"a", "b"}).In<std::string>({3}, {"a", "b", "c"}).Fails("[2]");
}

TEST(StringSplit, ByDelimiter) {
  OpTest("StringSplit", 20)
      .Attr("delimiter", "--")
      .In<std::string>({2, 2}, {"a--b", "", "----", "c"})
      .Out<std::string>({2, 2, 3}, {"a", "b", "", "", "", "", "", "", "", "c", "", ""})
      .Out<int64_t>({2, 2}, {2, 1, 3, 1})
      .Run();
  OpTest("StringSplit", 20)
      .Attr("delimiter", ".")
      .Attr("maxsplit", 1)
      .In<std::string>({2}, {"a.b.c", "d"})
      .Out<std::string>({2, 2}, {"a", "b.c", "d", ""})
      .NoOutput()
      .Run();
}

TEST(StringSplit, ByWhiteSpace) {
  OpTest("StringSplit", 20)
      .In<std::string>({3}, {"  a \t b\n", "",
                             "c\xE3\x80\x80\xC2\xA0"
                             "d e"})
      .Out<std::string>({3, 3}, {"a", "b", "", "", "", "", "c", "d", "e"})
      .Out<int64_t>({3}, {2, 0, 3})
      .Run();
  OpTest("StringSplit", 20)  // " a  b c ".split(None, 1) == ["a", "b c "]
      .Attr("delimiter", "")
      .Attr("maxsplit", 1)
      .In<std::string>({2}, {" a  b c ", "d  "})
      .Out<std::string>({2, 2}, {"a", "b c ", "d", ""})
      .Out<int64_t>({2}, {2, 1})
      .Run();
  OpTest("StringSplit", 20)
      .Attr("maxsplit", 0)
      .In<std::string>({}, {" a b"})
      .Out<std::string>({1}, {"a b"})
      .Out<int64_t>({}, {1})
      .Run();
  OpTest("StringSplit", 20).In<std::string>({0}, {}).Out<std::string>({0, 0}, {}).Out<int64_t>({0}, {}).Run();
}

TEST(StringSplit, Refuses) { OpTest("StringSplit", 20).In<float>({1}, {1}).Fails("input 0 must be of type string"); }

OpTest TfIdf(const char* mode, int shortest, int longest, int skips) {
  return std::move(OpTest("TfIdfVectorizer", 9)
                       .Attr("mode", mode)
                       .Attr("min_gram_length", shortest)
                       .Attr("max_gram_length", longest)
                       .Attr("max_skip_count", skips));
}
// 1-grams 2 3 5 4, 2-grams 5 6, 7 8, 6 7.
OpTest Numbers(const char* mode, int shortest, int longest, int skips) {
  return std::move(TfIdf(mode, shortest, longest, skips)
                       .Attr("ngram_counts", Ints{0, 4})
                       .Attr("ngram_indexes", Ints{0, 1, 2, 3, 4, 5, 6})
                       .Attr("pool_int64s", Ints{2, 3, 5, 4, 5, 6, 7, 8, 6, 7}));
}

TEST(TfIdfVectorizer, Counts) {
  const std::vector<int32_t> row = {1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8};
  Numbers("TF", 2, 2, 0).In<int32_t>({12}, row).Out<float>({7}, {0, 0, 0, 0, 1, 1, 1}).Run();
  Numbers("TF", 2, 2, 5).In<int32_t>({12}, row).Out<float>({7}, {0, 0, 0, 0, 1, 3, 1}).Run();
  Numbers("TF", 1, 2, 5).In<int32_t>({2, 6}, row).Out<float>({2, 7}, {0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1}).Run();
  Numbers("TF", 1, 1, 9).In<int64_t>({3}, {5, 5, 9}).Out<float>({7}, {0, 0, 2, 0, 0, 0, 0}).Run();
  Numbers("TF", 1, 2, 0).In<int64_t>({0}, {}).Out<float>({7}, Floats(7, 0)).Run();
}

TEST(TfIdfVectorizer, WeightsAndStrings) {
  const auto words = [](const char* mode) {
    return std::move(TfIdf(mode, 1, 2, 0)
                         .Attr("ngram_counts", Ints{0, 2})
                         .Attr("ngram_indexes", Ints{2, 0, 1})
                         .Attr("weights", Floats{0.5f, 3, 2})
                         .Attr("pool_strings", Strings{"a", "b", "a", "b"})
                         .In<std::string>({5}, {"a", "b", "c", "a", "b"}));
  };
  words("TF").Out<float>({3}, {2, 2, 2}).Run();
  words("IDF").Out<float>({3}, {0.5f, 3, 2}).Run();
  words("TFIDF").Out<float>({3}, {1, 6, 4}).Run();
}

TEST(TfIdfVectorizer, SkipsWithoutEnd) {
  OpTest("TfIdfVectorizer", 9)
      .Attr("mode", "TF")
      .Attr("min_gram_length", 2)
      .Attr("max_gram_length", 2)
      .Attr("max_skip_count", AttributeValue(int64_t{0x7fffffffffffffff} - 1))
      .Attr("ngram_counts", Ints{0, 0})
      .Attr("ngram_indexes", Ints{0})
      .Attr("pool_int64s", Ints{1, 1})
      .In<int64_t>({4}, {1, 1, 1, 1})
      .Out<float>({1}, {6})
      .Run();
}

TEST(TfIdfVectorizer, Refuses) {
  Numbers("BM25", 1, 1, 0).In<int64_t>({1}, {1}).Fails("BM25");
  Numbers("TF", 2, 1, 0).In<int64_t>({1}, {1}).Fails("from 2 to 1");
  Numbers("TF", 1, 3, 0).In<int64_t>({1}, {1}).Fails("max_gram_length 3");
  Numbers("TF", 1, 1, 0).In<std::string>({1}, {"a"}).Fails("the pool integers");
  Numbers("TF", 1, 1, 0).In<int64_t>({1, 1, 1}, {1}).Fails("[rows,tokens]");
  TfIdf("TF", 1, 1, 0)
      .Attr("ngram_counts", Ints{5})
      .Attr("ngram_indexes", Ints{0})
      .Attr("pool_int64s", Ints{1})
      .In<int64_t>({1}, {1})
      .Fails("ngram_counts");
  TfIdf("TF", 1, 1, 0)
      .Attr("ngram_counts", Ints{0})
      .Attr("ngram_indexes", Ints{-1})
      .Attr("pool_int64s", Ints{1})
      .In<int64_t>({1}, {1})
      .Fails("ngram_indexes");
  TfIdf("TF", 1, 1, 0).Attr("ngram_counts", Ints{0}).Attr("ngram_indexes", Ints{0}).In<int64_t>({1}, {1}).Fails("pool");
}

}  // namespace
}  // namespace kante::core
