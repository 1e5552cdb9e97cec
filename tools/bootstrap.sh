#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that a stage needs and that are missing; at once done if none is.
#   tools/bootstrap.sh [build|check|wasm|csharp|full]...     (default: build)
set -euo pipefail

build=(g++ cmake ninja-build ccache pkg-config python3 libhwy-dev libgtest-dev libcli11-dev
  nlohmann-json3-dev libsndfile1-dev libpng-dev libjpeg-dev libzip-dev
  libwebp-dev libtiff-dev libopenjp2-7-dev libre2-dev libutf8proc-dev)
check=(clang-14 libclang-rt-14-dev clang-format-14 binutils git xz-utils libonnx-testdata)
wasm=(clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32
  googletest nodejs)
csharp=(mono-mcs mono-runtime libmono-system-core4.0-cil)
full=(g++-aarch64-linux-gnu qemu-user googletest libbenchmark-dev)

wanted=()
for stage in "${@:-build}"; do
  case $stage in
    build) wanted+=("${build[@]}") ;;
    check) wanted+=("${build[@]}" "${check[@]}") ;;
    wasm) wanted+=("${build[@]}" "${wasm[@]}") ;;
    csharp) wanted+=("${csharp[@]}") ;;
    full) wanted+=("${build[@]}" "${check[@]}" "${wasm[@]}" "${csharp[@]}" "${full[@]}") ;;
    *)
      echo "bootstrap.sh: no stage '$stage' (build, check, wasm, csharp, full)" >&2
      exit 2
      ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
    missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

echo "installing: ${missing[*]}"
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "bootstrap.sh: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
# A package list that is old or absent fails to install; update only then.
install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >"$log" 2>&1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! install; then
  "${as_root[@]}" apt-get update -qq </dev/null
  install || {
    cat "$log" >&2
    exit 1
  }
fi
