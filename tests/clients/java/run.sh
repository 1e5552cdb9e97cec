#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# JUnit and Kotlin tests with ONNX Runtime's Java package as released, on libkante.so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
command -v mvn >/dev/null || skip "there is no mvn"
cp -r "$here/pom.xml" "$here/src" "$scratch"
cd "$scratch"
mvn -q -B dependency:copy-dependencies -DincludeArtifactIds=onnxruntime -DoutputDirectory="$scratch/jars" >"$scratch/log" 2>&1 ||
  skip "onnxruntime cannot be fetched: $(grep -m1 ERROR "$scratch/log")"
# The binding's native half, unmodified, beside the library under test.
python3 - "$scratch" <<'PYTHON'
import pathlib, sys, zipfile
scratch = pathlib.Path(sys.argv[1])
jar = zipfile.ZipFile(next(scratch.glob("jars/onnxruntime-*.jar")))
name = "ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so"
(scratch / "libonnxruntime4j_jni.so").write_bytes(jar.read(name))
PYTHON
LD_LIBRARY_PATH=$scratch mvn -B -o test -Dkante.natives="$scratch" -Dkante.models="$models" \
  -Dkante.library="$library" >"$scratch/log" 2>&1 ||
  LD_LIBRARY_PATH=$scratch mvn -B test -Dkante.natives="$scratch" -Dkante.models="$models" \
    -Dkante.library="$library" >"$scratch/log" 2>&1 || { grep -E "ERROR|Tests run|at .*Test" "$scratch/log" | head -60; exit 1; }
grep -E "Tests run:" "$scratch/log" | tail -1
