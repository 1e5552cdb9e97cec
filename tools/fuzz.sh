#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs every fuzzer for some seconds (default 60), starting from the repository's own models.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz --parallel "$(nproc)"
shopt -s nullglob
fuzzers=(build/fuzz/*_fuzz)
[[ ${#fuzzers[@]} -gt 0 ]] || {
  echo "fuzz.sh: no fuzzer was built" >&2
  exit 1
}
for fuzzer in "${fuzzers[@]}"; do
  name=$(basename "$fuzzer")
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus"
  # Small models make good seeds of readers; fuzz/corpus/<name> holds found and mended ones.
  [[ $name =~ ^(operator|infer|image|ort_format)_fuzz$ ]] ||
    find zoo tests fuzz -name '*.onnx' -size -64k -exec cp -n {} "$corpus" \;
  [[ -d fuzz/corpus/$name ]] && cp -n fuzz/corpus/"$name"/* "$corpus"
  echo "== $name, $seconds s"
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix=build/fuzz/ "$corpus" 2>&1 | tail -n 25
done
