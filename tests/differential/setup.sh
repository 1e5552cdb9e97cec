#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prints a Python that has requirements.txt, made in build/differential/venv at need. Status 77: there is none to have.
#   KANTE_DIFFERENTIAL_PYTHON=/path/to/python    uses one that exists
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$here/../../build/differential/venv
has_all() {
  "$1" - "$here/requirements.txt" >/dev/null 2>&1 <<'PYTHON'
import importlib.metadata, sys
for line in open(sys.argv[1]):
    name, version = line.strip().split("==")
    assert importlib.metadata.version(name) == version
PYTHON
}
for python in "${KANTE_DIFFERENTIAL_PYTHON:-}" "$venv/bin/python" python3; do
  if [[ -n $python ]] && has_all "$python"; then
    echo "$python"
    exit 0
  fi
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
  python3 -m venv "$venv" &&
    timeout 300 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
} >"$log" 2>&1 </dev/null || {
  tail -n 5 "$log" >&2
  echo "SKIPPED: differential tests need requirements.txt, and the package registry was of no help" >&2
  exit 77
}
echo "$venv/bin/python"
