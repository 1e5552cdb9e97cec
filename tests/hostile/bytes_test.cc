// SPDX-License-Identifier: MIT
// Files that are cut short or have wrong bytes: each is refused or runs, within limits.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/hostile/attempt.h"

namespace kante::hostile_test {
namespace {

using core::WireWriter;
using wire::GraphMessage;
using wire::GraphSpec;
using wire::Info;
using wire::IntAttribute;
using wire::NodeMessage;

// Initializers, If, Loop, a function, a convolution and shapes worked out from data; small, so that every byte can be
// turned over.
std::string Victim() {
  const auto scalar = [](Type type) { return wire::TensorType(type, {}); };
  GraphSpec then{.nodes = {NodeMessage("Half", {"c"}, {"t"}, {}, "", "local")},
                 .outputs = {Info("t", wire::TensorType(Type::kFloat32, {1, 1, 4}))}};
  GraphSpec other{.nodes = {NodeMessage("Neg", {"c"}, {"e"})},
                  .outputs = {Info("e", wire::TensorType(Type::kFloat32, {1, 1, 4}))}};
  GraphSpec body{
      .nodes = {NodeMessage("Add", {"acc", "k"}, {"next"}), NodeMessage("Identity", {"go"}, {"still"})},
      .inputs = {Info("i", scalar(Type::kInt64)), Info("go", scalar(Type::kBool)), Info("acc", scalar(Type::kFloat32))},
      .outputs = {Info("still", scalar(Type::kBool)), Info("next", scalar(Type::kFloat32))}};
  const wire::FunctionSpec half{.name = "Half",
                                .inputs = {"a"},
                                .outputs = {"b"},
                                .nodes = {NodeMessage("Mul", {"a", "a"}, {"m"}), NodeMessage("Relu", {"m"}, {"b"})}};
  GraphSpec g{
      .nodes = {NodeMessage("Conv", {"x", "w"}, {"c"}, {IntsAttribute("pads", {1, 1})}),
                NodeMessage("If", {"cond"}, {"y"},
                            {wire::GraphAttribute("then_branch", GraphMessage(then)),
                             wire::GraphAttribute("else_branch", GraphMessage(other))}),
                NodeMessage("Loop", {"n", ""}, {"z"}, {}), NodeMessage("Reshape", {"y", "shape"}, {"r"}),
                NodeMessage("Softmax", {"r"}, {"s"}, {IntAttribute("axis", -1)})},
      .initializers = {wire::RawTensor("w", Type::kFloat32, {1, 1, 3}, wire::Raw({1, 2, 3})),
                       wire::RawTensor("k", Type::kFloat32, {}, wire::Raw({2})), Int64s("n", {}, {3}),
                       Int64s("shape", {2}, {2, -1}), wire::RawTensor("zero", Type::kFloat32, {}, wire::Raw({0}))},
      .inputs = {Info("x", wire::TensorType(Type::kFloat32, {1, 1, 4})), Info("cond", scalar(Type::kBool))},
      .outputs = {Info("s", wire::TensorType(Type::kFloat32, {2, 2})), Info("z", scalar(Type::kFloat32))}};
  g.nodes[2] = NodeMessage("Loop", {"n", "", "zero"}, {"z"}, {wire::GraphAttribute("body", GraphMessage(body))});
  return wire::ModelBytes(
      {.graph = GraphMessage(g), .functions = {wire::FunctionMessage(half)}, .imports = {{"", 18}, {"local", 1}}});
}

TEST(Bytes, TheVictimIsFine) {
  const Outcome outcome = Attempt(Victim());
  EXPECT_TRUE(outcome.ran()) << outcome.status.ToString();
}

TEST(Bytes, EveryPrefix) {
  const std::string bytes = Victim();
  int loaded = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    SCOPED_TRACE("prefix of " + std::to_string(size));
    loaded += Attempt(bytes.substr(0, size)).loaded;
  }
  EXPECT_LT(loaded, 20);  // only what lies behind the graph may be missing
}

TEST(Bytes, EveryByteChanged) {
  const std::string bytes = Victim();
  int refused = 0;
  Careful brief;  // a loop may have got a billion trips
  brief.run.time_limit_ms = 100;
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int value : {0x00, 0x7f, 0xff, bytes[i] ^ 0x01, bytes[i] ^ 0x10}) {
      SCOPED_TRACE("byte " + std::to_string(i) + " = " + std::to_string(value & 255));
      std::string broken = bytes;
      broken[i] = static_cast<char>(value);
      refused += !Attempt(broken, brief).ran();
    }
  }
  EXPECT_GT(refused, 100);
}

class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "kante-hostile-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// y = x + w, where the two floats of w come from a file of their own.
std::string ExternalModel(const wire::Messages& entries, const std::vector<int64_t>& dims = {2}) {
  GraphSpec g{.nodes = {NodeMessage("Add", {"x", "w"}, {"y"})},
              .initializers = {wire::ExternalTensor("w", dims, entries)},
              .inputs = {Info("x")},
              .outputs = {Info("y")}};
  return wire::ModelBytes({.graph = GraphMessage(g)});
}

