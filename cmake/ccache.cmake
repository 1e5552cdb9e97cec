# SPDX-License-Identifier: MIT
# Compiles through ccache when there is one, so that a second build folder costs almost nothing.
find_program(KANTE_CCACHE ccache)
mark_as_advanced(KANTE_CCACHE)
if(KANTE_CCACHE AND (NOT CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache$"))
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_COMPRESS=1
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}  # a second checkout finds the objects of the first
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${KANTE_CCACHE})
endif()
