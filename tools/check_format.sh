#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lists the C++ files that clang-format would change; with --fix changes them.
set -euo pipefail
cd "${KANTE_ROOT:-$(dirname "$0")/..}"
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.cc' '*.h' |
  while read -r file; do [[ -f $file ]] && echo "$file"; done)
[[ ${#files[@]} -eq 0 ]] && exit 0
if [[ ${1:-} == --fix ]]; then
  clang-format-14 -i "${files[@]}"
else
  wrong=$(printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 1 \
    sh -c 'clang-format-14 "$0" | cmp -s - "$0" || echo "$0: run make format"' | sort)
  if [[ -n $wrong ]]; then
    echo "$wrong"
    exit 1
  fi
  echo "format: ok"
fi
