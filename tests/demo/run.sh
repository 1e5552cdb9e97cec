#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD_FOLDER: what `make demo` shows is right: each recording's file name begins with its word, or with
# a word that the model does not know.
set -euo pipefail
cd "$(dirname "$0")/../.."
"$1/kante-keywords" zoo/keywords/keywords.onnx zoo/keywords/recordings/*.wav | tee /dev/stderr | awk '
  NR > 1 {
    split($1, name, "_")
    commands = " yes no up down left right on off stop go play pause next back help music "
    wanted = index(commands, " " name[1] " ") ? name[1] : "unknown"
    ++all
    right += $2 == wanted
  }
  END {
    printf "%d of %d right\n", right, all
    exit all < 10 || right < 0.9 * all
  }'
