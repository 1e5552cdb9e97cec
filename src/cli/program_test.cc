// SPDX-License-Identifier: MIT
// The kante program as its users see it: arguments, files, text and exit codes.
#include <nlohmann/json.hpp>

#include "cli/test_program.h"

namespace kante::cli {
namespace {

using nlohmann::json;

TEST_F(Program, HelpAndUsage) {
  const Finished help = Kante("--help");
  EXPECT_EQ(help.code, 0);
  for (const char* command : {"run", "test", "compare", "inspect", "bench", "explain", "optimize", "convert", "ops"}) {
    EXPECT_TRUE(Has(help.out, command)) << help.out;
    const Finished own = Kante(std::string(command) + " --help");
    EXPECT_EQ(own.code, 0) << command;
    EXPECT_TRUE(Has(own.out, "--help")) << own.out;
    EXPECT_EQ(Kante(std::string(command) + " --no-such-option").code, 2) << command;
    EXPECT_TRUE(std::string(command) == "ops" || Kante(command).code == 2) << command;
  }
  EXPECT_EQ(Kante("").code, 2);
  EXPECT_EQ(Kante("dance").code, 2);
  const Finished version = Kante("--version");
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(Has(version.out, "kante " KANTE_VERSION)) << version.out;
}

TEST_F(Program, RunReadsEveryKindOfFile) {
  WriteNpy("x.npy", {1, -3});
  Write("x.json", "[1, -3]");
  ASSERT_TRUE(WriteProtoFile(Path("x.pb"), Floats({1, -3}), "x").ok());
  for (const char* input : {"x=x.npy", "x.npy", "x=x.json", "x=x.pb"}) {
    const Finished run = Kante(std::string("run m.onnx --input ") + input + " --output out");
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_TRUE(Has(run.out, "float32[2]") && Has(run.out, "3 3")) << run.out;
    EXPECT_EQ(NpyValues("out/y.npy"), (std::vector<float>{3, 3})) << input;
    fs::remove_all(Path("out"));
  }
}

TEST_F(Program, RunWritesEveryFormat) {
  WriteNpy("x.npy", {1, -3});
  EXPECT_EQ(Kante("run m.onnx -i x.npy -o a/b --format json").code, 0);
  const json parsed = json::parse(Read("a/b/y.json"), nullptr, false);
  ASSERT_FALSE(parsed.is_discarded());
  EXPECT_EQ(parsed["data"], json({3.0, 3.0}));
  EXPECT_EQ(Kante("run m.onnx -i x.npy -o a --format pb").code, 0);
  auto value = ReadProtoFile(Path("a/y.pb"), ProtoKind::kTensor);
  ASSERT_TRUE(value.ok()) << value.status().ToString();
  EXPECT_EQ(value->tensor().values<float>()[1], 3);
  const Finished printed = Kante("run m.onnx -i x.npy -o - --format json");
  EXPECT_EQ(printed.code, 0);
  EXPECT_FALSE(json::parse(printed.out, nullptr, false).is_discarded()) << printed.out;
}

TEST_F(Program, MapsInAndOut) {
  Write("maps.onnx", wire::MapsModel());
  Write("x.json", "[0.25, 0.75]");
  Write("m.json", "{\"-3\": 2, \"7\": 1.5}");
  const std::string feeds = " maps.onnx -i x=x.json -i m=m.json";
  EXPECT_TRUE(Has(Kante("inspect maps.onnx").out, "map(int64,float32)"));
  const Finished table = Kante("run" + feeds);
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_TRUE(Has(table.out, "map(string,float32)") && Has(table.out, "\"b\":0.25 \"a\":0.75")) << table.out;
  const Finished lines = Kante("run" + feeds + " -o - --format json");
  const std::string first = lines.out.substr(0, lines.out.find('\n'));
  const json parsed = json::parse(first, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << lines.out;
  EXPECT_EQ(parsed["data"], json::parse("[{\"b\":0.25,\"a\":0.75}]"));
  EXPECT_EQ(Kante("run" + feeds + " -o npy").code, 0);
  EXPECT_EQ(NpyValues("npy/y.0.values.npy"), (std::vector<float>{0.25f, 0.75f}));
  EXPECT_EQ(Kante("run" + feeds + " -o pb --format pb").code, 0);
  EXPECT_TRUE(ReadProtoFile(Path("pb/y.0.pb"), ProtoKind::kMap).ok());

  const std::vector<int64_t> numbers = {-3, 7};
  const std::vector<std::string> labels = {"b", "a"};
  const Value in = Value::Map(*Tensor::Of<int64_t>(std::vector<int64_t>{2}, std::span(numbers)), Floats({2, 1.5f}));
  for (const float score : {0.75f, 0.5f}) {
    const Value row = Value::Map(*Tensor::OfStrings(std::vector<int64_t>{2}, labels), Floats({0.25f, score}));
    const std::string set = Path("case/test_data_set_0");
    Write("case/model.onnx", wire::MapsModel());
    fs::create_directories(set);
    ASSERT_TRUE(WriteProtoFile(set + "/input_0.pb", Floats({0.25f, 0.75f})).ok());
    ASSERT_TRUE(WriteProtoFile(set + "/input_1.pb", in).ok());
    ASSERT_TRUE(WriteProtoFile(set + "/output_0.pb", Value::Sequence({row}, ElementType::kFloat32)).ok());
    const Finished test = Kante("test case");
    EXPECT_EQ(test.code, score == 0.75f ? 0 : 1) << test.out << test.err;
  }
}

TEST_F(Program, RunMakesUpInputs) {
  EXPECT_EQ(Kante("run m.onnx --random 5 --output one").code, 0);
  EXPECT_EQ(Kante("run m.onnx --random 5 --output two --threads 1 --level none").code, 0);
  EXPECT_EQ(Kante("run m.onnx --random 6 --output three").code, 0);
  EXPECT_EQ(Read("one/y.npy"), Read("two/y.npy"));
  EXPECT_NE(Read("one/y.npy"), Read("three/y.npy"));
}

TEST_F(Program, RunProfileIsJson) {
  EXPECT_EQ(Kante("run m.onnx --random 5 --profile trace.json --progress").code, 0);
  const json trace = json::parse(Read("trace.json"), nullptr, false);
  ASSERT_FALSE(trace.is_discarded());
  EXPECT_FALSE(trace["traceEvents"].empty());
}

TEST_F(Program, RunErrors) {
  const auto expect = [&](const std::string& arguments, int code, const std::vector<std::string>& parts) {
    const Finished run = Kante("run " + arguments);
    EXPECT_EQ(run.code, code) << arguments << ": " << run.err;
    for (const std::string& part : parts) EXPECT_TRUE(Has(run.err, part)) << part << " in " << run.err;
  };
  WriteNpy("three.npy", {1, 2, 3});
  Write("broken.npy", "no array");
  Write("garbage.onnx", std::string(100, '\xff'));
  expect("none.onnx --random 1", 2, {"none.onnx"});
  expect("garbage.onnx --random 1", 1, {"garbage.onnx"});
  expect("m.onnx", 2, {"'x'", "float32[2]"});
  expect("m.onnx -i x=none.npy", 2, {"none.npy"});
  expect("m.onnx -i x=broken.npy", 2, {"broken.npy"});
  expect("m.onnx -i x=three.npy", 2, {"'x'", "float32[2]", "float32[3]"});
  expect("m.onnx -i q=three.npy", 2, {"'x'"});
  expect("m.onnx -i x=m.onnx", 2, {"m.onnx"});
  expect("m.onnx --random 1 --level most", 2, {});
  expect("m.onnx --random 1 --threads -3", 2, {});
  expect("m.onnx --random 1 --shape x=a,b", 2, {"'a'"});
  expect("m.onnx --random 1 --shape x=99999999999,99999999999", 2, {});
  EXPECT_FALSE(fs::exists(Path("out")));
}

TEST_F(Program, TestPassesAndFails) {
  WriteCase("tests/good", {1, -3}, {3, 3});
  const Finished passed = Kante("test tests");
  EXPECT_EQ(passed.code, 0) << passed.out << passed.err;
  EXPECT_EQ(passed.out, "1 passed, 0 failed\n");
  WriteCase("tests/deep/er/bad", {1, -3}, {3, 3.5f});
  Write("tests/empty/model.onnx", SmallModel());
  const Finished mixed = Kante("test tests");
  EXPECT_EQ(mixed.code, 1);
  EXPECT_TRUE(Has(mixed.out, "FAIL  tests/deep/er/bad: output 'y' element [1] is 3, expected 3.5\n")) << mixed.out;
  EXPECT_TRUE(mixed.out.ends_with("1 passed, 1 failed, 1 skipped\n")) << mixed.out;
  EXPECT_EQ(Kante("test tests --atol 1").code, 0);
  EXPECT_TRUE(Has(Kante("test tests -v").out, "ok    tests/good")) << "verbose";
}

TEST_F(Program, TestManyDataSets) {
  WriteCase("t", {1, -3}, {3, 3});
  fs::copy(Path("t/test_data_set_0"), Path("t/test_data_set_1"));
  const Finished two = Kante("test t");
  EXPECT_EQ(two.out, "2 passed, 0 failed\n");
  EXPECT_EQ(two.code, 0);
}

TEST_F(Program, TestErrors) {
  EXPECT_EQ(Kante("test nowhere").code, 2);
  fs::create_directories(Path("nothing"));
  const Finished nothing = Kante("test nothing");
  EXPECT_NE(nothing.code, 0);
  EXPECT_TRUE(nothing.out.ends_with("0 passed, 0 failed\n")) << nothing.out;
  WriteCase("broken", {1, -3}, {3, 3});
  Write("broken/model.onnx", "garbage");
  const Finished broken = Kante("test broken");
  EXPECT_EQ(broken.code, 1);
  EXPECT_TRUE(Has(broken.out, "FAIL  broken: ")) << broken.out;
  WriteCase("no_input", {1, -3}, {3, 3});
  fs::remove(Path("no_input/test_data_set_0/input_0.pb"));
  EXPECT_TRUE(Has(Kante("test no_input").out, "'x'"));
  WriteCase("cut", {1, -3}, {3, 3});
  Write("cut/test_data_set_0/output_0.pb", "\x08");
  const Finished cut = Kante("test cut");
  EXPECT_EQ(cut.code, 1);
  EXPECT_TRUE(cut.out.ends_with("0 passed, 1 failed\n")) << cut.out;
}

TEST_F(Program, CompareFindsNoDifference) {
  WriteNpy("x.npy", {1, -3});
  const Finished equal = Kante("compare m.onnx -i x.npy");
  EXPECT_EQ(equal.code, 0) << equal.out << equal.err;
  EXPECT_TRUE(Has(equal.out, "equal")) << equal.out;
  EXPECT_EQ(Kante("compare m.onnx --random 3 --level none basic --threads 1 2").code, 0);
  WriteCase("t", {1, -3}, {3, 3});
  EXPECT_EQ(Kante("compare m.onnx --reference t/test_data_set_0").code, 0);
}

TEST_F(Program, CompareSavesTheNodeThatDiffers) {
  WriteCase("t", {1, -3}, {3, 4});
  const Finished differs = Kante("compare m.onnx --reference t/test_data_set_0 --level none none --save saved");
  EXPECT_EQ(differs.code, 1) << differs.err;
  EXPECT_TRUE(Has(differs.out, "output 'y' element [1] is 3, expected 4")) << differs.out;
  EXPECT_TRUE(Has(differs.out, "'rectify' (Relu)")) << differs.out;
  ASSERT_TRUE(fs::exists(Path("saved/model.onnx")));
  auto model = Model::Load(Path("saved/model.onnx"));
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  ASSERT_EQ(model->inputs().size(), 1u);
  EXPECT_EQ(model->inputs()[0].name, "s");
  const Finished again = Kante("test saved");  // it fails there as it failed here
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(Has(again.out, "output 'y' element [1] is 3, expected 4")) << again.out;
}

TEST_F(Program, CompareErrors) {
  EXPECT_EQ(Kante("compare none.onnx").code, 2);
  EXPECT_EQ(Kante("compare m.onnx --reference nowhere").code, 2);
  EXPECT_EQ(Kante("compare m.onnx --level none").code, 2);
}

TEST_F(Program, Inspect) {
  const Finished text = Kante("inspect m.onnx");
  EXPECT_EQ(text.code, 0) << text.err;
  for (const char* part : {"float32[2]", "Relu", "Mul", "ai.onnx 21", "parameters"})
    EXPECT_TRUE(Has(text.out, part)) << text.out;
  const Finished graph = Kante("inspect m.onnx --graph");
  EXPECT_EQ(graph.code, 0);
  EXPECT_TRUE(Has(graph.out, "Relu")) << graph.out;
  const json report = json::parse(Kante("inspect m.onnx --json").out, nullptr, false);
  ASSERT_FALSE(report.is_discarded());
  EXPECT_EQ(report["parameters"], 4);
  EXPECT_EQ(report["flops"], 6);
  EXPECT_EQ(report["complete"], true);
  EXPECT_EQ(report["inputs"][0]["name"], "x");
  EXPECT_EQ(report["operators"].size(), 3u);
  EXPECT_EQ(Kante("inspect none.onnx").code, 2);
}

TEST_F(Program, InspectWhatIsNotSupported) {
  wire::GraphSpec g{.nodes = {wire::NodeMessage("Frobnicate", {"x"}, {"y"}, {}, "strange")},
                    .inputs = {wire::Info("x")},
                    .outputs = {wire::Info("y")}};
  Write("strange.onnx", wire::ModelBytes({.graph = wire::GraphMessage(g)}));
  const Finished inspected = Kante("inspect strange.onnx");
  EXPECT_EQ(inspected.code, 1);
  EXPECT_TRUE(Has(inspected.out, "not supported: node 'strange' (Frobnicate)")) << inspected.out;
  const Finished run = Kante("run strange.onnx --random 1");
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(Has(run.err, "Frobnicate") && Has(run.err, "strange.onnx")) << run.err;
}

TEST_F(Program, Bench) {
  const Finished bench = Kante("bench m.onnx --runs 7 --json --threads 1");
  EXPECT_EQ(bench.code, 0) << bench.err;
  const json report = json::parse(bench.out, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << bench.out;
  EXPECT_EQ(report["runs"], 7);
  EXPECT_EQ(report["threads"], 1);
  for (const char* key : {"load_ms", "first_run_ms", "p50_ms", "p90_ms", "p99_ms", "min_ms", "peak_rss_mib"}) {
    ASSERT_TRUE(report.contains(key)) << key;
    EXPECT_GT(report[key].get<double>(), 0) << key;
  }
  EXPECT_LE(report["p50_ms"].get<double>(), report["p99_ms"].get<double>());
  EXPECT_EQ(Kante("bench m.onnx --runs 2").code, 0);
  EXPECT_EQ(Kante("bench none.onnx").code, 2);
}

TEST_F(Program, OptimizeThenRun) {
  WriteNpy("x.npy", {1, -3});
  for (const char* level : {"none", "basic", "all"}) {
    const Finished optimized = Kante(std::string("optimize m.onnx -o better.onnx --explain --level ") + level);
    EXPECT_EQ(optimized.code, 0) << optimized.err;
    EXPECT_EQ(Kante("run better.onnx -i x.npy -o out").code, 0);
    EXPECT_EQ(NpyValues("out/y.npy"), (std::vector<float>{3, 3}));
  }
  EXPECT_EQ(Kante("optimize better.onnx -o better.onnx").code, 0);  // in place
  EXPECT_EQ(Kante("run better.onnx -i x.npy").code, 0);
  EXPECT_EQ(Kante("optimize m.onnx").code, 2);
  EXPECT_NE(Kante("optimize m.onnx -o no/such/folder.onnx").code, 0);
}

TEST_F(Program, Ops) {
  const Finished ops = Kante("ops");
  EXPECT_EQ(ops.code, 0);
  EXPECT_TRUE(Has(ops.out, "Conv") && Has(ops.out, " operators")) << ops.out;
  EXPECT_TRUE(Has(ops.out, "libkante-media")) << ops.out;
  const Finished markdown = Kante("ops --markdown");
  EXPECT_TRUE(markdown.out.starts_with("# Operators")) << markdown.out.substr(0, 100);
  EXPECT_TRUE(Has(markdown.out, "| Conv |"));
  const Finished needed = Kante("ops --needed " KANTE_SOURCE_DIR "/zoo/keywords/keywords.onnx");
  EXPECT_EQ(needed.code, 0);
  EXPECT_TRUE(Has(needed.out, "\nKANTE_OP(Conv)\n")) << needed.out;
  EXPECT_FALSE(Has(needed.out, "LSTM"));
  EXPECT_NE(Kante("ops --needed no/such/model.onnx").code, 0);
}

TEST_F(Program, OutputThatCannotBeWritten) {
  EXPECT_EQ(Kante("run m.onnx --random 1 --output /proc/nothing/here").code == 0, false);
  const std::string command = "'" KANTE_BINARY_DIR "/kante' ops >/dev/full 2>/dev/null";
  EXPECT_NE(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace kante::cli
