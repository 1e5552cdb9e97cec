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

// Two stumps: feature 0 <= 0.5 ? 1 : 2, and feature 1 < 0 ? 10 : 20.
OpTest TwoStumps(int aggregate) {
  OpTest t("TreeEnsemble", 5, kMl);
  t.Attr("nodes_modes", AttributeValue(OpTest::MakeTensor<uint8_t>({2}, {0, 1})))
      .Attr("nodes_splits", AttributeValue(OpTest::MakeTensor<double>({2}, {0.5, 0})))
      .Attr("leaf_weights", AttributeValue(OpTest::MakeTensor<double>({4}, {1, 2, 10, 20})))
      .Attr("leaf_targetids", AttributeValue(Ints{0, 0, 0, 0}))
      .Attr("nodes_featureids", AttributeValue(Ints{0, 1}))
      .Attr("nodes_truenodeids", AttributeValue(Ints{0, 2}))
      .Attr("nodes_falsenodeids", AttributeValue(Ints{1, 3}))
      .Attr("nodes_trueleafs", AttributeValue(Ints{1, 1}))
      .Attr("nodes_falseleafs", AttributeValue(Ints{1, 1}))
      .Attr("tree_roots", AttributeValue(Ints{0, 1}))
      .Attr("n_targets", 1)
      .Attr("aggregate_function", aggregate);
  return t;
}

TEST(TreeEnsembleTest, AggregatesAndTypes) {
  const std::vector<double> want[] = {{5.5, 11}, {11, 22}, {1, 2}, {10, 20}};  // AVERAGE, SUM, MIN, MAX
  for (int aggregate = 0; aggregate < 4; ++aggregate) {
    SCOPED_TRACE(aggregate);
    const std::vector<double>& y = want[aggregate];
    const Floats narrow(y.begin(), y.end());
    TwoStumps(aggregate).In<double>({2, 2}, {0, -1, 1, 0}).Out<double>({2, 1}, y).Run();
    TwoStumps(aggregate).In<float>({2, 2}, {0, -1, 1, 0}).Out<float>({2, 1}, narrow).Run();
  }
  TwoStumps(1)  // 11 and 22
      .In<Float16>({2, 2}, {{0}, {0xbc00}, {0x3c00}, {0}})
      .Out<Float16>({2, 1}, {{0x4980}, {0x4d80}})
      .Run();
  TwoStumps(1).In<float>({0, 2}, {}).Out<float>({0, 1}, {}).Run();
  TwoStumps(4).In<float>({1, 2}, {0, 0}).Fails("aggregate_function 4 outside [0, 3]");
  TwoStumps(1).In<float>({1, 1}, {0}).Fails("look at feature 1, X has 1");
}

TEST(TreeEnsembleTest, Members) {
  const float end = NAN;
  OpTest t("TreeEnsemble", 5, kMl);
  t.Attr("nodes_modes", AttributeValue(OpTest::MakeTensor<uint8_t>({1}, {6})))
      .Attr("nodes_splits", AttributeValue(OpTest::MakeTensor<float>({1}, {0})))
      .Attr("leaf_weights", AttributeValue(OpTest::MakeTensor<float>({2}, {1, 2})))
      .Attr("membership_values", AttributeValue(OpTest::MakeTensor<float>({3}, {2, 4, end})))
      .Attr("leaf_targetids", AttributeValue(Ints{0, 1}))
      .Attr("nodes_featureids", AttributeValue(Ints{0}))
      .Attr("nodes_truenodeids", AttributeValue(Ints{0}))
      .Attr("nodes_falsenodeids", AttributeValue(Ints{1}))
      .Attr("nodes_trueleafs", AttributeValue(Ints{1}))
      .Attr("nodes_falseleafs", AttributeValue(Ints{1}))
      .Attr("tree_roots", AttributeValue(Ints{0}))
      .Attr("n_targets", 2)
      .In<float>({3, 1}, {2, 3, 4})
      .Out<float>({3, 2}, {1, 0, 0, 2, 1, 0})
      .Run();
}

// The attributes of float64 models: a split that float32 does not hold decides otherwise.
TEST(TreeEnsembleRegressorTest, TensorAttributes) {
  const double split = 0.1;
  OpTest t("TreeEnsembleRegressor", 3, kMl);
  t.Attr("nodes_treeids", AttributeValue(Ints{0, 0, 0}))
      .Attr("nodes_nodeids", AttributeValue(Ints{0, 1, 2}))
      .Attr("nodes_featureids", AttributeValue(Ints{0, 0, 0}))
      .Attr("nodes_values_as_tensor", AttributeValue(OpTest::MakeTensor<double>({3}, {split, 0, 0})))
      .Attr("nodes_modes", AttributeValue(Strings{"BRANCH_LEQ", "LEAF", "LEAF"}))
      .Attr("nodes_truenodeids", AttributeValue(Ints{1, 0, 0}))
      .Attr("nodes_falsenodeids", AttributeValue(Ints{2, 0, 0}))
      .Attr("target_treeids", AttributeValue(Ints{0, 0}))
      .Attr("target_nodeids", AttributeValue(Ints{1, 2}))
      .Attr("target_ids", AttributeValue(Ints{0, 0}))
      .Attr("target_weights_as_tensor", AttributeValue(OpTest::MakeTensor<double>({2}, {1, 2})))
      .Attr("base_values_as_tensor", AttributeValue(OpTest::MakeTensor<double>({1}, {0.5})))
      .In<double>({2, 1}, {split, std::nextafter(split, 1)})
      .Out<float>({2, 1}, {1.5f, 2.5f})
      .Run();
}

// From one row to more rows than one task takes, each as it is alone.
TEST(TreeEnsembleRegressorTest, AnyNumberOfRows) {
  for (int64_t rows : {1, 2, 7, 33, 1000}) {
    Floats x, y;
    for (int64_t r = 0; r < rows; ++r) {
      x.push_back(static_cast<float>(r % 5) / 4);
      y.push_back(x.back() <= 0.5f ? 1 : 2);
    }
    Regressor("BRANCH_LEQ").In<float>({rows, 1}, x).Out<float>({rows, 1}, y).Run();
  }
}

}  // namespace
}  // namespace kante::core
