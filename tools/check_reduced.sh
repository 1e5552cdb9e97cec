#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds libkante.so with the operators of tests/reduced/ops.inc only and checks that no other operator
# left a symbol in it.
set -euo pipefail
cd "$(dirname "$0")/.."
list=$PWD/tests/reduced/ops.inc
# No build type: small code, and the symbols stay.
cmake -S . -B build/reduced -G Ninja --log-level=WARNING -DKANTE_OPS="$list" -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_CXX_FLAGS="-Os -DNDEBUG" -DKANTE_BUILD_TESTS=OFF -DKANTE_BUILD_CLI=OFF -DKANTE_BUILD_EXAMPLES=OFF
cmake --build build/reduced --target kante_shared --parallel "$(nproc)"
listed=$(sed -n 's/^KANTE_OP(\(.*\))/\1/p' "$list" | sort)
present=$(nm -C build/reduced/libkante.so | sed -n 's/.* kante::core::op_defs::\([A-Za-z0-9_]*\)$/\1/p' | sort -u)
if ! diff <(echo "$listed") <(echo "$present"); then
  echo "check_reduced.sh: the library's operators (>) are not those listed (<)"
  exit 1
fi
echo "reduced build: ok, $(strip -o /dev/stdout build/reduced/libkante.so | wc -c) bytes"
