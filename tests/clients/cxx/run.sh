#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A C++ program with ONNX Runtime's own C++ header, linked with -lonnxruntime, on libkante.so. The header comes from
# Debian, which packages it unchanged.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
package=$(debian_package libonnxruntime-dev trixie) || skip "the C++ header cannot be fetched"
include=$package/usr/include/onnxruntime
# Programs were linked with ONNX Runtime's library: by its name, and with the version that its symbols have.
mkdir "$scratch/released"
echo 'VERS_1.21 { global: OrtGetApiBase; local: *; };' >"$scratch/released/symbols"
echo 'void OrtGetApiBase(void) {}' | gcc -shared -fPIC -x c - -o "$scratch/released/libonnxruntime.so" \
  -Wl,-soname,libonnxruntime.so.1 -Wl,--version-script="$scratch/released/symbols"
g++ -std=c++17 -Wall -Wextra -Werror -isystem "$include" "$here"/*.cc -o "$scratch/client" \
  -L"$scratch/released" -lonnxruntime -pthread
LD_LIBRARY_PATH=$scratch "$scratch/client" "$models"
version=$(sed -n 's/^#define ORT_API_VERSION \([0-9]*\).*/\1/p' "$include/onnxruntime_c_api.h")
echo "onnxruntime_cxx_api.h of version $version: ok"
