// SPDX-License-Identifier: MIT
// What ONNX Runtime does beyond its signatures, as measured on its library, and what clients rely on.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "tests/abi/client.h"

namespace kante::abi_test {
namespace {

class BehaviourTest : public ::testing::Test {
 protected:
  // Takes what the library allocated with `allocator`.
  std::string Text(char* text) {
    std::string copy = text ? text : "(null)";
    if (text) allocator->Free(allocator, text);
    return copy;
  }

  const Owned<OrtEnv> env = NewEnv();
  OrtAllocator* const allocator = DefaultAllocator();
};

TEST_F(BehaviourTest, MetadataThatIsNotThere) {
  const auto session = Open(env.get(), "identity_float");
  const auto metadata =
      New<OrtModelMetadata>([&](OrtModelMetadata** out) { return Api().SessionGetModelMetadata(session.get(), out); });
  char* text = nullptr;
  ABI_OK(Api().ModelMetadataLookupCustomMetadataMap(metadata.get(), allocator, "absent", &text));
  EXPECT_EQ(text, nullptr);
  char** keys = nullptr;
  int64_t count = -1, version = 0;
  ABI_OK(Api().ModelMetadataGetCustomMetadataMapKeys(metadata.get(), allocator, &keys, &count));
  EXPECT_EQ(keys, nullptr);
  EXPECT_EQ(count, 0);
  ABI_OK(Api().ModelMetadataGetVersion(metadata.get(), &version));
  EXPECT_EQ(version, std::numeric_limits<int64_t>::max());
  ABI_OK(Api().SessionEndProfiling(session.get(), allocator, &text));
  EXPECT_EQ(Text(text), "");
}

TEST_F(BehaviourTest, ConfigEntries) {
  const auto options = NewOptions();
  ABI_OK(Api().AddSessionConfigEntry(options.get(), "nobody.knows", "1"));
  ABI_OK(Api().AddSessionConfigEntry(options.get(), "nobody.knows", "23"));
  size_t size = 0;
  ABI_OK(Api().GetSessionConfigEntry(options.get(), "nobody.knows", nullptr, &size));
  EXPECT_EQ(size, 3u);  // with the NUL
  char value[3];
  ABI_OK(Api().GetSessionConfigEntry(options.get(), "nobody.knows", value, &size));
  EXPECT_STREQ(value, "23");
  EXPECT_NE(Open(env.get(), "add", options.get()), nullptr);
}

TEST_F(BehaviourTest, MemoryInfosKeepWhatTheyWereMadeWith) {
  const auto arena = New<OrtMemoryInfo>(
      [](OrtMemoryInfo** out) { return Api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeCPUInput, out); });
  OrtAllocatorType type = OrtInvalidAllocator;
  OrtMemType memory = OrtMemTypeDefault;
  ABI_OK(Api().MemoryInfoGetType(arena.get(), &type));
  ABI_OK(Api().MemoryInfoGetMemType(arena.get(), &memory));
  EXPECT_EQ(type, OrtArenaAllocator);
  EXPECT_EQ(memory, OrtMemTypeCPUInput);
  const OrtMemoryInfo* standard = nullptr;
  ABI_OK(Api().AllocatorGetInfo(allocator, &standard));
  const char* name = nullptr;
  int id = -1;
  ABI_OK(Api().MemoryInfoGetName(standard, &name));
  ABI_OK(Api().MemoryInfoGetId(standard, &id));
  ABI_OK(Api().MemoryInfoGetType(standard, &type));
  EXPECT_STREQ(name, "Cpu");
  EXPECT_EQ(id, 0);
  EXPECT_EQ(type, OrtDeviceAllocator);
}

TEST_F(BehaviourTest, ScalarsAndOtherKinds) {
  std::vector<float> one = {4};
  const auto scalar = Floats(one, {});
  const auto shape = New<OrtTensorTypeAndShapeInfo>(
      [&](OrtTensorTypeAndShapeInfo** out) { return Api().GetTensorTypeAndShape(scalar.get(), out); });
  size_t rank = 9, count = 0;
  ABI_OK(Api().GetDimensionsCount(shape.get(), &rank));
  ABI_OK(Api().GetTensorShapeElementCount(shape.get(), &count));
  EXPECT_EQ(rank, 0u);
  EXPECT_EQ(count, 1u);

  const auto session = Open(env.get(), "zip_map");
  const auto type =
      New<OrtTypeInfo>([&](OrtTypeInfo** out) { return Api().SessionGetOutputTypeInfo(session.get(), 0, out); });
  const OrtTensorTypeAndShapeInfo* tensor = shape.get();
  const OrtSequenceTypeInfo* sequence = nullptr;
  ABI_OK(Api().CastTypeInfoToTensorInfo(type.get(), &tensor));
  ABI_OK(Api().CastTypeInfoToSequenceTypeInfo(type.get(), &sequence));
  EXPECT_EQ(tensor, nullptr);
  EXPECT_NE(sequence, nullptr);
}

TEST_F(BehaviourTest, ProvidersAndDevices) {
  char** names = nullptr;
  int count = 0;
  ABI_OK(Api().GetAvailableProviders(&names, &count));
  ASSERT_EQ(count, 1);
  EXPECT_STREQ(names[0], "CPUExecutionProvider");
  ABI_OK(Api().ReleaseAvailableProviders(names, count));
  const OrtEpDevice* const* devices = nullptr;
  size_t device_count = 0;
  ABI_OK(Api().GetEpDevices(env.get(), &devices, &device_count));
  ASSERT_EQ(device_count, 1u);
  EXPECT_STREQ(Api().EpDevice_EpName(devices[0]), "CPUExecutionProvider");
}

// One table for all versions, and none for those to come.
TEST_F(BehaviourTest, Versions) {
  for (uint32_t version = 1; version <= 30; ++version) EXPECT_EQ(ApiBase()->GetApi(version), &Api());
  EXPECT_EQ(ApiBase()->GetApi(0), nullptr);
  EXPECT_EQ(ApiBase()->GetApi(31), nullptr);
  EXPECT_EQ(std::string(ApiBase()->GetVersionString()).substr(0, 5), "1.30.");
}

// Results of a binding are the caller's to keep: the next run does not write to them.
TEST_F(BehaviourTest, ResultsOfABindingStay) {
  const auto session = Open(env.get(), "add");
  const auto host = NewHostInfo();
  const auto binding = New<OrtIoBinding>([&](OrtIoBinding** out) { return Api().CreateIoBinding(session.get(), out); });
  std::vector<float> data = {1, 2, 3};
  const auto x = Floats(data, {1, 3});
  ABI_OK(Api().BindInput(binding.get(), "a", x.get()));
  ABI_OK(Api().BindInput(binding.get(), "b", x.get()));
  ABI_OK(Api().BindOutputToDevice(binding.get(), "sum", host.get()));
  std::vector<Owned<OrtValue>> kept;
  for (int run = 0; run < 3; ++run) {
    data[0] = static_cast<float>(run);
    ABI_OK(Api().RunWithBinding(session.get(), nullptr, binding.get()));
    OrtValue** values = nullptr;
    size_t count = 0;
    ABI_OK(Api().GetBoundOutputValues(binding.get(), allocator, &values, &count));
    ASSERT_EQ(count, 1u);
    kept.emplace_back(values[0]);
    ABI_OK(Api().AllocatorFree(allocator, values));
  }
  for (int run = 0; run < 3; ++run) {
    EXPECT_EQ(FloatsOf(kept[static_cast<size_t>(run)].get()),
              (std::vector<float>{2.0f * static_cast<float>(run), 4, 6}));
  }
  char* names = nullptr;
  size_t* lengths = nullptr;
  size_t count = 0;
  ABI_OK(Api().GetBoundOutputNames(binding.get(), allocator, &names, &lengths, &count));
  ASSERT_EQ(count, 1u);
  EXPECT_EQ(std::string(names, lengths[0]), "sum");
  allocator->Free(allocator, names);
  allocator->Free(allocator, lengths);
}

}  // namespace
}  // namespace kante::abi_test
