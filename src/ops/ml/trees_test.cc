// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

constexpr const char* kMl = "ai.onnx.ml";
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;

// One comparison of feature 0 with 0.5; the true leaf is node 1, the false one node 2.
OpTest Stump(const char* op, const char* mode, int64_t yes = 1, int64_t missing = 0) {
  OpTest t(op, 3, kMl);
  t.Attr("nodes_treeids", AttributeValue(Ints{0, 0, 0}))
      .Attr("nodes_nodeids", AttributeValue(Ints{0, 1, 2}))
      .Attr("nodes_featureids", AttributeValue(Ints{0, 0, 0}))
      .Attr("nodes_values", AttributeValue(Floats{0.5f, 0, 0}))
      .Attr("nodes_modes", AttributeValue(Strings{mode, "LEAF", "LEAF"}))
      .Attr("nodes_truenodeids", AttributeValue(Ints{yes, 0, 0}))
      .Attr("nodes_falsenodeids", AttributeValue(Ints{2, 0, 0}))
      .Attr("nodes_missing_value_tracks_true", AttributeValue(Ints{missing, 0, 0}));
  return t;
}
OpTest Regressor(const char* mode, int64_t yes = 1, int64_t missing = 0) {
  OpTest t = Stump("TreeEnsembleRegressor", mode, yes, missing);
  t.Attr("target_treeids", AttributeValue(Ints{0, 0}))
      .Attr("target_nodeids", AttributeValue(Ints{1, 2}))
      .Attr("target_ids", AttributeValue(Ints{0, 0}))
      .Attr("target_weights", AttributeValue(Floats{1, 2}))
      .Attr("n_targets", 1);
  return t;
}
OpTest Classifier(const Ints& ids, const Floats& weights) {
  OpTest t = Stump("TreeEnsembleClassifier", "BRANCH_LEQ");
  t.Attr("class_treeids", AttributeValue(Ints{0, 0}))
      .Attr("class_nodeids", AttributeValue(Ints{1, 2}))
      .Attr("class_ids", AttributeValue(ids))
      .Attr("class_weights", AttributeValue(weights));
  return t;
}

TEST(TreeEnsembleRegressorTest, Modes) {
  struct Case {
    const char* mode;
    Floats want;  // of 0, 0.5, 1 and of what is no number
  };
  for (const Case& c :
       {Case{"BRANCH_LEQ", {1, 1, 2, 2}}, Case{"BRANCH_LT", {1, 2, 2, 2}}, Case{"BRANCH_GTE", {2, 1, 1, 2}},
        Case{"BRANCH_GT", {2, 2, 1, 2}}, Case{"BRANCH_EQ", {2, 1, 2, 2}}, Case{"BRANCH_NEQ", {1, 2, 1, 1}}}) {
    SCOPED_TRACE(c.mode);
    Regressor(c.mode).In<float>({4, 1}, {0, 0.5f, 1, NAN}).Out<float>({4, 1}, c.want).Run();
    Regressor(c.mode).In<double>({4, 1}, {0, 0.5, 1, NAN}).Out<float>({4, 1}, c.want).Run();
    Floats tracked = c.want;
    tracked[3] = 1;
    Regressor(c.mode, 1, 1).In<float>({4, 1}, {0, 0.5f, 1, NAN}).Out<float>({4, 1}, tracked).Run();
  }
  Regressor("BRANCH_LEQ").In<int64_t>({2, 2}, {0, 9, 1, 9}).Out<float>({2, 1}, {1, 2}).Run();
  Regressor("BRANCH_LEQ").In<float>({0, 1}, {}).Out<float>({0, 1}, {}).Run();
  Regressor("BRANCH_LEQ")
      .Attr("base_values", AttributeValue(Floats{10}))
      .In<float>({1}, {0})
      .Out<float>({1, 1}, {11})
      .Run();
}

TEST(TreeEnsembleRegressorTest, RefusesWhatIsNoTree) {
  Regressor("BRANCH_LEQ", 0).In<float>({1, 1}, {0}).Fails("two nodes lead to node 0");
  Regressor("BRANCH_LEQ", 7).In<float>({1, 1}, {0}).Fails("leads to a node that is not there");
  Regressor("BRANCH_ODD").In<float>({1, 1}, {0}).Fails("'BRANCH_ODD'");
  Regressor("BRANCH_LEQ").In<float>({1, 0}, {}).Fails("look at feature 0, X has 0");
  Regressor("BRANCH_LEQ")
      .Attr("base_values", AttributeValue(Floats{1, 2}))
      .In<float>({1, 1}, {0})
      .Fails("2 base_values");
}

TEST(TreeEnsembleClassifierTest, Binary) {
  const Strings names{"no", "yes"};
  Classifier({0, 0}, {0.25f, 0.75f})
      .Attr("classlabels_strings", AttributeValue(names))
      .In<float>({2, 1}, {0, 1})
      .Out<std::string>({2}, {"no", "yes"})
      .Out<float>({2, 2}, {0.75f, 0.25f, 0.25f, 0.75f})
      .Run();
  Classifier({0, 0}, {-2, 2})
      .Attr("classlabels_int64s", AttributeValue(Ints{7, 8}))
      .Attr("post_transform", "LOGISTIC")
      .In<float>({2, 1}, {0, 1})
      .Out<int64_t>({2}, {7, 8})
      .Out<float>({2, 2}, {0.8807971f, 0.1192029f, 0.1192029f, 0.8807971f})
      .Run();
}

TEST(TreeEnsembleClassifierTest, ManyClasses) {
  Classifier({0, 2}, {1, 2})
      .Attr("classlabels_int64s", AttributeValue(Ints{5, 6, 9}))
      .In<float>({2, 1}, {0, 1})
      .Out<int64_t>({2}, {5, 9})
      .Out<float>({2, 3}, {1, 0, 0, 0, 0, 2})
      .Run();
  Classifier({0, 3}, {1, 2})
      .Attr("classlabels_int64s", AttributeValue(Ints{5, 6, 9}))
      .In<float>({1, 1}, {0})
      .Fails("class_ids 3 outside [0, 2]");
  Classifier({0, 1}, {1, 2}).In<float>({1, 1}, {0}).Fails("'classlabels_int64s' and 'classlabels_strings'");
}

}  // namespace
}  // namespace kante::core
