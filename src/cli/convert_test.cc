// SPDX-License-Identifier: MIT
// kante convert, and the other commands on .ort files.
#include "cli/test_program.h"
#include "onnx/test_ort_models.h"

namespace kante::cli {
namespace {

namespace ort = core::test::ort;

// y = Relu(x * w) over float32[2], and z = x by an operator that only others know.
std::string OrtModel(bool foreign) {
  ort::GraphSpec graph{.nodes = {ort::Node("Mul", {"x", "w"}, {"m"}), ort::Node("Relu", {"m"}, {"y"})},
                       .initializers = {ort::Floats("w", {2, -1})},
                       .values = {ort::Value("x"), ort::Value("y")},
                       .inputs = {"x"},
                       .outputs = {"y"}};
  if (foreign) {
    graph.nodes.push_back(ort::Node("Copy", {"x"}, {"z"}, {}, "theirs"));
    graph.outputs.push_back("z");
  }
  return ort::File(ort::Graph(graph));
}

TEST_F(Program, OrtFilesAreModelsLikeOthers) {
  Write("m.ort", OrtModel(false));
  WriteNpy("x.npy", {1, -3});
  const Finished run = Kante("run m.ort -i x.npy -o out");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(NpyValues("out/y.npy"), (std::vector<float>{2, 3}));
  EXPECT_TRUE(Has(Kante("inspect m.ort").out, "float32[2]"));
  Write("broken.ort", OrtModel(false).substr(0, 300));
  const Finished broken = Kante("run broken.ort -i x.npy");
  EXPECT_EQ(broken.code, 1) << broken.err;
  EXPECT_TRUE(Has(broken.err, "broken.ort") && Has(broken.err, "leads outside the file")) << broken.err;
}

// tests/clients/models/make.py had ONNX Runtime write them; `fused` holds one of its own operators.
TEST_F(Program, OrtFilesOfOnnxRuntimeGiveWhatTheirOriginalsGive) {
  const std::string models = KANTE_SOURCE_DIR "/tests/clients/models/";
  const std::pair<std::string, std::string> cases[] = {{"add", "product"}, {"overridable", "y"}, {"fused", "y"}};
  for (const auto& [name, output] : cases) {
    std::vector<float> expected;
    const std::string converted = name + ".onnx";
    EXPECT_EQ(Kante("convert " + models + name + ".ort " + converted).code, 0) << name;
    for (const std::string& model : {models + name + ".onnx", models + name + ".ort", converted}) {
      const Finished run = Kante("run " + model + " --random 7 -o " + name);
      ASSERT_EQ(run.code, 0) << model << ": " << run.err;
      const std::vector<float> values = NpyValues(name + "/" + output + ".npy");
      ASSERT_FALSE(values.empty());
      if (model.starts_with(models) && model.ends_with(".onnx")) expected = values;
      EXPECT_EQ(values, expected) << model;
    }
  }
  EXPECT_TRUE(Has(Kante("inspect " + models + "zip_map.ort").out, "seq(map(int64,float32))"));
}

TEST_F(Program, ConvertsOrtToOnnx) {
  Write("m.ort", OrtModel(false));
  const Finished convert = Kante("convert m.ort c.onnx --progress");
  EXPECT_EQ(convert.code, 0) << convert.err;
  EXPECT_TRUE(Has(convert.out, "wrote c.onnx")) << convert.out;
  EXPECT_TRUE(Has(convert.err, "100 %")) << convert.err;
  WriteNpy("x.npy", {1, -3});
  EXPECT_EQ(Kante("run c.onnx -i x.npy -o out").code, 0);
  EXPECT_EQ(NpyValues("out/y.npy"), (std::vector<float>{2, 3}));
  EXPECT_EQ(Read("c.onnx").find("ORTM"), std::string::npos);
  auto model = Model::Load(Path("c.onnx"));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->metadata().at("author"), "a test");
}

TEST_F(Program, ConvertKeepsOperatorsOfOthers) {
  Write("m.ort", OrtModel(true));
  const Finished convert = Kante("convert m.ort c.onnx");
  EXPECT_EQ(convert.code, 0) << convert.err;
  EXPECT_TRUE(Has(convert.err, "theirs.Copy")) << convert.err;
  LoadOptions options;
  options.inspect_only = true;
  auto model = Model::Load(Path("c.onnx"), options);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  EXPECT_EQ(model->opsets().at("theirs"), 4);
}

TEST_F(Program, ConvertMovesWeightsOutAndIn) {
  const std::string original = Read("m.onnx");
  const Finished out = Kante("convert m.onnx e.onnx --external-name w.bin --external-threshold 0");
  EXPECT_EQ(out.code, 0) << out.err;
  EXPECT_GE(fs::file_size(Path("w.bin")), 64u + 8u);  // two weights, the second one aligned
  EXPECT_TRUE(Has(Read("e.onnx"), "w.bin"));
  EXPECT_EQ(Kante("convert e.onnx e.onnx").code, 0);  // in place, and the weights are inside again
  EXPECT_FALSE(Has(Read("e.onnx"), "w.bin"));
  WriteNpy("x.npy", {1, -3});
  EXPECT_EQ(Kante("run e.onnx -i x.npy -o out").code, 0);
  EXPECT_EQ(NpyValues("out/y.npy"), (std::vector<float>{3, 3}));
  EXPECT_EQ(Read("m.onnx"), original);
}

TEST_F(Program, ConvertRefuses) {
  const Finished ort_out = Kante("convert m.onnx c.ort");
  EXPECT_EQ(ort_out.code, 2);
  EXPECT_TRUE(Has(ort_out.err, "only ONNX is written")) << ort_out.err;
  EXPECT_EQ(Kante("convert none.ort c.onnx").code, 2);
  EXPECT_NE(Kante("convert m.onnx no/such/folder/c.onnx").code, 0);
  EXPECT_NE(Kante("convert m.onnx c.onnx --external-name a/b").code, 0);
  EXPECT_FALSE(fs::exists(Path("c.onnx")));
}

}  // namespace
}  // namespace kante::cli
