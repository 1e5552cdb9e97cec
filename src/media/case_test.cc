// SPDX-License-Identifier: MIT
// Expected texts: Python's str.upper and str.lower.
#include "media/case.h"

#include <gtest/gtest.h>

namespace kante::media {
namespace {

TEST(Case, Simple) {
  EXPECT_EQ(Upper(""), "");
  EXPECT_EQ(Upper("az AZ 09 {"), "AZ AZ 09 {");
  EXPECT_EQ(Lower("az AZ 09 {"), "az az 09 {");
  EXPECT_EQ(Upper("\u00E9\u0434\u03C9"), "\u00C9\u0414\u03A9");
  EXPECT_EQ(Lower("\u00C9\u0414\u03A9"), "\u00E9\u0434\u03C9");
  EXPECT_EQ(Upper("\U00010428"), "\U00010400");
  EXPECT_EQ(Upper("\u4E2D\u6587"), "\u4E2D\u6587");
}

TEST(Case, OneCharacterBecomesSeveral) {
  EXPECT_EQ(Upper("stra\u00DFe"), "STRASSE");
  EXPECT_EQ(Upper("\uFB03x"), "FFIX");  // a ligature
  EXPECT_EQ(Upper("\u0149"), "\u02BCN");
  EXPECT_EQ(Upper("\u1F80"), "\u1F08\u0399");        // iota below
  EXPECT_EQ(Upper("\u0390"), "\u0399\u0308\u0301");  // three
  EXPECT_EQ(Upper("\u0130\u1E9E"), "\u0130\u1E9E");  // capitals already
  EXPECT_EQ(Lower("\u0130"), "i\u0307");
  EXPECT_EQ(Lower("\u1E9E"), "\u00DF");
}

TEST(Case, SigmaThatEndsAWord) {
  EXPECT_EQ(Lower("\u039F\u0394\u039F\u03A3"), "\u03BF\u03B4\u03BF\u03C2");
  EXPECT_EQ(Lower("\u03A3\u0391\u03A3 \u03A3"), "\u03C3\u03B1\u03C2 \u03C3");
  EXPECT_EQ(Lower("A\u03A3.B"), "a\u03C3.b");
  EXPECT_EQ(Lower("A.\u03A3"), "a.\u03C2");
  EXPECT_EQ(Lower("A\u03A31"), "a\u03C21");
}

TEST(Case, WhatIsNoTextStays) {
  EXPECT_EQ(Upper("a\xFF"
                  "b\xC3"),
            "A\xFF"
            "B\xC3");
  EXPECT_EQ(Lower("A\xED\xA0\x80"
                  "B"),
            "a\xED\xA0\x80"
            "b");  // half of a pair
  EXPECT_EQ(Upper(std::string_view("a\0b", 3)), std::string("A\0B", 3));
}

}  // namespace
}  // namespace kante::media
