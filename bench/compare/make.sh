#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares Kante with other runtimes; makes the Python environment that this needs first. KANTE_BENCH_PYTHON names a
# Python that has the packages of requirements.txt already. The worker must be built: target kante_bench_worker.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${KANTE_BENCH_PYTHON:-}
if [[ -z $python ]]; then
  venv=${KANTE_CACHE:-$HOME/.cache/kante}/venv-bench
  python=$venv/bin/python
  if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    echo "installing the other runtimes into $venv" >&2
    python3 -m venv "$venv"
    "$python" -m pip install --quiet --no-cache-dir -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
  fi
fi
cd "$here/../.."
exec "$python" -m bench.compare "$@"
