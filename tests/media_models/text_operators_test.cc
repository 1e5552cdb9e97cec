// SPDX-License-Identifier: MIT
// Models of one node through the public API. Expected values: Python's re.fullmatch and str, and ONNX's text.
#include <gtest/gtest.h>

#include <string>

#include "kante/media.h"
#include "kante/model.h"
#include "kante/session.h"
#include "onnx/test_models.h"

namespace kante::media {
namespace {

namespace wire = core::test;
using core::AttributeType;
using core::WireWriter;
using Texts = std::vector<std::string>;

WireWriter Text(std::string_view name, std::string_view value) {
  WireWriter content;
  content.String(core::attribute_field::kS, value);
  return wire::AttributeOf(name, AttributeType::kString, std::move(content));
}

WireWriter TextList(std::string_view name, const Texts& values) {
  WireWriter content;
  for (const std::string& value : values) content.String(core::attribute_field::kStrings, value);
  return wire::AttributeOf(name, AttributeType::kStrings, std::move(content));
}

std::string ModelOf(const std::string& op, const wire::Messages& attributes, const std::vector<int64_t>& shape,
                    ElementType type = ElementType::kString) {
  WireWriter y;
  y.String(core::value_info_field::kName, "y");
  return wire::ModelBytes(
      {.graph = wire::GraphMessage(
           {.nodes = {wire::NodeMessage(op, {"x"}, {"y"}, attributes)},
            .inputs = {wire::Info("x", wire::TensorType(static_cast<core::ElementType>(type), shape))},
            .outputs = {y}})});
}

LoadOptions WithMedia() {
  LoadOptions options;
  options.custom_ops = Operators();
  return options;
}

Result<Tensor> RunOne(const std::string& op, const wire::Messages& attributes, const Texts& texts,
                      std::vector<int64_t> shape = {-1}) {
  if (shape[0] == -1) shape = {static_cast<int64_t>(texts.size())};
  const std::string bytes = ModelOf(op, attributes, shape);
  const auto model = Model::LoadFromMemory(std::as_bytes(std::span(bytes)), WithMedia());
  if (!model.ok()) return model.status();
  const auto session = Session::Create(*model, {.threads = 2});
  if (!session.ok()) return session.status();
  const auto x = Tensor::OfStrings(shape, texts);
  if (!x.ok()) return x.status();
  const auto outputs = session->Run({{"x", *x}});
  if (!outputs.ok()) return outputs.status();
  return (*outputs)[0].tensor();
}

// "101" for matches of the first and third text; the message where there is an error.
std::string Matches(std::string_view pattern, const Texts& texts) {
  const auto y = RunOne("RegexFullMatch", {Text("pattern", pattern)}, texts);
  if (!y.ok()) return y.status().message();
  std::string out;
  for (const bool match : y->values<bool>()) out += match ? '1' : '0';
  return out;
}

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(RegexFullMatch, WholeTexts) {
  EXPECT_EQ(Matches("www.[\\w.-]+\\.\\bcom\\b", {"www.google.com", "www.facebook.com", "www.bbc.co.uk"}), "110");
  EXPECT_EQ(Matches("a|ab", {"a", "ab", "abc", ""}), "1100");
  EXPECT_EQ(Matches("", {"", "a"}), "10");
  EXPECT_EQ(Matches("a.c", {"abc", "a\nc"}), "10");
  EXPECT_EQ(Matches("x", {}), "");
}

TEST(RegexFullMatch, Utf8) {
  EXPECT_EQ(Matches(".", {"\u00E9", "\u4E2D", "\U0001F600", "ab"}), "1110");
  EXPECT_EQ(Matches("[\u03B1-\u03C9]+", {"\u03B1\u03B2\u03B3", "abc"}), "10");
  EXPECT_EQ(Matches(".", {"\xFF"}), "0");
}

TEST(RegexFullMatch, KeepsTheShape) {
  const auto y = RunOne("RegexFullMatch", {Text("pattern", "a")}, {"a", "b", "a", "a"}, {2, 2});
  ASSERT_TRUE(y.ok()) << y.status().ToString();
  EXPECT_EQ(std::vector<int64_t>(y->shape().begin(), y->shape().end()), (std::vector<int64_t>{2, 2}));
}

TEST(RegexFullMatch, RefusesBadPatterns) {
  EXPECT_TRUE(Has(Matches("(a", {"a"}), "pattern '(a': missing )")) << Matches("(a", {"a"});
  EXPECT_TRUE(Has(Matches("(a)\\1", {"aa"}), "invalid escape sequence"));
  EXPECT_TRUE(Has(Matches("a{1001}", {"a"}), "repetition"));
  EXPECT_TRUE(Has(Matches("((a{100}){100}){100}", {"a"}), "repetition")) << Matches("((a{100}){100}){100}", {"a"});
  EXPECT_TRUE(Has(Matches("\xFF", {"a"}), "UTF-8"));
  EXPECT_TRUE(Has(RunOne("RegexFullMatch", {}, {"a"}).status().message(), "'pattern'"));
}

// Backtracking would take 2^60 steps.
TEST(RegexFullMatch, IsLinearInTheText) {
  EXPECT_EQ(Matches("(a*)*b", {std::string(60, 'a'), std::string(60, 'a') + 'b'}), "01");
  EXPECT_EQ(Matches("(a|a)*(a|a)*", {std::string(100'000, 'a')}), "1");
}

// 2^300 states of an automaton: more than its memory, so RE2 goes on without one.
TEST(RegexFullMatch, OutgrownAutomatonStillAnswers) {
  std::string text;
  uint32_t state = 1;
  for (int i = 0; i < 50'000; ++i) text += (state = state * 1664525 + 1013904223) >> 31 ? 'a' : 'b';
  std::string yes = text, no = text;
  yes[yes.size() - 301] = 'a';
  no[no.size() - 301] = 'b';
  EXPECT_EQ(Matches("[ab]*a[ab]{300}", {yes, no}), "10");
}

Texts Normalized(const wire::Messages& attributes, const Texts& words) {
  const auto y = RunOne("StringNormalizer", attributes, words);
  if (!y.ok()) return {"error: " + y.status().message()};
  return {y->strings().begin(), y->strings().end()};
}

TEST(StringNormalizer, Case) {
  EXPECT_EQ(Normalized({}, {"Ab", "C"}), (Texts{"Ab", "C"}));
  EXPECT_EQ(Normalized({Text("case_change_action", "LOWER")}, {"Ab", "\u00C4\u00DF"}), (Texts{"ab", "\u00E4\u00DF"}));
  EXPECT_EQ(Normalized({Text("case_change_action", "UPPER"), Text("locale", "de_DE")}, {"Ab", "\u00E4\u00DF"}),
            (Texts{"AB", "\u00C4SS"}));
}

TEST(StringNormalizer, StopwordsInAnyCase) {
  EXPECT_EQ(Normalized({TextList("stopwords", {"\u00C4\u03A3"})}, {"\u00E4\u03C2", "b"}), (Texts{"b"}));
  EXPECT_EQ(Normalized({TextList("stopwords", {"Monday"}), Text("case_change_action", "UPPER")},
                       {"Monday", "MONDAY", "stra\u00DFe"}),
            (Texts{"STRASSE"}));
}

TEST(TheCore, SaysWhereTheseOperatorsAre) {
  for (const std::string name : {"ImageDecoder", "RegexFullMatch"}) {
    const std::string bytes = ModelOf(name, {Text("pattern", "a")}, {1});
    const auto model = Model::LoadFromMemory(std::as_bytes(std::span(bytes)));
    ASSERT_FALSE(model.ok()) << name;
    EXPECT_EQ(model.status().code(), StatusCode::kNotImplemented);
    EXPECT_TRUE(Has(model.status().message(), name)) << model.status().message();
    EXPECT_TRUE(Has(model.status().message(), "add kante::media::Operators() to LoadOptions::custom_ops"))
        << model.status().message();
  }
}

TEST(TheCore, SaysWhereUnicodesCaseIs) {
  const std::string bytes = ModelOf("StringNormalizer", {Text("case_change_action", "UPPER")}, {1});
  const auto model = Model::LoadFromMemory(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(model.ok()) << model.status().message();
  const auto session = Session::Create(*model);
  ASSERT_TRUE(session.ok());
  const int64_t shape[] = {1};
  const Texts ascii = {"ab"}, umlaut = {"\u00E4"};
  const auto upper = session->Run({{"x", *Tensor::OfStrings(shape, ascii)}});
  ASSERT_TRUE(upper.ok()) << upper.status().message();
  EXPECT_EQ((*upper)[0].tensor().strings()[0], "AB");
  const auto refused = session->Run({{"x", *Tensor::OfStrings(shape, umlaut)}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kNotImplemented);
  EXPECT_TRUE(Has(refused.status().message(), "needs libkante-media: add kante::media::Operators()"))
      << refused.status().message();
}

// For another name, or with a function missing.
TEST(TheCore, RefusesMisplacedMappings) {
  static constexpr CaseMapping kHalf{[](std::string_view) { return std::string(); }, nullptr};
  static constexpr CaseMapping kWhole{kHalf.upper, kHalf.upper};
  struct Op : CustomOp {
    OpSignature it;
    OpSignature signature() const override { return it; }
    Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes&) const override {
      return Status(StatusCode::kFail, "not called");
    }
  };
  const std::string bytes = ModelOf("StringNormalizer", {}, {1});
  for (const bool half : {false, true}) {
    auto op = std::make_shared<Op>();
    op->it.name = half ? "StringNormalizer" : "Relu";
    op->it.case_mapping = half ? &kHalf : &kWhole;
    LoadOptions options;
    options.custom_ops = {op};
    const auto model = Model::LoadFromMemory(std::as_bytes(std::span(bytes)), options);
    ASSERT_FALSE(model.ok());
    EXPECT_TRUE(Has(model.status().message(), "a mapping of case")) << model.status().message();
  }
}

}  // namespace
}  // namespace kante::media