TEST(ExternalData, Honest) {
  const Folder folder;
  folder.Write("weights", std::string(4, '\0') + wire::Raw({1, 2}));
  const auto model =
      ExternalModel({wire::Entry("location", "weights"), wire::Entry("offset", "4"), wire::Entry("length", "8")});
  EXPECT_TRUE(AttemptFile(folder.Write("m.onnx", model)).ran());
  EXPECT_TRUE(Attempt(model, {}, folder.path()).ran());
  ExpectError(Attempt(model), {"w"});  // no folder: refused
}

TEST(ExternalData, Hostile) {
  const Folder folder, outside;
  folder.Write("weights", wire::Raw({1, 2}));
  const std::string secret = outside.Write("secret", wire::Raw({1, 2}));
  std::filesystem::create_symlink(secret, folder.Path("link"));
  std::filesystem::create_directory(folder.Path("folder"));
  std::filesystem::create_directory_symlink(outside.path(), folder.Path("linked_folder"));
  ASSERT_EQ(::mkfifo(folder.Path("pipe").c_str(), 0600), 0);
  const std::string up = "../" + std::filesystem::path(outside.path()).filename().string() + "/secret";
  std::vector<wire::Messages> cases;
  for (const std::string& location :
       {secret, up, std::string("a/../../b"), std::string("link"), std::string("linked_folder/secret"),
        std::string("folder"), std::string("pipe"), std::string("none"), std::string(""), std::string("/dev/zero"),
        std::string("weights\0x", 9), std::string(100'000, 'a')}) {
    cases.push_back({wire::Entry("location", location)});
  }
  for (const char* offset :
       {"-1", "8", "4", "9223372036854775807", "18446744073709551615", "99999999999999999999", "x", "0x0", "1e1"}) {
    cases.push_back({wire::Entry("location", "weights"), wire::Entry("offset", offset)});
  }
  for (const char* length : {"-8", "7", "9", "16", "9223372036854775807", "eight"}) {
    cases.push_back({wire::Entry("location", "weights"), wire::Entry("length", length)});
  }
  cases.push_back({});
  cases.push_back({wire::Entry("offset", "0"), wire::Entry("length", "8")});
  for (const wire::Messages& entries : cases) {
    for (auto mapping : {FileMapping::kMap, FileMapping::kCopy}) {
      SCOPED_TRACE(entries.empty() ? "no entries" : entries.back().ToString().substr(0, 80));
      Careful careful;
      careful.load.mapping = mapping;
      const Outcome outcome = AttemptFile(folder.Write("m.onnx", ExternalModel(entries)), careful);
      ExpectError(outcome, {"'w'"});
      EXPECT_FALSE(outcome.loaded);
    }
  }
}

TEST(ExternalData, HugeClaimsCostNothing) {
  const Folder folder;
  folder.Write("weights", wire::Raw({1, 2}));
  PeakResidentSinceLastCall();
  for (const std::vector<int64_t>& dims :
       {std::vector<int64_t>{int64_t{1} << 62}, {int64_t{1} << 31, int64_t{1} << 31}, {int64_t{1} << 36}}) {
    ExpectError(AttemptFile(folder.Write("m.onnx", ExternalModel({wire::Entry("location", "weights")}, dims))),
                {"'w'"});
  }
  EXPECT_LT(PeakResidentSinceLastCall(), int64_t{1} << 30);
}

class Truncated : public ::testing::TestWithParam<FileMapping> {};

TEST_P(Truncated, AfterTheLoad) {
  const Folder folder;
  std::vector<float> weights(100'000, 1);
  GraphSpec g{.nodes = {NodeMessage("Add", {"x", "w"}, {"y"})},
              .initializers = {wire::Floats("w", weights)},
              .inputs = {Info("x", wire::TensorType(Type::kFloat32, {100'000}))},
              .outputs = {Info("y", wire::TensorType(Type::kFloat32, {100'000}))}};
  const std::string path = folder.Write("m.onnx", wire::ModelBytes({.graph = GraphMessage(g)}));
  LoadOptions options;
  options.mapping = GetParam();
  auto model = Model::Load(path, options);
  ASSERT_TRUE(model.ok()) << model.status().ToString();
  auto session = Session::Create(*model);
  ASSERT_TRUE(session.ok());
  ASSERT_EQ(::truncate(path.c_str(), 1000), 0);
  const Status status = session->Run(FeedsFor(*model)).status();
  const Status saved = model->Save(folder.Path("saved.onnx"));
  const Status prepared = session->Prepare({});
  const Status inspected = model->Inspect().status();
  EXPECT_EQ(prepared.ok(), GetParam() == FileMapping::kCopy) << prepared.ToString();
  EXPECT_EQ(inspected.ok(), GetParam() == FileMapping::kCopy) << inspected.ToString();
  if (GetParam() == FileMapping::kCopy) {
    EXPECT_TRUE(status.ok() && saved.ok()) << status.ToString() << saved.ToString();
    return;
  }
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find("m.onnx"), std::string::npos) << status.ToString();
  EXPECT_FALSE(saved.ok());
  EXPECT_NE(saved.message().find("m.onnx"), std::string::npos) << saved.ToString();
}

INSTANTIATE_TEST_SUITE_P(Mappings, Truncated, ::testing::Values(FileMapping::kMap, FileMapping::kCopy));

}  // namespace
}  // namespace kante::hostile_test
