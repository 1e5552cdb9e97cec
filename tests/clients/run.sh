#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh LIBRARY [CLIENT...]: tests a libkante.so with clients of ONNX Runtime's C ABI; all of them by default. A client
# that cannot be had here is reported as skipped; one that fails makes this fail.
set -uo pipefail
library=$(realpath "${1:?run.sh LIBRARY [CLIENT...]}")
shift
cd "$(dirname "${BASH_SOURCE[0]}")"
[[ $# -gt 0 ]] || set -- */
failed=() skipped=()
for client in "$@"; do
  client=${client%/}
  [[ -x $client/run.sh ]] || continue
  started=$SECONDS
  "$client/run.sh" "$library"
  status=$?
  if [[ $status -eq 77 ]]; then
    skipped+=("$client")
  elif [[ $status -ne 0 ]]; then
    failed+=("$client")
  fi
  echo "-- $client: $((SECONDS - started)) s"
done
[[ ${#skipped[@]} -eq 0 ]] || echo "clients skipped: ${skipped[*]}"
[[ ${#failed[@]} -eq 0 ]] || { echo "clients failed: ${failed[*]}" >&2; exit 1; }
echo "clients: ok"
