#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A Node program with onnxruntime-node as released, its binding unmodified, on libkante.so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
command -v npm >/dev/null || skip "there is no npm"
cp "$here/package.json" "$cache"
# Without its install script, which would fetch libraries for GPUs.
(cd "$cache" && npm install --ignore-scripts --no-audit --no-fund --silent) || skip "onnxruntime-node cannot be fetched"
cp "$here"/*.test.mjs "$scratch"
ln -s "$cache/node_modules" "$scratch/node_modules"
cd "$scratch"
LD_LIBRARY_PATH=$scratch KANTE_MODELS=$models KANTE_LIBRARY=$library node --test --test-reporter=spec .
