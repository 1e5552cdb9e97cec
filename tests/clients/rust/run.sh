#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A Rust program with the crate ort as released, on libkante.so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
command -v cargo >/dev/null || skip "there is no cargo"
cp -r "$here/Cargo.toml" "$here/Cargo.lock" "$here/src" "$cache"
cd "$cache"
cargo fetch --locked --quiet 2>"$scratch/log" || skip "the crate ort cannot be fetched: $(tail -1 "$scratch/log")"
cargo build --locked --offline --quiet
target/debug/client "$scratch/libonnxruntime.so" "$models"
