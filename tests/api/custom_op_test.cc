// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "kante/op.h"
#include "tests/api/models.h"

namespace kante::api_test {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// y = scale * x + shift[i % size], in parallel.
class Affine : public CustomOp {
 public:
  static inline std::atomic<int> alive = 0;
  Affine() { ++alive; }
  ~Affine() override { --alive; }

  class Kernel : public CustomKernel {
   public:
    float scale = 1;
    std::vector<float> shift;

    Status Infer(OpInference& inference) const override {
      inference.SetOutputType(0, inference.input_type(0));
      std::vector<int64_t> shape;
      if (!inference.input_shape(0, &shape)) return Status();
      return inference.SetOutputShape(0, shape);
    }
    Status Run(OpRun& run) const override {
      const Tensor x = run.input(0);
      if (x.type() != ElementType::kFloat32) return Status(StatusCode::kNotImplemented, "only float32, please");
      auto y = run.Output(0, x.type(), x.shape());
      if (!y.ok()) return y.status();
      const auto from = x.values<float>();
      const auto to = y->mutable_values<float>();
      return run.Parallel(x.elements(), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const size_t k = static_cast<size_t>(i);
          to[k] = scale * from[k] + (shift.empty() ? 0 : shift[k % shift.size()]);
        }
      });
    }
  };

  OpSignature signature() const override { return {.domain = "my.domain", .name = "Affine"}; }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes& attributes) const override {
    auto kernel = std::make_unique<Kernel>();
    kernel->scale = attributes.Float("scale", 1);
    kernel->shift = attributes.Floats("shift");
    return std::unique_ptr<CustomKernel>(std::move(kernel));
  }
};

// The positive elements of x: how many there are is known afterwards.
class Positive : public CustomOp {
 public:
  class Kernel : public CustomKernel {
   public:
    Status Infer(OpInference& inference) const override {
      inference.SetOutputType(0, ElementType::kFloat32);
      return Status();
    }
    Status Run(OpRun& run) const override {
      const auto x = run.input(0);
      std::vector<float> kept;
      for (float v : x.values<float>()) {
        if (v > 0) kept.push_back(v);
      }
      const int64_t shape[] = {static_cast<int64_t>(kept.size())};
      auto y = run.Output(0, ElementType::kFloat32, shape);
      if (!y.ok()) return y.status();
      std::copy(kept.begin(), kept.end(), y->mutable_values<float>().begin());
      return Status();
    }
  };
  OpSignature signature() const override { return {.domain = "my.domain", .name = "Positive", .data_dependent = true}; }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes&) const override {
    return std::unique_ptr<CustomKernel>(std::make_unique<Kernel>());
  }
};

class Failing : public CustomOp {
 public:
  enum class At { kCreate, kNull, kInfer, kRun, kShape, kNothing };
  explicit Failing(At at) : at_(at) {}

  class Kernel : public CustomKernel {
   public:
    explicit Kernel(At at) : at_(at) {}
    Status Infer(OpInference& inference) const override {
      if (at_ == At::kInfer) return Status(StatusCode::kInvalidArgument, "bad inference");
      inference.SetOutputType(0, inference.input_type(0));
      std::vector<int64_t> shape;
      if (!inference.input_shape(0, &shape)) return Status();
      return inference.SetOutputShape(0, shape);
    }
    Status Run(OpRun& run) const override {
      if (at_ == At::kRun) return Status(StatusCode::kRuntimeError, "the sensor is gone");
      if (at_ == At::kNothing) return Status();
      const int64_t wrong[] = {7, 7};
      return run.Output(0, ElementType::kFloat32, wrong).status();
    }

   private:
    At at_;
  };
  OpSignature signature() const override { return {.domain = "my.domain", .name = "Failing"}; }
  Result<std::unique_ptr<CustomKernel>> Create(const OpAttributes&) const override {
    if (at_ == At::kCreate) return Status(StatusCode::kInvalidArgument, "bad creation");
    if (at_ == At::kNull) return std::unique_ptr<CustomKernel>();
    return std::unique_ptr<CustomKernel>(std::make_unique<Kernel>(at_));
  }

 private:
  At at_;
};

class WithSignature : public Positive {
 public:
  explicit WithSignature(OpSignature s) : signature_(std::move(s)) {}
  OpSignature signature() const override { return signature_; }

