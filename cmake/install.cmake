# SPDX-License-Identifier: MIT
# `cmake --install`: libraries, headers, the program, and the files by which find_package(kante)
# and pkg-config find them.
if(NOT TARGET kante_shared)
  return()
endif()
include(CMakePackageConfigHelpers)

install(TARGETS kante_shared kante_static EXPORT kanteTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(without_media PATTERN "media.h" EXCLUDE)
if(TARGET kante_media)
  set(without_media)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" ${without_media})
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
function(kante_install_pc name)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
kante_install_pc(kante)

# libkante-media: its static library is of use only where its dependencies are, so it is exported by itself.
if(TARGET kante_media)
  install(TARGETS kante_media_shared EXPORT kanteMediaTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(TARGETS kante_media EXPORT kanteMediaStaticTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT kanteMediaTargets NAMESPACE kante:: DESTINATION ${config_folder})
  install(EXPORT kanteMediaStaticTargets NAMESPACE kante:: DESTINATION ${config_folder})
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/find_library.cmake ${PROJECT_SOURCE_DIR}/cmake/media_dependencies.cmake
    DESTINATION ${config_folder})
  kante_install_pc(kante-media)
endif()
