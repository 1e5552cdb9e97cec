# SPDX-License-Identifier: MIT
# Tests that do not run as WebAssembly: what they are about is not there.
set(KANTE_NOT_IN_WASM
  async_test.cc  # a provider with threads
  fake_provider.cc
  memory_test.cc  # what /proc says
  tests/hostile/
  models_test.cc  # lists folders with std::filesystem, as those below do
  external_test.cc
  external_data_test.cc
  writer_test.cc
  tests/fusions/)
string(JOIN "|" KANTE_NOT_IN_WASM ${KANTE_NOT_IN_WASM})
