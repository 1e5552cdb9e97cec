// SPDX-License-Identifier: MIT
#include "cli/explain/layered.h"

#include <gtest/gtest.h>

#include <cmath>

#include "cli/explain/html.h"

namespace kante::cli {
namespace {

constexpr BoxSize kBox{100, 30, 10, 20};

// Boxes lie apart and inside, and every line goes down from one box to another.
void Check(const LayeredGraph& graph) {
  const LayeredDrawing d = DrawLayered(graph, kBox);
  ASSERT_EQ(d.centres.size(), graph.nodes);
  ASSERT_EQ(d.lines.size(), graph.edges.size());
  for (size_t a = 0; a < graph.nodes; ++a) {
    EXPECT_GE(d.centres[a].x, kBox.width / 2);
    EXPECT_LE(d.centres[a].x, d.width - kBox.width / 2 + 1e-6);
    EXPECT_LE(d.centres[a].y + kBox.height / 2, d.height + 1e-6);
    for (size_t b = 0; b < a; ++b) {
      const double dx = std::abs(d.centres[a].x - d.centres[b].x), dy = std::abs(d.centres[a].y - d.centres[b].y);
      EXPECT_TRUE(dx >= kBox.width - 1e-6 || dy >= kBox.height) << a << " on " << b;
    }
  }
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const auto& line = d.lines[i];
    ASSERT_GE(line.size(), 2u);
    EXPECT_EQ(line.front().x, d.centres[graph.edges[i].first].x);
    EXPECT_EQ(line.back().x, d.centres[graph.edges[i].second].x);
    for (size_t k = 1; k < line.size(); ++k) EXPECT_LT(line[k - 1].y, line[k].y);
  }
}

TEST(LayeredTest, SmallGraphs) {
  Check({.nodes = 1, .edges = {}});
  Check({.nodes = 3, .edges = {}});
  Check({.nodes = 4, .edges = {{0, 1}, {0, 2}, {1, 3}, {2, 3}}});
  Check({.nodes = 5, .edges = {{0, 1}, {1, 2}, {2, 3}, {0, 3}, {4 - 1, 4}}});
}

TEST(LayeredTest, ManyBranchesAndLongWays) {
  LayeredGraph graph{.nodes = 200, .edges = {}};
  for (size_t i = 1; i < graph.nodes; ++i) {
    graph.edges.emplace_back((i * 7) % i, i);
    if (i % 3 == 0) graph.edges.emplace_back(i - 1, i);
    if (i % 50 == 0) graph.edges.emplace_back(0, i);
  }
  Check(graph);
}

TEST(LayeredTest, AChainIsStraight) {
  LayeredGraph graph{.nodes = 2000, .edges = {}};
  for (size_t i = 1; i < graph.nodes; ++i) graph.edges.emplace_back(i - 1, i);
  const LayeredDrawing d = DrawLayered(graph, kBox);
  for (const auto& centre : d.centres) EXPECT_NEAR(centre.x, d.centres[0].x, 1e-6);
  EXPECT_EQ(d.width, kBox.width + 2 * kBox.gap_x);
}

TEST(HtmlTest, NothingBecomesMarkup) {
  EXPECT_EQ(Html("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(PlainText("tab\there\x7f"), "tab\xef\xbf\xbdhere\xef\xbf\xbd");
  EXPECT_EQ(PlainText("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"), "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(PlainText("\xff\xc3"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(PlainText("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");                  // too long a form of '/'
  EXPECT_EQ(PlainText("\xed\xa0\x80").find("\xed"), std::string::npos);          // half of a pair
  EXPECT_EQ(PlainText("\xe2\x80\xae").find("\xe2\x80\xae"), std::string::npos);  // turns the text around
  EXPECT_EQ(PlainText("abcdef", 3), "abc…");
  EXPECT_EQ(PlainText("äöü", 3), "äöü");
  EXPECT_EQ(ScriptJson("\"</script>&\""), "\"\\u003c/script\\u003e\\u0026\"");
}

TEST(HtmlTest, TemplatesAreFilledOnce) {
  EXPECT_EQ(FillIn("<p>{{a}}</p>{{b}}{{c}}", {{"a", "{{b}}"}, {"b", "2"}}), "<p>{{b}}</p>2");
  EXPECT_EQ(FillIn("no end {{a", {{"a", "1"}}), "no end {{a");
}

}  // namespace
}  // namespace kante::cli
