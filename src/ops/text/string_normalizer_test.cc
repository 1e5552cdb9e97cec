// SPDX-License-Identifier: MIT
// Without tables of Unicode. Expected values: Python's str and ONNX's text.
#include <gtest/gtest.h>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

using Strings = std::vector<std::string>;

OpTest Normalizer(const Strings& words) {
  OpTest test("StringNormalizer", 10);
  test.In<std::string>({static_cast<int64_t>(words.size())}, words);
  return test;
}

TEST(StringNormalizer, CaseOfAscii) {
  const Strings words = {"Ab@[`{1z", "Z", ""};
  Normalizer(words).Out<std::string>({3}, words).Run();
  Normalizer(words).Attr("case_change_action", "LOWER").Out<std::string>({3}, {"ab@[`{1z", "z", ""}).Run();
  Normalizer(words)
      .Attr("case_change_action", "UPPER")
      .Attr("locale", "de_DE")
      .Out<std::string>({3}, {"AB@[`{1Z", "Z", ""})
      .Run();
}

TEST(StringNormalizer, Stopwords) {
  const Strings words = {"Monday", "tuesday", "MONDAY", "monday"};
  Normalizer(words).Attr("stopwords", Strings{"x", "Monday"}).Out<std::string>({1}, {"tuesday"}).Run();
  Normalizer(words)
      .Attr("stopwords", Strings{"monday"})
      .Attr("is_case_sensitive", 1)
      .Out<std::string>({3}, {"Monday", "tuesday", "MONDAY"})
      .Run();
  Normalizer(words)  // compared as they come, changed afterwards
      .Attr("stopwords", Strings{"MONDAY", "TUESDAY"})
      .Attr("is_case_sensitive", 1)
      .Attr("case_change_action", "UPPER")
      .Out<std::string>({3}, {"MONDAY", "TUESDAY", "MONDAY"})
      .Run();
}

TEST(StringNormalizer, NothingLeftIsOneEmptyWord) {
  Normalizer({"a", "A"}).Attr("stopwords", Strings{"a"}).Out<std::string>({1}, {""}).Run();
  Normalizer({}).Out<std::string>({1}, {""}).Run();
  OpTest("StringNormalizer", 10).In<std::string>({1, 0}, {}).Out<std::string>({1, 1}, {""}).Run();
}

TEST(StringNormalizer, WordsOutsideAsciiThatStayAsTheyAre) {
  const Strings words = {"\u00C4b", "\u00E4b", "\xFF"};
  Normalizer(words).Out<std::string>({3}, words).Run();
  Normalizer(words)
      .Attr("stopwords", Strings{"\u00E4b"})
      .Attr("is_case_sensitive", 1)
      .Out<std::string>({2}, {"\u00C4b", "\xFF"})
      .Run();
}

TEST(StringNormalizer, NamesTheLibraryWithUnicodesCase) {
  const char* where = "the case of '\u00C4', which is not ASCII, needs libkante-media: add kante::media::Operators()";
  for (const char* action : {"LOWER", "UPPER"}) {
    Normalizer({"a", "\u00C4"}).Attr("case_change_action", action).Fails(where);
  }
  Normalizer({"a", "\u00C4"}).Attr("stopwords", Strings{"b"}).Fails(where);
  Normalizer({"a"}).Attr("stopwords", Strings{"\u00C4"}).Fails(where);
}

TEST(StringNormalizer, Shapes) {
  OpTest("StringNormalizer", 10)
      .Attr("stopwords", Strings{"a"})
      .In<std::string>({1, 3}, {"a", "b", "c"})
      .Out<std::string>({1, 2}, {"b", "c"})
      .Run();
  OpTest("StringNormalizer", 10).In<std::string>({2, 1}, {"a", "b"}).Fails("[words] or [1,words], not [2,1]");
  OpTest("StringNormalizer", 10).In<std::string>({}, {"a"}).Fails("[words] or [1,words]");
  OpTest("StringNormalizer", 10).In<std::string>({1, 1, 1}, {"a"}).Fails("[words] or [1,words]");
}

TEST(StringNormalizer, Refuses) {
  Normalizer({"a"}).Attr("case_change_action", "TITLE").Fails("'TITLE' is none of LOWER, UPPER, NONE");
  OpTest("StringNormalizer", 10).In<float>({1}, {1}).Fails("input 0 must be of type string");
}

}  // namespace
}  // namespace kante::core
