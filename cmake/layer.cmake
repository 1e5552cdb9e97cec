# SPDX-License-Identifier: MIT
# A folder of src/ is a layer: its sources, its tests beside them, its benchmarks beside them.

# Sorts the files of a folder: sources, *_test.cc and *_bench.cc.
function(kante_sources folder out_sources out_tests out_benches)
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  set(tests ${all})
  set(benches ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER all EXCLUDE REGEX "_(test|bench)\\.cc$")
  set(${out_sources} ${all} PARENT_SCOPE)
  set(${out_tests} ${tests} PARENT_SCOPE)
  set(${out_benches} ${benches} PARENT_SCOPE)
endfunction()

# src/base/wasm holds that system's form of the files of the same name, and their tests.
function(kante_choose_system)
  set(folder ${PROJECT_SOURCE_DIR}/src/base)
  file(GLOB of_wasm RELATIVE ${folder}/wasm ${folder}/wasm/*.cc)
  foreach(list IN LISTS ARGN)
    foreach(file IN LISTS of_wasm)
      if(KANTE_WASM)
        list(REMOVE_ITEM ${list} ${folder}/${file})
      else()
        list(REMOVE_ITEM ${list} ${folder}/wasm/${file})
      endif()
    endforeach()
    set(${list} ${${list}} PARENT_SCOPE)
  endforeach()
endfunction()

# kante_layer(name): objects of libkante from src/<name>, and the programs <name>_test, <name>_bench.
function(kante_layer name)
  kante_sources(src/${name} sources tests benches)
  if(name STREQUAL "base")
    kante_choose_system(sources tests)
  endif()
  if(sources)
    add_library(kante_${name} OBJECT ${sources})
    target_include_directories(kante_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src
      ${PROJECT_SOURCE_DIR}/include)
    target_compile_definitions(kante_${name} PRIVATE KANTE_BUILDING=1
      KANTE_VERSION="${PROJECT_VERSION}")
    target_link_libraries(kante_${name} PRIVATE kante_library_flags)
    if(name STREQUAL "api")  # operators of the caller's may throw: it catches
      set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/api/c/foreign_calls.cc
        PROPERTY COMPILE_OPTIONS -fexceptions -frtti -funwind-tables)
    endif()
    if(name STREQUAL "kernels")
      target_compile_options(kante_kernels PRIVATE $<$<CONFIG:Release>:-O3>)
    elseif(NOT name MATCHES "^(base|tensor|compute)$")
      # Inner loops live in kernels and compute; the rest is half as large without inlining.
      target_compile_options(kante_${name} PRIVATE
        $<$<CONFIG:Release>:-Os -ftree-vectorize>
        $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-fvect-cost-model=very-cheap>)
    endif()
    if(KANTE_OPS)
      # The files that say what a build has.
      get_filename_component(list ${KANTE_OPS} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
      set_property(SOURCE ${PROJECT_SOURCE_DIR}/src/ops/registry.cc ${PROJECT_SOURCE_DIR}/src/ops/nn/activation.cc
        ${PROJECT_SOURCE_DIR}/src/passes/rules.cc ${PROJECT_SOURCE_DIR}/src/passes/pipeline.cc PROPERTY COMPILE_DEFINITIONS KANTE_OPS_FILE="${list}")
    endif()
    set_property(GLOBAL APPEND PROPERTY KANTE_LAYERS kante_${name})
  endif()
  if(tests AND KANTE_BUILD_TESTS)
    kante_test_program(${name}_test ${tests})
  endif()
  if(benches AND KANTE_BUILD_BENCH)
    add_executable(${name}_bench ${benches})
    target_include_directories(${name}_bench PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${name}_bench PRIVATE kante_static kante_flags benchmark::benchmark_main)
    set_property(GLOBAL APPEND PROPERTY KANTE_BENCHES ${name}_bench)
  endif()
endfunction()

# What tests share (tests/support), and the precompiled header of every test program.
function(kante_test_support)
  add_library(kante_test_support STATIC)
  file(WRITE ${PROJECT_BINARY_DIR}/test_support.cc "#include <gtest/gtest.h>\n")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cc)
  if(KANTE_WASM)
    list(FILTER sources EXCLUDE REGEX "${KANTE_NOT_IN_WASM}")
  endif()
  target_sources(kante_test_support PRIVATE ${PROJECT_BINARY_DIR}/test_support.cc ${sources})
  target_include_directories(kante_test_support PUBLIC ${PROJECT_SOURCE_DIR}/src
    ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR})
  target_compile_definitions(kante_test_support PUBLIC
    KANTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" KANTE_BINARY_DIR="${PROJECT_BINARY_DIR}"
    KANTE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(kante_test_support PUBLIC kante_test_flags kante_static GTest::gtest)
  # A library's -fPIC and a program's -fPIE could not share the header.
  set_target_properties(kante_test_support PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  if(KANTE_PCH)
    target_precompile_headers(kante_test_support PRIVATE <gtest/gtest.h>)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")  # or ccache would miss every time
      target_compile_options(kante_test_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
  endif()
endfunction()

# kante_test_program(name source...): one GoogleTest program, one entry of ctest.
function(kante_test_program name)
  set(files ${ARGN})
  if(KANTE_WASM)
    list(FILTER files EXCLUDE REGEX "${KANTE_NOT_IN_WASM}")
  endif()
  if(NOT files)
    return()
  endif()
  add_executable(${name} ${files})
  target_link_libraries(${name} PRIVATE kante_test_support GTest::gtest_main)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  if(KANTE_PCH)
    target_precompile_headers(${name} REUSE_FROM kante_test_support)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS core
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# How a library and those who link it see each other; of a shared one also what it exports.
function(kante_library_properties target kind file)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${file} LINKER_LANGUAGE CXX)
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} INTERFACE cxx_std_20)
  if(kind STREQUAL "shared")
    set(map ${PROJECT_SOURCE_DIR}/cmake/kante.map)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:kante_library_flags>)
    # nodelete: a client that unloads the library while a session of its own still lives must not lose the code
    # under the session's threads.
    target_link_options(${target} PRIVATE -Wl,-Bsymbolic-functions -Wl,--version-script=${map} -Wl,-z,nodelete)
    if(NOT KANTE_SANITIZE AND NOT KANTE_BUILD_FUZZERS)
      target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${target} PROPERTIES VERSION ${PROJECT_VERSION}
      SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${map})
  endif()
endfunction()

# libkante.so and libkante.a out of the objects of all layers.
function(kante_core_libraries)
  get_property(layers GLOBAL PROPERTY KANTE_LAYERS)
  set(objects)
  foreach(layer IN LISTS layers)
    list(APPEND objects $<TARGET_OBJECTS:${layer}>)
  endforeach()
  set(kinds static shared)
  if(KANTE_WASM)
    set(kinds static)
  endif()
  foreach(kind IN LISTS kinds)
    string(TOUPPER ${kind} type)
    add_library(kante_${kind} ${type} ${objects})
    add_library(kante::${kind} ALIAS kante_${kind})
    kante_library_properties(kante_${kind} ${kind} kante)
    set_target_properties(kante_${kind} PROPERTIES EXPORT_NAME ${kind})
    target_link_libraries(kante_${kind} PUBLIC Threads::Threads)
  endforeach()
  if(TARGET kante_shared)
    add_library(kante::kante ALIAS kante_shared)
  endif()
endfunction()

# kante_client_library(name dependency...): libkante-<name> from src/<name>, which sees only include/kante: the targets
# kante_<name> (static, for programs of this repository) and kante_<name>_shared. Left out when a dependency is not
# there.
function(kante_client_library name)
  kante_sources(src/${name} sources tests benches)
  foreach(target IN LISTS ARGN)
    if(NOT TARGET ${target})
      message(STATUS "libkante-${name} is left out: no ${target} (tools/bootstrap.sh installs it)")
      return()
    endif()
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_library(kante_${name}_objects OBJECT ${sources})
  target_include_directories(kante_${name}_objects PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(kante_${name}_objects PRIVATE kante_library_flags ${ARGN})
  add_library(kante_${name} STATIC $<TARGET_OBJECTS:kante_${name}_objects>)
  add_library(kante_${name}_shared SHARED $<TARGET_OBJECTS:kante_${name}_objects>)
  foreach(kind static shared)
    set(target kante_${name})
    set(export ${name}_static)
    if(kind STREQUAL "shared")
      set(target kante_${name}_shared)
      set(export ${name})
    endif()
    kante_library_properties(${target} ${kind} kante-${name})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${export} INSTALL_RPATH $ORIGIN)
    add_library(kante::${export} ALIAS ${target})
    target_link_libraries(${target} PUBLIC kante_${kind} PRIVATE ${ARGN})
  endforeach()
  if(tests AND KANTE_BUILD_TESTS)
    kante_test_program(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE kante_${name} ${ARGN})  # their encoders make the tests' files
  endif()
endfunction()