 private:
  OpSignature signature_;
};

LoadOptions With(std::shared_ptr<const CustomOp> op) {
  LoadOptions options;
  options.custom_ops.push_back(std::move(op));
  return options;
}

core::WireWriter FloatsAttribute(std::string_view name, const std::vector<float>& values) {
  core::WireWriter content;
  content.PackedFloats(core::attribute_field::kFloats, values);
  return wire::AttributeOf(name, core::AttributeType::kFloats, std::move(content));
}

std::string AffineModel(wire::Messages attributes, Type type = Type::kFloat32) {
  return NodeModel(
      {.op = "Affine", .inputs = {{type, {-1}}}, .attributes = std::move(attributes), .domain = "my.domain"});
}

TEST(CustomOp, RunsWithAttributes) {
  {
    const std::string bytes = AffineModel({FloatAttribute("scale", 2), FloatsAttribute("shift", {1, 10})});
    EXPECT_EQ(Model::LoadFromMemory(BytesOf(bytes)).status().code(), StatusCode::kNotImplemented);
    const Session session = SessionOf(LoadOrDie(bytes, With(std::make_shared<Affine>())));
    EXPECT_EQ(Affine::alive, 1);  // the model keeps it
    auto outputs = session.Run({{"x0", Floats({3}, {1, 2, 3})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    EXPECT_EQ(FloatsOf((*outputs)[0]), (std::vector<float>{3, 14, 7}));
  }
  EXPECT_EQ(Affine::alive, 0);
}

TEST(CustomOp, ParallelRangesCoverEverything) {
  const Model model = LoadOrDie(AffineModel({FloatAttribute("scale", 3)}), With(std::make_shared<Affine>()));
  SessionOptions options;
  options.threads = 4;
  const Session session = SessionOf(model, options);
  for (int64_t n : {0, 1, 3, 1'000'001}) {
    const Tensor x = Ramp({n});
    auto outputs = session.Run({{"x0", x}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    const auto y = (*outputs)[0].tensor().values<float>();
    for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], 3 * x.values<float>()[i]) << i;
  }
}

TEST(CustomOp, WrongAttributes) {
  const auto error = [](wire::Messages attributes) {
    const Status status =
        Model::LoadFromMemory(BytesOf(AffineModel(std::move(attributes))), With(std::make_shared<Affine>())).status();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(Has(status.message(), "the_node")) << status.message();
    return status.message();
  };
  EXPECT_TRUE(Has(error({wire::IntAttribute("scale", 2)}), "scale"));
  EXPECT_TRUE(Has(error({StringAttribute("shift", "left")}), "shift"));
  EXPECT_TRUE(Has(error({wire::IntAttribute("colour", 2)}), "colour"));
}

TEST(CustomOp, WrongNumberOfInputs) {
  const std::string bytes =
      NodeModel({.op = "Affine", .inputs = {{Type::kFloat32, {-1}}, {Type::kFloat32, {-1}}}, .domain = "my.domain"});
  const Status status = Model::LoadFromMemory(BytesOf(bytes), With(std::make_shared<Affine>())).status();
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(Has(status.message(), "the_node") && Has(status.message(), "Affine")) << status.message();
}

TEST(CustomOp, ShapesThatDependOnData) {
  const std::string bytes = NodeModel({.op = "Positive", .inputs = {{Type::kFloat32, {-1}}}, .domain = "my.domain"});
  const Session session = SessionOf(LoadOrDie(bytes, With(std::make_shared<Positive>())));
  for (const std::vector<float>& x : {std::vector<float>{1, -1, 2}, {-1}, {5, 6, 7, 8}, {}}) {
    auto outputs = session.Run({{"x0", Floats({static_cast<int64_t>(x.size())}, x)}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().ToString();
    std::vector<float> want;
    std::copy_if(x.begin(), x.end(), std::back_inserter(want), [](float v) { return v > 0; });
    EXPECT_EQ(FloatsOf((*outputs)[0]), want);
  }
}

TEST(CustomOp, ErrorsNameTheNode) {
  const std::string bytes = NodeModel({.op = "Failing", .inputs = {{Type::kFloat32, {-1}}}, .domain = "my.domain"});
  const auto load = [&](Failing::At at) {
    return Model::LoadFromMemory(BytesOf(bytes), With(std::make_shared<Failing>(at)));
  };
  for (auto [at, text] : {std::pair(Failing::At::kCreate, "bad creation"), std::pair(Failing::At::kNull, "Failing"),
                          std::pair(Failing::At::kInfer, "bad inference")}) {
    auto model = load(at);
    Status status = model.status();
    if (model.ok()) status = SessionOf(*model).Run({{"x0", Floats({2}, {1, 2})}}).status();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(Has(status.message(), "the_node") && Has(status.message(), text)) << status.message();
  }
  for (auto at : {Failing::At::kRun, Failing::At::kShape, Failing::At::kNothing}) {
    auto model = load(at);
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    const Status status = SessionOf(*model).Run({{"x0", Floats({2}, {1, 2})}}).status();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(Has(status.message(), "the_node") && Has(status.message(), "Failing")) << status.message();
    if (at == Failing::At::kRun) {
      EXPECT_TRUE(Has(status.message(), "the sensor is gone"));
      EXPECT_EQ(status.code(), StatusCode::kRuntimeError);
    }
  }
}

TEST(CustomOp, BadSignaturesAreRefused) {
  const std::string bytes = LinearModel();
  const auto load = [&](OpSignature s) {
    return Model::LoadFromMemory(BytesOf(bytes), With(std::make_shared<WithSignature>(std::move(s)))).status();
  };
  EXPECT_TRUE(load({.domain = "mine", .name = "Ok"}).ok());
  for (const char* domain : {"", "ai.onnx", "ai.onnx.ml", "kante"}) {
    EXPECT_EQ(load({.domain = domain, .name = "Op"}).code(), StatusCode::kInvalidArgument) << domain;
  }
  EXPECT_FALSE(load({.domain = "mine", .name = ""}).ok());
  EXPECT_FALSE(load({.domain = "mine", .name = "Op", .version = 0}).ok());
  EXPECT_FALSE(load({.domain = "mine", .name = "Op", .min_inputs = 3, .max_inputs = 2}).ok());
  EXPECT_FALSE(load({.domain = "mine", .name = "Op", .min_outputs = -1}).ok());
  EXPECT_EQ(Model::LoadFromMemory(BytesOf(bytes), With(nullptr)).status().code(), StatusCode::kInvalidArgument);
  LoadOptions twice = With(std::make_shared<Affine>());
  twice.custom_ops.push_back(std::make_shared<Affine>());
  const Status status = Model::LoadFromMemory(BytesOf(bytes), twice).status();
  EXPECT_TRUE(Has(status.message(), "Affine")) << status.ToString();
}

#ifndef KANTE_NO_THREADS  // WebAssembly has no libraries to load either
TEST(CustomOp, LibraryThatIsNotThereIsNamed) {
  const auto ops = LoadCustomOps("no/such/library.so");
  EXPECT_EQ(ops.status().code(), StatusCode::kFail);
  EXPECT_TRUE(Has(ops.status().message(), "no/such/library.so")) << ops.status().ToString();
}
#endif

TEST(CustomOp, IsFoldedUnlessStateful) {
  wire::GraphSpec g{.nodes = {wire::NodeMessage("Affine", {"w"}, {"a"}, {}, "n", "my.domain"),
                              wire::NodeMessage("Add", {"a", "x"}, {"y"})},
                    .initializers = {wire::Floats("w", {1, 2})},
                    .inputs = {wire::Info("x")},
                    .outputs = {wire::Info("y")}};
  const std::string bytes = wire::ModelBytes({.graph = wire::GraphMessage(g), .imports = {{"", 21}, {"my.domain", 1}}});
  const Model model = LoadOrDie(bytes, With(std::make_shared<Affine>()));
  EXPECT_FALSE(Has(model.GraphText(), "Affine")) << model.GraphText();
  class Stateful : public Affine {
    OpSignature signature() const override { return {.domain = "my.domain", .name = "Affine", .stateful = true}; }
  };
  const Model kept = LoadOrDie(bytes, With(std::make_shared<Stateful>()));
  EXPECT_TRUE(Has(kept.GraphText(), "Affine")) << kept.GraphText();
}

}  // namespace
}  // namespace kante::api_test
