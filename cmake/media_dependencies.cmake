# SPDX-License-Identifier: MIT
# What libkante-media is linked against: here, and by those who link the installed static library.
include(${CMAKE_CURRENT_LIST_DIR}/find_library.cmake)
find_package(JPEG QUIET)
find_package(PNG QUIET)
kante_find_library(kante_deps::re2 re2/re2.h re2)
kante_find_library(kante_deps::utf8proc utf8proc.h utf8proc)
kante_find_library(kante_deps::webp webp/decode.h webp)
kante_find_library(kante_deps::tiff tiffio.h tiff)
kante_find_library(kante_deps::openjp2 openjpeg.h openjp2)
kante_find_library(SndFile::sndfile sndfile.h sndfile)
set(KANTE_MEDIA_DEPENDENCIES JPEG::JPEG PNG::PNG kante_deps::re2 kante_deps::utf8proc kante_deps::webp
  kante_deps::tiff kante_deps::openjp2 SndFile::sndfile)
