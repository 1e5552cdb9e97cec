#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD_FOLDER: installs Kante into a fresh prefix, and builds and runs the consumer against it by
# find_package and by pkg-config.
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
cmake -S . -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$work/cmake"
ctest --test-dir "$work/cmake" --output-on-failure --no-tests=error

pc=$(dirname "$(find "$work/prefix" -name kante.pc)")
read -ra flags < <(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs kante)
g++ -std=c++20 main.cc "${flags[@]}" -o "$work/by_pkg_config"
LD_LIBRARY_PATH=$(dirname "$pc") "$work/by_pkg_config"
if [[ -e $pc/kante-media.pc ]]; then
  read -ra flags < <(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs kante-media)
  g++ -std=c++20 media.cc "${flags[@]}" -o "$work/media_by_pkg_config"
  LD_LIBRARY_PATH=$(dirname "$pc") "$work/media_by_pkg_config"
fi
[[ $(PKG_CONFIG_PATH=$pc pkg-config --modversion kante) == 0.* ]]
