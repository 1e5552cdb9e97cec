// SPDX-License-Identifier: MIT
// Every pointer argument of every slot that does something, null one at a time: an error that says so, or nothing where
// the slot returns no status. The calls are made of slots.inc, so a new slot is tried as soon as it has its line.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "tests/abi/client.h"

namespace kante::abi_test {
namespace {

// Null stands for a default or for nothing here, in ONNX Runtime too: slot, position of the argument from 0.
const std::set<std::pair<std::string, int>>& MayBeNull() {
  static const std::set<std::pair<std::string, int>> all = {
      {"CreateStatus", 1},               // no message
      {"CreateEnvWithCustomLogger", 1},  // what the logger is handed
      {"CreateEnvWithCustomLoggerAndGlobalThreadPools", 1},
      {"CreateSession", 2},  // default options
      {"CreateSessionFromArray", 3},
      {"CreateSessionWithPrepackedWeightsContainer", 2},
      {"CreateSessionFromArrayWithPrepackedWeightsContainer", 3},
      {"Run", 1},
      {"Run", 7},  // the pointers in it may be
      {"RunWithBinding", 1},
      {"RunAsync", 1},
      {"RunAsync", 9},         // what the callback is handed
      {"EnableProfiling", 1},  // a prefix of our own
      {"RunOptionsSetRunTag", 1},
      {"AllocatorFree", 1},  // as free()
      {"ReleaseAvailableProviders", 0},
      {"CreateAndRegisterAllocator", 2},             // the default configuration
      {"SessionOptionsSetCustomCreateThreadFn", 1},  // the system's threads again
      {"SessionOptionsSetCustomThreadCreationOptions", 1},
      {"SessionOptionsSetCustomJoinThreadFn", 1},
      {"SessionOptionsAppendExecutionProvider", 2},  // no options
      {"SessionOptionsAppendExecutionProvider", 3},
      {"SessionOptionsAppendExecutionProvider_V2", 4},
      {"SessionOptionsAppendExecutionProvider_V2", 5},
      {"SetUserLoggingFunction", 1},  // none any more
      {"SetUserLoggingFunction", 2},
      {"Logger_LogMessage", 3},  // where it happened
      {"Logger_LogMessage", 5},
      {"KernelContext_ParallelFor", 4},  // what the body is handed
      {"CreateLoraAdapter", 1},          // the default allocator
      {"CreateLoraAdapterFromArray", 2},
      {"CreateSharedAllocator", 4},
      {"CreateSharedAllocator", 5},  // the caller wants it registered only
      {"CopyTensors", 3},            // no stream
      {"CreateArenaCfgV2", 1},
      {"CreateTensorWithDataAsOrtValue", 1},  // no bytes, no memory
      {"CreateTensorWithDataAndDeleterAsOrtValue", 1},
      {"GetStringTensorElement", 3},   // an empty string has no bytes; arguments_test.cc tries one that has
      {"KernelContext_GetOutput", 2},  // a scalar has no dimensions
      {"CreateSparseTensorWithValuesAsOrtValue", 1},      // no elements, no memory
      {"CreateAndRegisterAllocatorV2", 3},                // the default configuration
      {"CreateSyncStreamForEpDevice", 1},                 // no options
      {"SessionOptionsSetEpSelectionPolicyDelegate", 1},  // none any more
      {"SessionOptionsSetEpSelectionPolicyDelegate", 2},
      {"ValueInfo_GetValueProducer", 2},  // the caller knows which output
      {"Node_GetSubgraphs", 3},           // no names
      // The value is looked at first, and is not sparse here.
      {"FillSparseTensorCoo", 4},
      {"FillSparseTensorCsr", 4},
      {"FillSparseTensorBlockSparse", 4},
      {"FillSparseTensorBlockSparse", 7},
      {"UseBlockSparseIndices", 3},
      // A null buffer asks for the size.
      {"KernelInfoGetAttribute_string", 2},
      {"KernelInfoGetAttributeArray_float", 2},
      {"KernelInfoGetAttributeArray_int64", 2},
      {"KernelInfo_GetInputName", 2},
      {"KernelInfo_GetOutputName", 2},
      {"KernelInfo_GetNodeName", 1},
      {"KernelInfo_GetOperatorDomain", 1},
      {"KernelInfo_GetOperatorType", 1},
      {"GetSessionConfigEntry", 2},
  };
  return all;
}

const char* const kTexts[] = {"x", "x", "x", "x"};

// Live objects for the arguments that are not null; a block of zeros for those that only a kernel has.
struct Samples {
  Owned<OrtEnv> env = NewEnv();
  Owned<OrtSessionOptions> options = NewOptions();
  Owned<OrtRunOptions> run_options = NewRunOptions();
  Owned<OrtMemoryInfo> memory = NewHostInfo();
  Owned<OrtSession> session = Open(env.get(), "add");
  std::vector<float> data = {1, 2, 3};
  Owned<OrtValue> value = Floats(data, {1, 3});
  Owned<OrtIoBinding> binding =
      New<OrtIoBinding>([&](OrtIoBinding** out) { return Api().CreateIoBinding(session.get(), out); });
  Owned<OrtTypeInfo> type =
      New<OrtTypeInfo>([&](OrtTypeInfo** out) { return Api().SessionGetInputTypeInfo(session.get(), 0, out); });
  Owned<OrtTensorTypeAndShapeInfo> shape = New<OrtTensorTypeAndShapeInfo>(
      [&](OrtTensorTypeAndShapeInfo** out) { return Api().GetTensorTypeAndShape(value.get(), out); });
  Owned<OrtModelMetadata> metadata =
      New<OrtModelMetadata>([&](OrtModelMetadata** out) { return Api().SessionGetModelMetadata(session.get(), out); });
  Owned<OrtThreadingOptions> threading =
      New<OrtThreadingOptions>([](OrtThreadingOptions** out) { return Api().CreateThreadingOptions(out); });
  Owned<OrtCustomOpDomain> domain =
      New<OrtCustomOpDomain>([](OrtCustomOpDomain** out) { return Api().CreateCustomOpDomain("d", out); });
  Owned<OrtOpAttr> attribute = New<OrtOpAttr>([](OrtOpAttr** out) {
    const int64_t one = 1;
    return Api().CreateOpAttr("a", &one, 1, ORT_OP_ATTR_INT, out);
  });
  Owned<OrtKeyValuePairs> pairs = [] {
    OrtKeyValuePairs* made = nullptr;
    Api().CreateKeyValuePairs(&made);
    return Owned<OrtKeyValuePairs>(made);
  }();
  Owned<OrtPrepackedWeightsContainer> container = New<OrtPrepackedWeightsContainer>(
      [](OrtPrepackedWeightsContainer** out) { return Api().CreatePrepackedWeightsContainer(out); });
  OrtAllocator* allocator = DefaultAllocator();
  const OrtEpDevice* const* devices = nullptr;
  explicit Samples(bool strings = false) {
    size_t count = 0;
    ABI_OK(Api().GetEpDevices(env.get(), &devices, &count));
    if (!strings) return;
    const int64_t one[] = {1};
    value = New<OrtValue>([&](OrtValue** out) {
      return Api().CreateTensorAsOrtValue(allocator, one, 1, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, out);
    });
    ABI_OK(Api().FillStringTensor(value.get(), kTexts, 1));
  }
};

alignas(64) std::array<std::byte, 4096> zeros;

template <typename T>
struct Sample;
#define SAMPLE(type, expression)                               \
  template <>                                                  \
  struct Sample<type*> {                                       \
    static type* Of(const Samples& s) { return (expression); } \
  };
SAMPLE(OrtEnv, s.env.get())
SAMPLE(OrtSessionOptions, s.options.get())
SAMPLE(OrtRunOptions, s.run_options.get())
SAMPLE(OrtMemoryInfo, s.memory.get())
SAMPLE(OrtSession, s.session.get())
SAMPLE(OrtValue, s.value.get())
SAMPLE(OrtIoBinding, s.binding.get())
SAMPLE(OrtTypeInfo, s.type.get())
SAMPLE(OrtTensorTypeAndShapeInfo, s.shape.get())
SAMPLE(OrtModelMetadata, s.metadata.get())
SAMPLE(OrtThreadingOptions, s.threading.get())
SAMPLE(OrtCustomOpDomain, s.domain.get())
SAMPLE(OrtOpAttr, s.attribute.get())
SAMPLE(OrtKeyValuePairs, s.pairs.get())
SAMPLE(OrtPrepackedWeightsContainer, s.container.get())
SAMPLE(OrtAllocator, s.allocator)
SAMPLE(OrtEpDevice, const_cast<OrtEpDevice*>(s.devices[0]))
#undef SAMPLE
template <typename R, typename... P>
struct Sample<R (*)(P...)> {
  using Function = R (*)(P...);
  static Function Of(const Samples&) {
    return [](P...) -> R { return R(); };
  }
};
template <typename T>
struct Sample<T*> {
  static T* Of(const Samples&) { return reinterpret_cast<T*>(zeros.data()); }
};

// Numbers are counts or places: 1 makes a count need its array, 0 is a place that there is.
template <typename T>
T ArgumentOf(const Samples& s, int number) {
  using Plain = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Plain, const char*>) {
    return "x";
  } else if constexpr (std::is_same_v<Plain, const char* const*>) {
    return kTexts;
  } else if constexpr (std::is_pointer_v<Plain> && std::is_function_v<std::remove_pointer_t<Plain>>) {
    return Sample<Plain>::Of(s);
  } else if constexpr (std::is_pointer_v<Plain>) {
    return Sample<std::remove_const_t<std::remove_pointer_t<Plain>>*>::Of(s);
  } else {
    return static_cast<Plain>(number);
  }
}

template <typename T>
void ClearIf(bool wanted, T& argument) {
  if constexpr (std::is_pointer_v<T>) {
    if (wanted) argument = nullptr;
  }
}

// What a call with argument `null` null answered; empty if that is as it should be.
template <typename Result, typename... P, size_t... I>
std::string TryNull(Result (*slot)(P...) noexcept, const Samples& s, int number, size_t null,
                    std::index_sequence<I...>) {
  zeros.fill(std::byte{0});
  auto arguments = std::tuple<std::remove_const_t<P>...>(ArgumentOf<P>(s, number)...);
  (ClearIf(I == null, std::get<I>(arguments)), ...);
  if constexpr (std::is_same_v<Result, OrtStatus*>) {
    const Outcome outcome = Take(slot(std::get<I>(arguments)...));
    const bool says = outcome.code == ORT_INVALID_ARGUMENT && outcome.message.find("null") != std::string::npos;
    return says ? "" : std::to_string(outcome.code) + " '" + outcome.message + "'";
  } else {
    (void)slot(std::get<I>(arguments)...);
    return "";
  }
}

template <typename Result, typename... P>
void TryNulls(Result (*slot)(P...) noexcept, const std::string& name, const Samples& s) {
  if constexpr (sizeof...(P) > 0) {
    constexpr bool kPointers[] = {std::is_pointer_v<std::remove_const_t<P>>...};
    for (size_t i = 0; i < sizeof...(P); ++i) {
      if (!kPointers[i] || MayBeNull().contains({name, static_cast<int>(i)})) continue;
      const std::string many = TryNull(slot, s, 1, i, std::index_sequence_for<P...>());
      if (many.empty()) continue;
      const std::string none = TryNull(slot, s, 0, i, std::index_sequence_for<P...>());
      EXPECT_EQ(none, "") << name << ", argument " << i << " null, and before it: " << many;
    }
  }
}

TEST(NullsTest, AnswersAreErrorsThatSaySo) {
  const Samples numbers, strings(true);
  const auto samples = [&](std::string_view name) -> const Samples& {
    return name.find("String") == std::string_view::npos ? numbers : strings;
  };
#define REAL(number, name, result, parameters) TryNulls(Api().name, #name, samples(#name));
#define PARTIAL(number, name, result, parameters, difference) REAL(number, name, result, parameters)
#define ABSENT(number, name, result, parameters, provider)
#define STUB(number, name, result, parameters)
#include "api/c/slots.inc"
#undef REAL
#undef PARTIAL
#undef ABSENT
#undef STUB
}

TEST(NullsTest, StubsAnswerWithoutLooking) {
  const auto stub = []<typename Result, typename... P>(Result (*slot)(P...) noexcept, const char* name) {
    if constexpr (std::is_same_v<Result, OrtStatus*>) {
      ABI_FAILS(slot(P()...), ORT_NOT_IMPLEMENTED, name);
    } else {
      (void)slot(P()...);
    }
  };
#define REAL(number, name, result, parameters)
#define PARTIAL(number, name, result, parameters, difference)
#define ABSENT(number, name, result, parameters, provider)
#define STUB(number, name, result, parameters) stub(Api().name, #name);
#include "api/c/slots.inc"
#undef REAL
#undef PARTIAL
#undef ABSENT
#undef STUB
}

}  // namespace
}  // namespace kante::abi_test
