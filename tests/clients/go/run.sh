#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Go binding's own tests, as released, on libkante.so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
version=v1.35.0
command -v go >/dev/null || skip "there is no go"
folder=$(go_module "github.com/yalue/onnxruntime_go@$version") || skip "onnxruntime_go $version cannot be fetched"
cp -r "$folder/." "$scratch/suite"
chmod -R u+w "$scratch/suite"
cd "$scratch/suite"
ONNXRUNTIME_SHARED_LIBRARY_PATH=$scratch/libonnxruntime.so go test -count=1 -v . >"$scratch/log" 2>&1 || true
grep -E '^--- (PASS|FAIL|SKIP)' "$scratch/log" | sed -E 's/^--- (\w+): (\w+).*/\1 \2/' | sort >"$scratch/results"
# expected.txt says how each test ends, those of absent devices and extensions as skipped.
if ! diff -u "$here/expected.txt" "$scratch/results"; then
  grep -B12 -E '^--- FAIL' "$scratch/log" || tail -20 "$scratch/log"
  exit 1
fi
echo "onnxruntime_go $version: $(grep -c ^PASS "$scratch/results") passed, $(grep -c ^SKIP "$scratch/results") skipped"
