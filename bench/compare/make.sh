#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares Kante with other runtimes; makes the Python environment that this needs first. KANTE_BENCH_PYTHON names a
# Python that has the packages of requirements.txt already. The worker must be built: target kante_bench_worker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${KANTE_BENCH_PYTHON:-$(tools/python_env.sh bench bench/compare/requirements.txt)}
exec "$python" -m bench.compare "$@"
