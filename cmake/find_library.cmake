# SPDX-License-Identifier: MIT
# A library by its header, for those whose CMake packages Debian ships without what they refer to.
function(kante_find_library target header library)
  find_path(KANTE_${library}_HEADER ${header} PATH_SUFFIXES openjpeg-2.5 openjpeg-2.4)
  find_library(KANTE_${library}_FILE ${library})
  mark_as_advanced(KANTE_${library}_HEADER KANTE_${library}_FILE)
  if(KANTE_${library}_HEADER AND KANTE_${library}_FILE AND NOT TARGET ${target})
    add_library(${target} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${KANTE_${library}_FILE}
      INTERFACE_INCLUDE_DIRECTORIES ${KANTE_${library}_HEADER})
  endif()
endfunction()
