#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The unit tests of the crate ort, as released, on libkante.so. Its published form lacks the models that some of them
# read: judge.py leaves those out, and those of sub-APIs that are stubs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
command -v cargo >/dev/null || skip "there is no cargo"
manifest=$here/../rust/Cargo.toml
cargo fetch --locked --quiet --manifest-path "$manifest" 2>"$scratch/log" ||
  skip "the crate ort cannot be fetched: $(tail -1 "$scratch/log")"
source=$(cargo metadata --format-version 1 --offline --locked --manifest-path "$manifest" | python3 -c 'import json, os, sys
print(next(os.path.dirname(p["manifest_path"]) for p in json.load(sys.stdin)["packages"] if p["name"] == "ort"))')
cp -r "$source" "$scratch/ort"
chmod -R u+w "$scratch/ort"
cd "$scratch/ort"
# Only tests that fetch models need this one, which wants OpenSSL.
sed -i '/^\[dev-dependencies\.ureq\]/,/^$/d' Cargo.toml
cargo fetch --quiet 2>"$scratch/log" || skip "what the tests of ort need cannot be fetched: $(tail -1 "$scratch/log")"
CARGO_TARGET_DIR=$cache/target cargo test --offline --lib --no-default-features \
  --features std,ndarray,load-dynamic,api-24 --no-run >"$scratch/log" 2>&1 || { tail -30 "$scratch/log" >&2; exit 1; }
program=$(sed -n 's/^ *Executable unittests .*(\(.*\))$/\1/p' "$scratch/log")
RUST_BACKTRACE=0 ORT_DYLIB_PATH=$scratch/libonnxruntime.so "$program" --test-threads 1 >"$scratch/log" 2>&1 || true
python3 "$here/judge.py" "$scratch/log"
