# SPDX-License-Identifier: MIT
# Tests that are not C++: of the checks themselves, of the installed package, of the documents'
# examples, and of real models when a folder of them is given.
set(KANTE_TEST_MODELS "" CACHE PATH "Models in ONNX's backend-test layout to run; empty means none")
set(KANTE_ONNX_TESTS "" CACHE PATH "ONNX's backend tests: a .tar.xz or the folder in it; empty means none")
find_package(Python3 COMPONENTS Interpreter)

function(kante_script_test name)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    SKIP_RETURN_CODE 77)
endfunction()

# These build and read host programs: once, in the release build, is enough.
if(Python3_FOUND AND NOT CMAKE_CROSSCOMPILING AND NOT KANTE_SANITIZE AND CMAKE_BUILD_TYPE STREQUAL "Release")
  kante_script_test(checks_test ${Python3_EXECUTABLE} tests/checks/test_checks.py)
  kante_script_test(layers_test ${Python3_EXECUTABLE} tools/check_layers.py)
  kante_script_test(upgrades_test ${Python3_EXECUTABLE} tools/check_upgrades.py)
  if(EXISTS ${PROJECT_SOURCE_DIR}/tests/consumer)
    kante_script_test(consumer_test tests/consumer/run.sh ${PROJECT_BINARY_DIR})
  endif()
  kante_script_test(compare_test ${Python3_EXECUTABLE} -m unittest bench.compare.test_report
    bench.abi.test_page)
  if(TARGET kante-keywords AND EXISTS ${PROJECT_SOURCE_DIR}/zoo/keywords/keywords.onnx)
    kante_script_test(demo_test tests/demo/run.sh ${PROJECT_BINARY_DIR})
  endif()
  if(TARGET kante_cli)
    kante_script_test(generated_docs_test tools/make_docs.sh --check ${PROJECT_BINARY_DIR})
    kante_script_test(docs_test ${Python3_EXECUTABLE} tools/run_snippets.py ${PROJECT_BINARY_DIR})
    kante_script_test(schemas_test ${Python3_EXECUTABLE} tools/check_schemas.py $<TARGET_FILE:kante_cli>)
  endif()
endif()

# Bit-equal or not, every way of running must pass: threads and optimisation on and off.
if(KANTE_TEST_MODELS AND TARGET kante_cli)
  foreach(threads 1 2)
    foreach(level 0 all)
      set(name models_threads_${threads}_level_${level})
      add_test(NAME ${name} COMMAND kante_cli test ${KANTE_TEST_MODELS} --rtol 1e-3 --atol 1e-4
        --threads ${threads} --level ${level})
      set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS core)
    endforeach()
  endforeach()
endif()

# The forms in which exporters write what fusions look for, against the exporter's own results.
if(TARGET kante_cli)
  foreach(level none all)
    add_test(NAME fragments_level_${level} COMMAND kante_cli test ${PROJECT_SOURCE_DIR}/zoo/fragments --rtol 1e-3
      --atol 1e-5 --level ${level})
    set_tests_properties(fragments_level_${level} PROPERTIES TIMEOUT 300 LABELS core)
  endforeach()
endif()

# ONNX's backend suite, with everything the program has and by the core alone.
if(TARGET kante_cli_parts AND NOT CMAKE_CROSSCOMPILING)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/conformance/*.cc)
  add_executable(conformance ${sources})
  target_include_directories(conformance PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(conformance PRIVATE kante_cli_parts)
  foreach(which core program)
    set(options)
    if(which STREQUAL "core")
      set(options --core)
    endif()
    add_test(NAME conformance_${which} COMMAND tests/conformance/run.sh ${PROJECT_BINARY_DIR}
      "${KANTE_ONNX_TESTS}" ${options})
    set_tests_properties(conformance_${which} PROPERTIES TIMEOUT 900 LABELS conformance
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} SKIP_RETURN_CODE 77 RESOURCE_LOCK onnx_tests)
  endforeach()
endif()
