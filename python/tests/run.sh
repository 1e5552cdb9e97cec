#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [hugging-face]: builds the wheel, installs it into an environment with onnxruntime and the libraries that the
# tests compare with, and runs the tests and the examples of docs/how-to/python.md. With hugging-face also optimum and
# sentence-transformers, on top of the zoo's environment (about 6 GB with PyTorch's default wheels). Where packages cannot
# be fetched, says so and is content.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
limit=5000000  # bytes of a wheel

install() {  # install PYTHON: the wheel in place of one that is there
  "$1" -m pip install --quiet --force-reinstall --no-deps "$wheels"/*.whl
}

skip() {
  echo "python: skipped, $1 cannot be fetched" >&2
  exit 0
}

python=$(tools/python_env.sh python python/tests/requirements.txt) || skip "the packages of its tests"
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
# By the name that CMake takes by itself, so that ccache finds the objects of `make build`.
CXX=${CXX:-c++} "$python" -m pip wheel --quiet --no-build-isolation --no-deps --wheel-dir "$wheels" .
size=$(stat -c %s "$wheels"/*.whl)
echo "wheel: $size of $limit bytes"
((size <= limit))
install "$python"
"$python" -m pytest -q -p no:cacheprovider --ignore python/tests/hugging_face
"$python" tools/run_snippets.py build/release docs/how-to/python.md docs/tutorials/python.md
if [[ ${1:-} == hugging-face ]]; then
  zoo=$(tools/python_env.sh zoo zoo/requirements.txt) || skip PyTorch
  python=$(tools/python_env.sh python-hugging-face python/tests/hugging_face/requirements.txt "$zoo") || skip optimum
  install "$python"
  "$python" -m pytest -q -p no:cacheprovider python/tests/hugging_face
fi
echo "python: ok"
