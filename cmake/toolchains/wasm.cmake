# SPDX-License-Identifier: MIT
# WebAssembly with SIMD and WASI by Debian's clang 19: wasm-ld-19, wasi-libc, libc++-19-dev-wasm32. One thread, no
# exceptions. Its programs run in Node (tests/wasm/run.mjs).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_EXECUTABLE_SUFFIX_CXX .wasm)
set(CMAKE_FIND_ROOT_PATH /usr/lib/wasm32-wasi)  # nothing of the host's libraries fits
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(KANTE_WASM ON)
option(KANTE_WASM_RELAXED "Use relaxed SIMD: fused multiply-add where the engine has it" OFF)

set(CMAKE_C_FLAGS_INIT "-msimd128")
set(CMAKE_CXX_FLAGS_INIT "-msimd128 -fno-exceptions")
if(KANTE_WASM_RELAXED)
  string(APPEND CMAKE_C_FLAGS_INIT " -mrelaxed-simd")
  string(APPEND CMAKE_CXX_FLAGS_INIT " -mrelaxed-simd")
endif()
# The default stack has 64 KiB. At the low end an overflow traps instead of running into data. Enough memory from the
# start: Node 20 has crashed in the garbage collection that growing sets off.
set(CMAKE_EXE_LINKER_FLAGS_INIT
  "-Wl,-z,stack-size=2097152,--stack-first,--initial-memory=536870912,--max-memory=4294967296")
# Without the flags of the compiler: -O would run any wasm-opt in PATH, and old ones fail on relaxed SIMD.
set(CMAKE_CXX_LINK_EXECUTABLE
  "<CMAKE_CXX_COMPILER> --target=wasm32-wasi <CMAKE_CXX_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")

get_filename_component(KANTE_WASM_RUNNER ${CMAKE_CURRENT_LIST_DIR}/../../tests/wasm/run.mjs ABSOLUTE)
set(CMAKE_CROSSCOMPILING_EMULATOR node --no-warnings ${KANTE_WASM_RUNNER})
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KANTE_WASM_RELAXED)
