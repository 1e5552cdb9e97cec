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

# A library by its header, for those whose CMake packages Debian ships without what they refer to.
function(kante_find_library target header library)
  find_path(KANTE_${library}_HEADER ${header} PATH_SUFFIXES openjpeg-2.5 openjpeg-2.4)
  find_library(KANTE_${library}_FILE ${library})
  mark_as_advanced(KANTE_${library}_HEADER KANTE_${library}_FILE)
  if(KANTE_${library}_HEADER AND KANTE_${library}_FILE)
    add_library(${target} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${KANTE_${library}_FILE}
      INTERFACE_INCLUDE_DIRECTORIES ${KANTE_${library}_HEADER})
  endif()
endfunction()

# What libkante-media needs; without it media, and the program that uses it, are left out.
find_package(JPEG QUIET)
find_package(PNG QUIET)
kante_find_library(kante_deps::re2 re2/re2.h re2)
kante_find_library(kante_deps::utf8proc utf8proc.h utf8proc)
kante_find_library(kante_deps::webp webp/decode.h webp)
kante_find_library(kante_deps::tiff tiffio.h tiff)
kante_find_library(kante_deps::openjp2 openjpeg.h openjp2)

# Codecs and parsers of the command line; without them only the program is left out.
if(KANTE_BUILD_CLI OR KANTE_BUILD_EXAMPLES)
  find_package(CLI11 QUIET)
  find_package(nlohmann_json QUIET)
  find_package(PNG QUIET)
  find_package(JPEG QUIET)
  kante_find_library(libzip::zip zip.h zip)
  kante_find_library(SndFile::sndfile sndfile.h sndfile)
endif()
