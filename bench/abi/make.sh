#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Times libkante.so and ONNX Runtime's own library through the same C ABI, in the Python environment of bench/compare.
# The worker must be built: target kante_abi_worker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${KANTE_BENCH_PYTHON:-$(tools/python_env.sh bench bench/compare/requirements.txt)}
exec "$python" -m bench.abi "$@"
