#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.py with a Python that has what it needs; passes, and says so loudly, where there is none.
#   tests/differential/check.sh build/release/kante [options of run.py]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/setup.sh") || {
  status=$?
  [[ $status -eq 77 ]] && exit 0
  exit "$status"
}
program=$1
shift
"$python" "$here/run.py" --kante "$program" "$@"
