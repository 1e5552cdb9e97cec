#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Go binding's own tests, as released, and one on .ort files, on libkante.so. Those of custom operators run with
# the library of onnxruntime-extensions if its wheel can be had.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
version=v1.35.0
command -v go >/dev/null || skip "there is no go"
folder=$(go_module "github.com/yalue/onnxruntime_go@$version") || skip "onnxruntime_go $version cannot be fetched"
cp -r "$folder/." "$scratch/suite"
chmod -R u+w "$scratch/suite"
cp "$here/ort_format_test.go" "$scratch/suite"
cp "$here/expected.txt" "$scratch/expected"
# That library is a Python module: the symbols of Python that it asks for come from libpython.
extensions= symbols=
if python=$("$here/../../../tools/python_env.sh" clients-extensions "$here/../extensions/requirements.txt" 2>/dev/null); then
  { read -r extensions && read -r symbols; } < <("$python" -c 'import glob, importlib.util, os, sysconfig
print(glob.glob(importlib.util.find_spec("onnxruntime_extensions").submodule_search_locations[0] + "/_extensions_pydll*.so")[0])
print(os.path.join(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME")))') || true
fi
if [[ ! -f $extensions || ! -f $symbols ]]; then
  echo "SKIPPED: go: tests of custom operators: no onnxruntime-extensions, or no libpython" >&2
  extensions= symbols=
  sed -i -E 's/^PASS (TestCustomOpsLibrary|TestRegisterCustomOpsLibrary)$/SKIP \1/' "$scratch/expected"
  sort -o "$scratch/expected" "$scratch/expected"
fi
cd "$scratch/suite"
go test -c -o suite.test . 2>"$scratch/log" || { cat "$scratch/log" >&2; exit 1; }
KANTE_MODELS=$models LD_PRELOAD=$symbols ONNXRUNTIME_EXTENSIONS_SHARED_LIBRARY_PATH=$extensions \
  ONNXRUNTIME_SHARED_LIBRARY_PATH=$scratch/libonnxruntime.so ./suite.test -test.v >"$scratch/log" 2>&1 || true
grep -E '^--- (PASS|FAIL|SKIP)' "$scratch/log" | sed -E 's/^--- (\w+): (\w+).*/\1 \2/' | sort >"$scratch/results"
# expected.txt says how each test ends, those of absent devices as skipped.
if ! diff -u "$scratch/expected" "$scratch/results"; then
  grep -B12 -E '^--- FAIL' "$scratch/log" || tail -20 "$scratch/log"
  exit 1
fi
echo "onnxruntime_go $version: $(grep -c ^PASS "$scratch/results") passed, $(grep -c ^SKIP "$scratch/results") skipped"
