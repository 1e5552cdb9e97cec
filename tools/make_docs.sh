#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# make_docs.sh [--check] BUILD_FOLDER: writes the pages that the program itself knows best, or checks that they are
# what it would write.
set -euo pipefail
check=
[[ $1 == --check ]] && check=1 && shift
kante=$(realpath "$1")/kante
cd "$(dirname "$0")/.."

cli_page() {
  echo "# The command line"
  echo
  echo "What \`kante\` and its commands say with \`--help\`. This page is written by \`make docs\`."
  echo
  echo '```text'
  "$kante" --help
  echo '```'
  for command in run test compare inspect bench explain optimize convert ops; do
    printf '\n## kante %s\n\n```text\n' "$command"
    "$kante" "$command" --help
    echo '```'
  done
}

write() {  # write FILE COMMAND...
  local file=$1
  shift
  if [[ -n $check ]]; then
    diff -u "$file" <("$@" | sed 's/ *$//') || {
      echo "$file is out of date: run make docs"
      exit 1
    }
  else
    "$@" | sed 's/ *$//' >"$file"
  fi
}

operators_page() {
  "$kante" ops --markdown | python3 tools/peers.py
}

write docs/operators.md operators_page
write docs/reference/cli.md cli_page
write docs/ort-compat.md python3 tools/ort_compat.py
