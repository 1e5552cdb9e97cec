// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_test.h"

namespace kante::core {
namespace {

TEST(BatchNormalizationTest, Inference) {
  OpTest("BatchNormalization", 7)
      .Attr("epsilon", AttributeValue(0.25f))
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.37311f, -0.430888f, -1.75f,    -2.69222f, -6.05723f, -0.341752f, -2.38299f, -3.19949f,
                   1.00623f,  -1.50935f,  0.33541f,  -1.34164f, -2.50378f, -0.807777f, -2.31533f, -1.37311f,
                   -0.75f,    0.0664966f, -5.24073f, 0.474745f, -1.50935f, -1.00623f,  1.00623f,  0.67082f})
      .Run();
  OpTest("BatchNormalization", 9)
      .Attr("epsilon", AttributeValue(0.25f))
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.37311f, -0.430888f, -1.75f,    -2.69222f, -6.05723f, -0.341752f, -2.38299f, -3.19949f,
                   1.00623f,  -1.50935f,  0.33541f,  -1.34164f, -2.50378f, -0.807777f, -2.31533f, -1.37311f,
                   -0.75f,    0.0664966f, -5.24073f, 0.474745f, -1.50935f, -1.00623f,  1.00623f,  0.67082f})
      .Run();
  OpTest("BatchNormalization", 15)
      .Attr("epsilon", AttributeValue(0.25f))
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.37311f, -0.430888f, -1.75f,    -2.69222f, -6.05723f, -0.341752f, -2.38299f, -3.19949f,
                   1.00623f,  -1.50935f,  0.33541f,  -1.34164f, -2.50378f, -0.807777f, -2.31533f, -1.37311f,
                   -0.75f,    0.0664966f, -5.24073f, 0.474745f, -1.50935f, -1.00623f,  1.00623f,  0.67082f})
      .Run();
  OpTest("BatchNormalization", 15)
      .In<float>({4, 3}, {-1.25f, -1.0f, 0.0f, 1.25f, 0.25f, 2.0f, 1.75f, 0.25f, 1.25f, -1.75f, 0.5f, -2.0f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({4, 3}, {-2.93585f, -1.19721f, -0.374998f, -0.959432f, -3.43327f, 1.12499f, -0.564148f, -3.43327f,
                           0.562497f, -3.33114f, -3.88048f, -1.87499f})
      .Run();
}

TEST(BatchNormalizationTest, Training) {
  OpTest("BatchNormalization", 15)
      .Attr("training_mode", 1)
      .Attr("momentum", AttributeValue(0.75f))
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.28487f, 0.265554f,  -1.90504f, -3.45547f,  -4.09571f,  0.834808f,  -0.92609f, -1.63045f,
                   0.90569f,  -0.847258f, 0.438237f, -0.730395f, -3.14538f,  -0.354616f, -2.8353f,  -1.28487f,
                   0.482628f, 1.18699f,   -3.39135f, 1.53917f,   -0.847258f, -0.496669f, 0.90569f,  0.671963f})
      .Out<float>({3}, {0.28125f, -1.03125f, 0.390625f})
      .Out<float>({3}, {2.12891f, 1.44141f, 1.39355f})
      .Run();
  OpTest("BatchNormalization", 9)
      .Attr("momentum", AttributeValue(0.75f))
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.28487f, 0.265554f,  -1.90504f, -3.45547f,  -4.09571f,  0.834808f,  -0.92609f, -1.63045f,
                   0.90569f,  -0.847258f, 0.438237f, -0.730395f, -3.14538f,  -0.354616f, -2.8353f,  -1.28487f,
                   0.482628f, 1.18699f,   -3.39135f, 1.53917f,   -0.847258f, -0.496669f, 0.90569f,  0.671963f})
      .Out<float>({3}, {0.28125f, -1.03125f, 0.390625f})
      .Out<float>({3}, {2.12891f, 1.44141f, 1.39355f})
      .Run();
}

