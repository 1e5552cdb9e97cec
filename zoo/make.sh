#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Exports the models of the zoo; makes the Python environment that this needs first (about 6 GB with PyTorch's default
# wheels; PIP_INDEX_URL may name an index of CPU wheels). KANTE_ZOO_PYTHON names a Python that has all of it already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${KANTE_ZOO_PYTHON:-$(tools/python_env.sh zoo zoo/requirements.txt)}
exec "$python" -m zoo "$@"
