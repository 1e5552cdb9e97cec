# SPDX-License-Identifier: MIT
# Compiler and linker flags of everything in this repository.

# Floating-point contraction is off: the same source gives the same bits under every compiler,
# and kernels that want a fused multiply-add say so. No -march: kernels name their own targets.
add_library(kante_flags INTERFACE)
target_compile_options(kante_flags INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
  -ffunction-sections -fdata-sections
  -ffp-contract=off -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these at -O2 in its own headers.
  target_compile_options(kante_flags INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overflow
    -Wno-array-bounds -Wno-restrict -Wno-psabi -Wno-dangling-pointer -Wno-stringop-overread)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A kernel file whose functions are all templates leaves its target attribute unused.
  target_compile_options(kante_flags INTERFACE -Wno-pragma-clang-attribute)
endif()
if(KANTE_WERROR)
  target_compile_options(kante_flags INTERFACE -Werror)
endif()
target_compile_definitions(kante_flags INTERFACE
  $<$<AND:$<BOOL:${KANTE_ENABLE_AVX512}>,$<NOT:$<BOOL:${KANTE_ONLY_AVX2}>>,$<NOT:$<CONFIG:MinSizeRel>>>:KANTE_ENABLE_AVX512=1>
  $<$<BOOL:${KANTE_ONLY_AVX2}>:KANTE_ONLY_AVX2=1>
  $<$<CONFIG:MinSizeRel>:KANTE_FOR_SIZE=1>)

# Release strips: symbols come from the dev build.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_MINSIZEREL "-Os -DNDEBUG")
if(KANTE_WASM)
  target_compile_definitions(kante_flags INTERFACE KANTE_NO_THREADS=1)
else()
  target_link_options(kante_flags INTERFACE -Wl,--as-needed)
endif()
target_link_options(kante_flags INTERFACE
  -Wl,--gc-sections -Wl,-O1
  $<$<CONFIG:Release,MinSizeRel>:-s>)

if(KANTE_SANITIZE)
  target_compile_options(kante_flags INTERFACE -fsanitize=${KANTE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(kante_flags INTERFACE -fsanitize=${KANTE_SANITIZE})
  if(KANTE_SANITIZE MATCHES "undefined")
    # The library has no RTTI, which vptr checks need. A report is a failure, not a remark.
    target_compile_options(kante_flags INTERFACE -fno-sanitize=vptr,function
      -fno-sanitize-recover=undefined)
    target_link_options(kante_flags INTERFACE -fno-sanitize=vptr,function)
  endif()
endif()
if(KANTE_BUILD_FUZZERS)
  target_compile_options(kante_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(kante_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The library itself: neither exceptions nor RTTI.
add_library(kante_library_flags INTERFACE)
target_link_libraries(kante_library_flags INTERFACE kante_flags)
target_compile_options(kante_library_flags INTERFACE -fno-exceptions -fno-rtti
  # Nothing unwinds through the library, so what ships carries no tables for it (a tenth of its size).
  $<$<CONFIG:Release,MinSizeRel>:-fno-asynchronous-unwind-tables>
  $<$<CONFIG:Release,MinSizeRel>:-fno-unwind-tables>)

# Tests may derive from the library's classes, so they have no RTTI either; -O1 compiles fastest.
add_library(kante_test_flags INTERFACE)
target_link_libraries(kante_test_flags INTERFACE kante_flags)
target_compile_options(kante_test_flags INTERFACE -fno-rtti
  $<$<CONFIG:Release,MinSizeRel>:-O1 -UNDEBUG>)
