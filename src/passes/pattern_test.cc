// SPDX-License-Identifier: MIT
#include "passes/pattern.h"

#include "passes/rewriter.h"
#include "passes/test_util.h"

namespace kante::core {
namespace {

class PatternTest : public PassFixture {
 protected:
  // Matches `pattern` at the node that makes `root`.
  bool Matches(const P& pattern, ValueId root) {
    why_.clear();
    pattern_ = pattern;  // the match points into it
    match_ = Match(graph_, registry_);
    return MatchAt(pattern_, graph_.value(root).producer, match_, &why_);
  }
  P pattern_ = Any("");
  Match match_{graph_, registry_};
  std::string why_;
};

TEST_F(PatternTest, BindsValuesAndNodesByName) {
  const ValueId x = Input("x", {2});
  const ValueId y = b.Op("Relu", {b.Op("Add", {x, F(1)})});
  Output(y, "y");
  ASSERT_TRUE(Matches(Op("Relu", {(Any("x") + Const("c")).As("sum")}).As("relu"), y));
  EXPECT_EQ(match_["x"], x);
  EXPECT_EQ(match_.node("sum").op_type, "Add");
  EXPECT_EQ(match_.node("relu").op_type, "Relu");
  EXPECT_EQ(match_.root_value(), y);
  EXPECT_EQ(*match_.constant("c")->data<float>(), 1.0f);
  EXPECT_FALSE(match_.Has("nothing"));
  EXPECT_EQ(match_.type("x"), ElementType::kFloat32);
  EXPECT_EQ(*match_.shape("x"), (Shape{2}));
}

TEST_F(PatternTest, TriesBothOrdersOfCommutativeOperatorsOnly) {
  const ValueId x = Input("x", {2});
  const ValueId sum = b.Op("Add", {F(1), x});
  const ValueId difference = b.Op("Sub", {F(1), x});
  Output(sum, "sum");
  Output(difference, "difference");
  EXPECT_TRUE(Matches(Any("x") + Const("c"), sum));
  EXPECT_EQ(match_["x"], x);
  EXPECT_FALSE(Matches(Op("Sub", {Op("Relu", {Any("a")}), Any("b")}), difference));
  EXPECT_FALSE(Matches(Any("x") - Const("c"), difference));
  EXPECT_TRUE(Matches(Const("c") - Any("x"), difference));
}

TEST_F(PatternTest, OneNameIsOneValue) {
  const ValueId x = Input("x", {2});
  const ValueId z = Input("z", {2});
  const ValueId same = b.Op("Mul", {b.Op("Sigmoid", {x}), x});
  const ValueId different = b.Op("Mul", {b.Op("Sigmoid", {z}), x});
  Output(same, "same");
  Output(different, "different");
  const P p = Any("x") * Op("Sigmoid", {Any("x")});
  EXPECT_TRUE(Matches(p, same));
  EXPECT_FALSE(Matches(p, different));
}

TEST_F(PatternTest, AlternativesAndBacktracking) {
  const ValueId x = Input("x", {2});
  const ValueId y = b.Op("Add", {b.Op("Relu", {x}), b.Op("Neg", {x})});
  Output(y, "y");
  // The first order binds "a" to the Relu branch and must be undone.
  EXPECT_TRUE(Matches(AnyOf({Op("Neg", {Any("a")}), Op("Exp", {Any("a")})}).As("n") + Any("other"), y));
  EXPECT_EQ(match_.node("n").op_type, "Neg");
  EXPECT_EQ(match_["a"], x);
  EXPECT_FALSE(Matches(AnyOf({Op("Exp", {Any("a")}), Op("Log", {Any("a")})}) + Any("other"), y));
}

TEST_F(PatternTest, OptionalInputs) {
  const ValueId x = Input("x", {2});
  const ValueId with = b.Op("Clip", {x, F(0), F(6)});
  const ValueId without = b.Op("Clip", {x});
  const ValueId hole = b.Op("Clip", {x, kNone, F(6)});
  for (ValueId v : {with, without, hole}) Output(v, "");
  const P p = Op("Clip", {Any("x"), Optional(Const("min")), Optional(Const("max"))});
  EXPECT_TRUE(Matches(p, with));
  EXPECT_TRUE(match_.Has("min"));
  EXPECT_TRUE(Matches(p, without));
  EXPECT_FALSE(match_.Has("min"));
  EXPECT_TRUE(Matches(p, hole));
  EXPECT_TRUE(!match_.Has("min") && match_.Has("max"));
  EXPECT_FALSE(Matches(Op("Clip", {Any("x")}), with)) << "an input that the pattern does not know";
}

TEST_F(PatternTest, ScalarsAreComparedByValue) {
  const ValueId x = Input("x", {2});
  const ValueId y = b.Op("Div", {x, C(Floats({1, 1}, {1.41421f}))});
  const ValueId n = b.Op("Div", {x, C(Floats({2}, {2, 2}))});
  Output(y, "y");
  Output(n, "n");
  EXPECT_TRUE(Matches(Any("x") / 1.4142135, y));
  EXPECT_FALSE(Matches(Any("x") / 1.415, y));
  EXPECT_FALSE(Matches(Any("x") / 2.0, n)) << "two elements are no scalar";
}

TEST_F(PatternTest, InnerValuesMustNotBeUsedElsewhere) {
  const ValueId x = Input("x", {2});
  const ValueId inner = b.Op("Neg", {x});
  const ValueId y = b.Op("Relu", {inner});
  Output(y, "y");
  Output(b.Op("Exp", {inner}), "other");
  EXPECT_FALSE(Matches(Op("Relu", {Op("Neg", {Any("x")})}), y));
  EXPECT_NE(why_.find("is also used elsewhere"), std::string::npos) << why_;
  EXPECT_TRUE(Matches(Op("Relu", {Op("Neg", {Any("x")}).Shared()}), y));
}

TEST_F(PatternTest, InnerGraphOutputsAreUsedElsewhere) {
  const ValueId x = Input("x", {2});
  const ValueId inner = b.Op("Neg", {x});
  const ValueId y = b.Op("Relu", {inner});
  Output(y, "y");
  Output(inner, "inner");
  EXPECT_FALSE(Matches(Op("Relu", {Op("Neg", {Any("x")})}), y));
}

TEST_F(PatternTest, DomainsAreTold) {
  EXPECT_EQ(SplitOpName("com.microsoft.Gelu"),
            (std::pair<std::string_view, std::string_view>("com.microsoft", "Gelu")));
  EXPECT_EQ(SplitOpName("Conv"), (std::pair<std::string_view, std::string_view>("", "Conv")));
  const ValueId x = Input("x", {2});
  const ValueId y = b.Op("kante", "Relu", {x}, 1)[0];
  Output(y, "y");
  EXPECT_FALSE(Matches(Op("Relu", {Any("x")}), y));
  EXPECT_TRUE(Matches(Op("kante.Relu", {Any("x")}), y));
}

TEST_F(PatternTest, RootsAndMissingOperators) {
  const P p = AnyOf({Any("x") + Any("y"), OneOf({"Mul", "kante.Foo"}, {Any("x"), Any("y")})});
  EXPECT_EQ(RootOps(p), (std::vector<std::string>{"Add", "Mul", "kante.Foo"}));
  const OpRegistry none;
  EXPECT_FALSE(Matchable(p, none));
  EXPECT_TRUE(Matchable(p, registry_));
  EXPECT_FALSE(Matchable(Op("Relu", {Op("NoSuchOperator", {Any("x")})}), registry_));
  EXPECT_TRUE(Matchable(Op("Relu", {AnyOf({Op("NoSuchOperator", {Any("x")}), Any("x")})}), registry_));
}

TEST_F(PatternTest, RulesWithoutTheirOperatorsDropOut) {
  const ValueId x = Input("x", {2});
  Output(b.Op("Identity", {b.Op("Relu", {x})}), "y");
  const OpRegistry none;
  EXPECT_EQ(*ApplyRules(graph_, none, RuleSet(BasicRules(), none), nullptr), 0);
  EXPECT_EQ(*ApplyRules(graph_, registry_, RuleSet(BasicRules(), registry_), nullptr), 1);
}

TEST_F(PatternTest, HugeAmbiguityEndsSoon) {
  // A tower of sums of one value: every level doubles the ways to match.
  const ValueId x = Input("x", {2});
  ValueId v = x;
  P p = Any("a");
  for (int i = 0; i < 40; ++i) {
    v = b.Op("Add", {v, v});
    p = (p + Op("Neg", {Any("never")}));
  }
  Output(v, "y");
  EXPECT_FALSE(Matches(p, v));
}

}  // namespace
}  // namespace kante::core
