// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "cli/test_program.h"

namespace kante::cli {
namespace {

using nlohmann::json;

// x [1, channels, side, side] -> Conv 3x3 -> Relu -> Flatten -> MatMul -> y, with these names of nodes.
std::string ConvModel(int64_t channels, int64_t side, const std::vector<std::string>& names) {
  constexpr auto kF32 = core::ElementType::kFloat32;
  const auto weight = [&](const char* name, const std::vector<int64_t>& dims) {
    size_t count = 1;
    for (int64_t d : dims) count *= static_cast<size_t>(d);
    return wire::RawTensor(name, kF32, dims, wire::Raw(std::vector<float>(count, 0.25f)));
  };
  wire::GraphSpec g{
      .nodes = {wire::NodeMessage("Conv", {"x", "w"}, {"c"}, {}, names[0]),
                wire::NodeMessage("Relu", {"c"}, {"r"}, {}, names[1]),
                wire::NodeMessage("Flatten", {"r"}, {"f"}, {}, names[2]),
                wire::NodeMessage("MatMul", {"f", "m"}, {"y"}, {}, names[3])},
      .initializers = {weight("w", {channels, channels, 3, 3}), weight("m", {channels * (side - 2) * (side - 2), 10})},
      .inputs = {wire::Info("x", wire::TensorType(kF32, {1, channels, side, side}))},
      .outputs = {wire::Info("y", wire::TensorType(kF32, {1, 10}))}};
  return wire::ModelBytes({.graph = wire::GraphMessage(g)});
}

class ExplainProgram : public Program {
 protected:
  json Report(const std::string& arguments) {
    const Finished run = Kante("explain " + arguments + " --json - --runs 6 --warmup 1");
    EXPECT_EQ(run.code, 0) << run.err;
    json report = json::parse(run.out, nullptr, false);
    EXPECT_FALSE(report.is_discarded()) << run.out;
    return report;
  }
  // The page, which must be right HTML and say what the report says.
  std::string Page(const std::string& model) {
    const Finished run = Kante("explain " + model + " --html page.html --json report.json --runs 3 --warmup 0");
    EXPECT_EQ(run.code, 0) << run.err;
    const std::string check = "cd '" + folder_ +
                              "' && python3 '" KANTE_SOURCE_DIR
                              "/tests/explain/check_page.py' page.html report.json >check.txt 2>&1";
    EXPECT_EQ(std::system(check.c_str()), 0) << Read("check.txt");
    return Read("page.html");
  }
};

TEST_F(ExplainProgram, NumbersAddUp) {
  Write("conv.onnx", ConvModel(16, 20, {"conv", "rectify", "flat", "product"}));
  const json report = Report("conv.onnx --threads 1");
  EXPECT_EQ(report["runs"], 6);
  EXPECT_EQ(report["threads"], 1);
  EXPECT_GT(report["machine"]["gflops"], 0);
  EXPECT_GT(report["machine"]["read_gb_per_s"], 0);
  EXPECT_EQ(report["complete"], true);
  double sum = 0, share = 0, totals = 0;
  std::map<std::string, json> by_operator;
  for (const json& step : report["steps"]) {
    sum += step["us"].get<double>();
    share += step["share"].get<double>();
    EXPECT_LE(step["min_us"], step["us"].get<double>() + 1e-6);
    by_operator[step["operator"]] = step;
  }
  for (const json& total : report["by_operator"]) totals += total["us"].get<double>();
  EXPECT_NEAR(sum, report["steps_us"].get<double>(), 1e-3);
  EXPECT_NEAR(totals, sum, 1e-3);
  EXPECT_LE(sum, report["run_us"].get<double>());
  EXPECT_LE(share, 1.0);
  const json& conv = by_operator["kante.FusedConv"];
  EXPECT_EQ(conv["origin"], json({"conv", "rectify"}));
  EXPECT_EQ(conv["flops"], 2.0 * 16 * 18 * 18 * 16 * 9);
  EXPECT_EQ(conv["bytes"], 4.0 * (16 * 400 + 16 * 16 * 9 + 16 * 324));
  EXPECT_NEAR(conv["gflops"].get<double>(), conv["flops"].get<double>() / conv["own_us"].get<double>() * 1e-3, 1e-6);
  EXPECT_FALSE(conv["algorithm"].get<std::string>().empty());
  EXPECT_EQ(conv["outputs"][0]["type"], "float32[1,16,18,18]");
  EXPECT_EQ(conv["inputs"][1]["constant"], true);
  const json& product = by_operator["MatMul"];
  EXPECT_EQ(product["flops"], 2.0 * 16 * 324 * 10);
  EXPECT_EQ(product["algorithm"], "gemv");
  EXPECT_EQ(by_operator["Flatten"]["skipped"], true);
}

TEST_F(ExplainProgram, Text) {
  Write("conv.onnx", ConvModel(16, 20, {"conv", "rectify", "flat", "product"}));
  const Finished run = Kante("explain conv.onnx --runs 3 --threads 1");
  EXPECT_EQ(run.code, 0) << run.err;
  for (const char* part : {"conv+rectify", "kante.FusedConv", "gemv", "why a fusion did not fire", "measured peaks",
                           "1 thread,", "GFLOP/s", "between steps"}) {
    EXPECT_TRUE(Has(run.out, part)) << part << " in " << run.out;
  }
  const std::string all = run.out.substr(0, run.out.find("\n\n"));
  const Finished one = Kante("explain conv.onnx --runs 3 --top 1 --shape x=1,16,20,20");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_LT(std::count(one.out.begin(), one.out.begin() + static_cast<ptrdiff_t>(one.out.find("\n\n")), '\n'),
            std::count(all.begin(), all.end(), '\n'));
}

TEST_F(ExplainProgram, FusionsThatDidNotFireAreGrouped) {
  // Each product has a second user, so its activation cannot be joined to it.
  const auto type = wire::TensorType(core::ElementType::kFloat32, {2, 4});
  wire::GraphSpec g{
      .nodes = {},
      .initializers = {wire::RawTensor("w", core::ElementType::kFloat32, {4, 4}, wire::Raw(std::vector<float>(16, 1)))},
      .inputs = {wire::Info("x", type)},
      .outputs = {}};
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    g.nodes.push_back(
        wire::NodeMessage("MatMul", {i ? "r" + std::to_string(i - 1) : "x", "w"}, {"m" + n}, {}, "mul" + n));
    g.nodes.push_back(wire::NodeMessage("Relu", {"m" + n}, {"r" + n}, {}, "relu" + n));
    g.outputs.push_back(wire::Info("m" + n, type));
  }
  g.outputs.push_back(wire::Info("r2", type));
  Write("shared.onnx", wire::ModelBytes({.graph = wire::GraphMessage(g)}));
  const json report = Report("shared.onnx");
  ASSERT_FALSE(report["rewrites_not_made"].empty()) << report["rewrites_not_made"];
  const json& missed = report["rewrites_not_made"][0];
  EXPECT_EQ(missed["count"], 3) << missed;
  ASSERT_EQ(missed["places"].size(), 3u);
  EXPECT_EQ(missed["places"][0]["node"], "relu0");
  EXPECT_EQ(missed["reason"], "'…' is also used elsewhere");
  EXPECT_FALSE(missed["reason"].get<std::string>().empty());
  const std::string page = Page("shared.onnx");
  EXPECT_TRUE(Has(page, missed["rule"].get<std::string>()));
}

TEST_F(ExplainProgram, ThePageIsWholeAndAlone) {
  Write("conv.onnx", ConvModel(16, 20, {"conv", "rectify", "flat", "product"}));
  const std::string page = Page("conv.onnx");
  for (const char* part : {"<!DOCTYPE html>", "default-src 'none'", "conv+rectify", "<svg", "prefers-color-scheme"}) {
    EXPECT_TRUE(Has(page, part)) << part;
  }
  EXPECT_FALSE(Has(page, "{{"));
  EXPECT_EQ(Kante("explain conv.onnx --runs 1 --html no/such/folder/page.html").code, 2);
}

TEST_F(ExplainProgram, HostileNamesStayText) {
  const std::string script = "</script><script>alert(1)</script>", image = "<img src=x onerror=alert(1)>";
  Write("hostile.onnx", ConvModel(4, 6,
                                  {script, image, "\" onload=\"alert(1)\x01\x1b[31m\n{{data}}",
                                   std::string(5000, 'n') + "\xff\xc0 '&"}));
  const std::string page = Page("hostile.onnx");
  EXPECT_FALSE(Has(page, "<script>alert")) << page.substr(0, 200);
  EXPECT_FALSE(Has(page, "<img"));
  EXPECT_TRUE(Has(page, "&lt;img src=x onerror=alert(1)&gt;"));
  const Finished text = Kante("explain hostile.onnx --runs 1");
  EXPECT_EQ(text.code, 0);
  EXPECT_FALSE(Has(text.out, "\x1b"));
}

TEST_F(ExplainProgram, AThousandSteps) {
  wire::GraphSpec g{.nodes = {}, .inputs = {wire::Info("v0")}, .outputs = {wire::Info("v1200")}};
  for (int i = 0; i < 1200; ++i) {
    const std::string from = "v" + std::to_string(i), also = "v" + std::to_string(i / 2);
    g.nodes.push_back(wire::NodeMessage(i % 2 ? "Add" : "Mul", {from, also}, {"v" + std::to_string(i + 1)}, {},
                                        "node" + std::to_string(i)));
  }
  Write("long.onnx", wire::ModelBytes({.graph = wire::GraphMessage(g)}));
  const std::string page = Page("long.onnx");
  EXPECT_TRUE(Has(page, "node1199"));
  EXPECT_LT(page.size(), size_t{8} << 20);
}

TEST_F(ExplainProgram, Errors) {
  EXPECT_EQ(Kante("explain none.onnx").code, 2);
  EXPECT_EQ(Kante("explain m.onnx --runs -1").code, 2);
  EXPECT_EQ(Kante("explain m.onnx --input q=m.onnx").code, 2);
  EXPECT_EQ(Kante("explain m.onnx --runs 1 --json no/such/folder.json").code, 2);
}

}  // namespace
}  // namespace kante::cli
