# SPDX-License-Identifier: MIT
# kante._core, the extension module of the Python package: python/src over include/kante. Its library is inside, so that
# a wheel is one file for each Python. pyproject.toml turns this on.
find_package(Python 3.9 REQUIRED COMPONENTS Interpreter Development.Module OPTIONAL_COMPONENTS Development.SABIModule)
find_package(nanobind CONFIG REQUIRED)

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/src/*.cc)
# From Python 3.12 on one module of the stable ABI serves all that follow.
nanobind_add_module(kante_python STABLE_ABI NB_STATIC ${sources})
set_target_properties(kante_python PROPERTIES OUTPUT_NAME _core)
target_compile_definitions(kante_python PRIVATE KANTE_VERSION="${PROJECT_VERSION}")
target_link_libraries(kante_python PRIVATE kante_static kante_flags)
target_link_options(kante_python PRIVATE -Wl,--exclude-libs,ALL)
install(TARGETS kante_python LIBRARY DESTINATION kante COMPONENT python)
