#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# make.sh BUILD_FOLDER [GROUP]...: measures groups of kernels_bench (all by default), one process each, and writes
# docs/performance-kernels.md from what BUILD_FOLDER/kernels holds. $PREFIX goes before each process (a lock, a timeout).
set -euo pipefail
build=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."
mkdir -p "$build/kernels"
groups=("$@")
[[ $# -gt 0 ]] || groups=(GEMM GEMV Convolution Attention Pointwise Normalisation Softmax Transpose)
for group in "${groups[@]}"; do
  # shellcheck disable=SC2086
  ${PREFIX:-} "$build/kernels_bench" --benchmark_filter="^$group/" --benchmark_min_time="${MIN_TIME:-0.1}" \
    --benchmark_repetitions="${REPETITIONS:-2}" --benchmark_out="$build/kernels/$group.json" \
    --benchmark_out_format=json --benchmark_display_aggregates_only=true
done
python3 -m bench.kernels.table "$build/kernels" docs/performance-kernels.md