// Exporters left names on the statistics that only a gradient would read.
TEST(BatchNormalizationTest, SavedStatistics) {
  const OpRegistry registry = OpRegistry::BuiltIns();
  for (const bool testing : {false, true}) {
    for (const bool read : {false, true}) {
      Graph g;
      Node node;
      node.op_type = "BatchNormalization";
      node.version = 6;
      if (testing) node.attributes = {Attribute("is_test", 1)};
      for (const char* name : {"x", "scale", "bias", "mean", "variance"}) {
        node.inputs.push_back(g.AddValue(name, TypeInfo::TensorOf(ElementType::kFloat32)));
        g.AddInput(node.inputs.back());
      }
      for (const char* name : {"y", "new_mean", "new_variance", "saved_mean", "saved_variance"}) {
        node.outputs.push_back(g.AddValue(name));
      }
      const std::vector<ValueId> outputs = node.outputs;
      const NodeId id = g.AddNode(std::move(node));
      g.AddOutput(outputs[0]);
      if (read) g.AddOutput(outputs[3]);
      UpgradeContext context(g, id, 6);
      const Status status = registry.Find("", "BatchNormalization")->upgrade(context, 6);
      EXPECT_EQ(status.ok(), !read || !testing) << status.ToString();
      if (!status.ok()) continue;
      EXPECT_EQ(g.node(id).outputs.size(), testing ? 1U : 3U);
      EXPECT_EQ(g.node(id).FindAttribute("training_mode") != nullptr, !testing);
      EXPECT_EQ(g.node_count() > 1, read);
    }
  }
}

TEST(BatchNormalizationTest, OldForms) {
  OpTest("BatchNormalization", 6)
      .Attr("is_test", 1)
      .Attr("spatial", 1)
      .In<float>({2, 3, 2, 2}, {0.75f,  2.0f, 0.25f, -1.0f, 2.0f,   -1.5f,  -0.25f, 0.25f, 2.0f,   -1.75f, 1.0f, -1.5f,
                                -0.75f, 1.5f, -0.5f, 0.75f, -1.25f, -1.75f, 1.5f,   -2.0f, -1.75f, -1.0f,  2.0f, 1.5f})
      .In<float>({3}, {1.25f, -2.0f, 0.75f})
      .In<float>({3}, {-1.75f, -0.75f, 0.0f})
      .In<float>({3}, {0.25f, -1.25f, 0.5f})
      .In<float>({3}, {2.5f, 1.25f, 1.0f})
      .Out<float>({2, 3, 2, 2},
                  {-1.35472f, -0.366506f, -1.75f,    -2.73821f, -6.56375f, -0.302788f, -2.53885f, -3.43327f,
                   1.12499f,  -1.68749f,  0.374998f, -1.49999f, -2.54057f, -0.76179f,  -2.34293f, -1.35472f,
                   -0.75f,    0.144424f,  -5.66933f, 0.591635f, -1.68749f, -1.12499f,  1.12499f,  0.749996f})
      .Run();
  OpTest("BatchNormalization", 7)
      .Attr("spatial", 0)
      .In<float>({2, 2, 2}, {2.0f, 0.75f, -2.0f, 2.0f, 1.0f, -2.0f, -0.5f, 2.0f})
      .In<float>({2, 2}, {-0.75f, -0.25f, 0.5f, 1.75f})
      .In<float>({2, 2}, {0.75f, -0.5f, -1.25f, -1.25f})
      .In<float>({2, 2}, {-0.5f, -0.5f, -0.5f, 1.0f})
      .In<float>({2, 2}, {2.5f, 2.5f, 1.0f, 1.0f})
      .Out<float>({2, 2, 2}, {-0.435852f, -0.697642f, -2.0f, 0.499991f, 0.0384889f, -0.26283f, -1.25f, 0.499991f})
      .Run();
}

TEST(BatchNormalizationTest, TypesAndEdges) {
  OpTest("BatchNormalization", 15)
      .In<double>({1, 1, 2}, {1, 3})
      .In<double>({1}, {2})
      .In<double>({1}, {1})
      .In<double>({1}, {1})
      .In<double>({1}, {1})
      .Attr("epsilon", AttributeValue(0.0f))
      .Out<double>({1, 1, 2}, {1, 5})
      .Run();
  // Half input with parameters in float32.
  OpTest("BatchNormalization", 15)
      .In<Float16>({2, 1}, {{0x3c00}, {0x4000}})
      .In<float>({1}, {2})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .In<float>({1}, {1})
      .Attr("epsilon", AttributeValue(0.0f))
      .Out<Float16>({2, 1}, {{0x3c00}, {0x4200}})
      .Run();
  const std::vector<float> three = {1, 1, 1};
  OpTest("BatchNormalization", 15)
      .In<float>({0, 3, 2}, {})
      .In<float>({3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .Out<float>({0, 3, 2}, {})
      .Run();
  OpTest("BatchNormalization", 15)
      .In<float>({1, 2}, {1, 2})
      .In<float>({3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .Fails("does not suit 2 channels");
  OpTest("BatchNormalization", 15)
      .In<float>({1, 3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .In<float>({3}, three)
      .Out<float>({1, 3}, three)
      .Out<float>({3}, three)
      .Fails("training_mode");
}

}  // namespace
}  // namespace kante::core
