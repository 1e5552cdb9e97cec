# SPDX-License-Identifier: MIT
# Tests that do not run as WebAssembly: what they are about is not there.
set(KANTE_NOT_IN_WASM
  async_test.cc  # a provider with threads
  fake_provider.cc
  memory_test.cc  # what /proc says
  tests/api/ort_  # the C ABI, whose foreign operators may throw
  overrides_test.cc  # threads of the caller, as in the next
  profile_test.cc
  weight_cache_test.cc  # processes
  tests/hostile/
  models_test.cc  # lists folders with std::filesystem, as those below do
  external_test.cc
  external_data_test.cc
  writer_test.cc
  tests/fusions/
  tests/abi/)  # a shared library
string(JOIN "|" KANTE_NOT_IN_WASM ${KANTE_NOT_IN_WASM})

# Models in Node, from the repository and from KANTE_TEST_MODELS, by a program whose size is limited.
function(kante_wasm_programs)
  add_executable(run_cases ${PROJECT_SOURCE_DIR}/tests/wasm/run_cases.cc)
  target_link_libraries(run_cases PRIVATE kante_static kante_library_flags)
  set(folders ${PROJECT_SOURCE_DIR}/zoo/fragments ${KANTE_TEST_MODELS})
  list(TRANSFORM folders APPEND "/model.onnx")
  file(GLOB_RECURSE models ${folders})
  list(TRANSFORM models REPLACE "/model.onnx$" "")
  add_test(NAME models_in_node COMMAND run_cases ${models})
  add_test(NAME wasm_size COMMAND node ${PROJECT_SOURCE_DIR}/tools/check_wasm_size.mjs $<TARGET_FILE:run_cases>)
  set_tests_properties(models_in_node wasm_size PROPERTIES TIMEOUT 900 LABELS core)
endfunction()
