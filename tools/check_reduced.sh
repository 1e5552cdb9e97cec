#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds Kante with the operators that one model needs, and a small program with it, for a model of ours and one of
# ../shared. Each program must print the numbers of the same program with all operators, hold no other operator, and be
# small. docs/how-to/reduced-build.md tells the same to people.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
build=build/reduced
cxx=${CXX:-c++}
mkdir -p "$build"

cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release --target kante_cli kante_static --parallel "$jobs" >/dev/null

link() {  # link LIBRARY PROGRAM
  "$cxx" -std=c++20 -Os -flto -flto-partition=none -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -no-pie \
    -ffunction-sections -fdata-sections -Iinclude tests/reduced/main.cc tests/reduced/no_exceptions.cc "$1" -o "$2" \
    -static-libstdc++ -pthread -Wl,--gc-sections -Wl,--as-needed -Wl,-z,norelro -Wl,-z,noseparate-code \
    -Wl,--build-id=none -Wl,-Map="$2.map"
}

check() {  # check MODEL SHAPE LIMIT_IN_BYTES
  local model=$1 shape=$2 limit=$3 name size extra
  name=$(basename "${model%/model.onnx}" .onnx)
  build/release/kante ops --needed "$model" >"$build/ops.inc"
  cmake -S . -B "$build" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=MinSizeRel \
    -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON -DKANTE_OPS="$PWD/$build/ops.inc" \
    -DKANTE_BUILD_TESTS=OFF -DKANTE_BUILD_CLI=OFF -DKANTE_BUILD_EXAMPLES=OFF >/dev/null
  cmake --build "$build" --target kante_static --parallel "$jobs" >/dev/null
  link "$build/libkante.a" "$build/$name"
  link build/release/libkante.a "$build/$name-full"
  "$build/$name-full" "$model" "$shape" >"$build/$name.expected"
  "$build/$name" "$model" "$shape" >"$build/$name.printed"
  python3 - "$build/$name.printed" "$build/$name.expected" <<'END'
import math, pathlib, sys
printed, expected = ([float.fromhex(v) for v in pathlib.Path(path).read_text().split()] for path in sys.argv[1:])
if not expected or len(printed) != len(expected):
    sys.exit(f"check_reduced.sh: {len(printed)} values, not {len(expected)}")
scale = max(map(abs, expected))  # the small build adds in another order
if not all(math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-5 * scale) for a, b in zip(printed, expected)):
    sys.exit(f"check_reduced.sh: {sys.argv[1]} is not {sys.argv[2]}")
END
  if ! diff <(sed -n 's/^KANTE_OP(\(.*\))/\1/p' "$build/ops.inc" | sort) \
    <(nm -C "$build/$name" | sed -n 's/.* kante::core::op_defs::\([A-Za-z0-9_]*\)$/\1/p' | sort -u); then
    echo "check_reduced.sh: $name: the program's operators (>) are not those listed (<)"
    exit 1
  fi
  strip -o "$build/stripped" "$build/$name"
  size=$(stat -c %s "$build/stripped")
  strip -o "$build/stripped" "$build/$name-full"
  echo "reduced build: $name: $size of $limit bytes; with all operators $(stat -c %s "$build/stripped")"
  if ((size > limit)); then
    echo "check_reduced.sh: $name is too large: see $build/$name.map"
    exit 1
  fi
}

check zoo/keywords/keywords.onnx 1,16000 480000
if [[ -f ../shared/models/mnist/model.onnx ]]; then
  check ../shared/models/mnist/model.onnx 1,1,28,28 400000
fi
