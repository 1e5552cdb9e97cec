#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The operators of onnxruntime-extensions, from its wheel, in sessions of libkante.so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
python=$("$here/../../../tools/python_env.sh" clients-extensions "$here/requirements.txt" 2>"$scratch/log") ||
  skip "onnxruntime-extensions cannot be fetched: $(tail -1 "$scratch/log")"
"$python" "$here/test_extensions.py" "$library" "$here/../../../src/api/c/slots.inc" 2>&1
