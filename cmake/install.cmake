# SPDX-License-Identifier: MIT
# `cmake --install`: libraries, headers, the program, and the files by which find_package(kante)
# and pkg-config find them.
include(CMakePackageConfigHelpers)

install(TARGETS kante_shared kante_static EXPORT kanteTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h"
  PATTERN "media.h" EXCLUDE)  # libkante-media is not installed yet
if(TARGET kante_cli)
  install(TARGETS kante_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/kante)
install(EXPORT kanteTargets NAMESPACE kante:: DESTINATION ${config_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/kanteConfig.cmake.in
  ${PROJECT_BINARY_DIR}/kanteConfig.cmake INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kanteConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/kanteConfig.cmake ${PROJECT_BINARY_DIR}/kanteConfigVersion.cmake
  DESTINATION ${config_folder})

# Relative, so that an installed tree may be moved.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/kante.pc.in ${PROJECT_BINARY_DIR}/kante.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/kante.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
