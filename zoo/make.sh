#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Exports the models of the zoo; makes the Python environment that this needs first (about 6 GB with PyTorch's default
# wheels; PIP_INDEX_URL may name an index of CPU wheels). KANTE_ZOO_PYTHON names a Python that has all of it already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${KANTE_ZOO_PYTHON:-}
if [[ -z $python ]]; then
  venv=${KANTE_CACHE:-$HOME/.cache/kante}/venv-zoo
  python=$venv/bin/python
  if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    echo "installing PyTorch and its libraries into $venv" >&2
    python3 -m venv "$venv"
    "$python" -m pip install --quiet --no-cache-dir -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
  fi
fi
cd "$here/.."
exec "$python" -m zoo "$@"
