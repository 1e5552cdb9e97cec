# SPDX-License-Identifier: MIT
# What is taken from the system. The library needs Highway's headers only; the rest serves
# the program, the tests and the benchmarks. Nothing is downloaded.
find_package(Threads REQUIRED)

if(KANTE_BUILD_TESTS)
  if(CMAKE_CROSSCOMPILING)
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

# Codecs and parsers of the command line; without them only the program is left out.
if(KANTE_BUILD_CLI OR KANTE_BUILD_EXAMPLES)
  find_package(CLI11 QUIET)
  find_package(nlohmann_json QUIET)
  find_package(PNG QUIET)
  find_package(JPEG QUIET)
  find_package(ZLIB QUIET)
  find_package(SndFile QUIET)
  if(NOT TARGET SndFile::sndfile)
    find_path(SNDFILE_INCLUDE_DIR sndfile.h)
    find_library(SNDFILE_LIBRARY sndfile)
    mark_as_advanced(SNDFILE_INCLUDE_DIR SNDFILE_LIBRARY)
    if(SNDFILE_INCLUDE_DIR AND SNDFILE_LIBRARY)
      add_library(SndFile::sndfile UNKNOWN IMPORTED)
      set_target_properties(SndFile::sndfile PROPERTIES
        IMPORTED_LOCATION ${SNDFILE_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${SNDFILE_INCLUDE_DIR})
    endif()
  endif()
endif()
