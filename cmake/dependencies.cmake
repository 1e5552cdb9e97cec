# SPDX-License-Identifier: MIT
# What is taken from the system. The library needs Highway's headers only; the rest serves
# the program, the tests and the benchmarks. Nothing is downloaded.
if(KANTE_WASM)
  add_library(Threads::Threads INTERFACE IMPORTED)
else()
  find_package(Threads REQUIRED)
endif()

if(KANTE_BUILD_TESTS)
  if(KANTE_WASM)
    # The same source without the flags that its own project sets: no exceptions, and WASI has no dup.
    set(gtest_folder /usr/src/googletest/googletest)
    add_library(gtest STATIC EXCLUDE_FROM_ALL ${gtest_folder}/src/gtest-all.cc)
    add_library(gtest_main STATIC EXCLUDE_FROM_ALL ${gtest_folder}/src/gtest_main.cc)
    target_include_directories(gtest SYSTEM PUBLIC ${gtest_folder}/include PRIVATE ${gtest_folder})
    target_compile_definitions(gtest PUBLIC GTEST_HAS_PTHREAD=0 GTEST_HAS_STREAM_REDIRECTION=0)
    target_compile_options(gtest PRIVATE -fno-rtti)  # as those who include its headers
    target_link_libraries(gtest_main PUBLIC gtest)
    add_library(GTest::gtest ALIAS gtest)
    add_library(GTest::gtest_main ALIAS gtest_main)
  elseif(CMAKE_CROSSCOMPILING)
    # Debian's GoogleTest libraries are the host's: build its source package for the target.
    set(INSTALL_GTEST OFF)
    set(gtest_disable_pthreads OFF)
    add_subdirectory(/usr/src/googletest ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
    foreach(lib gtest gtest_main)
      if(NOT TARGET GTest::${lib})
        add_library(GTest::${lib} ALIAS ${lib})
      endif()
    endforeach()
  else()
    find_package(GTest REQUIRED)
  endif()
endif()

if(KANTE_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/find_library.cmake)

# What libkante-media needs; without it media, and the program that uses it, are left out.
include(${CMAKE_CURRENT_LIST_DIR}/media_dependencies.cmake)

# Codecs and parsers of the command line; without them only the program is left out.
if(KANTE_BUILD_CLI OR KANTE_BUILD_EXAMPLES)
  find_package(CLI11 QUIET)
  find_package(nlohmann_json QUIET)
  find_package(PNG QUIET)
  find_package(JPEG QUIET)
  kante_find_library(libzip::zip zip.h zip)
endif()
