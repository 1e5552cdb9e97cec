#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# python_env.sh NAME REQUIREMENTS [PYTHON]: prints a Python with these packages, of an environment in the cache that is
# made at the first call and after a change of the list. With PYTHON it also sees the packages of that environment, which
# are not installed again.
set -euo pipefail
venv=${KANTE_CACHE:-$HOME/.cache/kante}/venv-$1
if ! cmp -s "$2" "$venv/requirements.txt"; then
  echo "installing the packages of $2 into $venv" >&2
  python3 -m venv "$venv" >&2
  packages=$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')
  if [[ $# -gt 2 ]]; then
    "$3" -c 'import site; print(site.getsitepackages()[0])' >"$packages/below.pth"
  fi
  "$venv/bin/python" -m pip install --quiet --no-cache-dir -r "$2" >&2
  cp "$2" "$venv/requirements.txt"
fi
echo "$venv/bin/python"
