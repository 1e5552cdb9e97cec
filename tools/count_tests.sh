#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Adds up the test cases inside the programs that ctest ran last in the given build folders.
set -euo pipefail
for folder in "$@"; do
  cat "$folder/Testing/Temporary/LastTest.log"
done | awk '
  /^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
  /^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
  /^\[  SKIPPED \] [0-9]+ test/ { skipped += $4 }
  END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || passed == 0 }'
