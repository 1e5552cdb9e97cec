#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD_FOLDER [ARCHIVE] [OPTION]...: ONNX's backend suite, by the program BUILD_FOLDER/conformance.
# ARCHIVE is a .tar.xz of onnx/backend/test/data, or a folder that holds it; what Debian's package libonnx-testdata
# installs (node cases of older opsets) is run as well. Without either nothing is tested: exit status 77.
set -euo pipefail
build=$(realpath "$1")
archive=${2:-}
shift; shift || true
here=$(cd "$(dirname "$0")" && pwd)
sources=()

# Version of ONNX, folder, cases known to be in it.
if [[ -d $archive ]]; then
  sources+=("1.23=$archive/onnx/backend/test/data:1951")
elif [[ -f $archive ]]; then
  unpacked=$build/onnx-tests
  stamp="$archive $(stat -c '%s %Y' "$archive")"
  if [[ $(cat "$unpacked/stamp" 2>/dev/null) != "$stamp" ]]; then
    rm -rf "$unpacked"
    mkdir -p "$unpacked"
    tar -xJf "$archive" -C "$unpacked"
    echo "$stamp" >"$unpacked/stamp"
  fi
  sources+=("1.23=$unpacked/onnx/backend/test/data:1951")
fi
installed=/usr/share/libonnx-testdata/data
if [[ -d $installed ]]; then
  version=$(dpkg-query -W -f='${Version}' libonnx-testdata 2>/dev/null | grep -o '^[0-9]*\.[0-9]*' || echo 1.12)
  case $version in
    1.12) node=932 ;;
    1.17) node=1288 ;;
    1.20) node=1653 ;;
    *) node=932 ;;
  esac
  sources+=("$version=$installed:$((node + 140))")
fi

if [[ ${#sources[@]} -eq 0 ]]; then
  echo "CONFORMANCE WAS NOT TESTED: no archive of ONNX's backend tests, and libonnx-testdata is not installed" >&2
  exit 77
fi
sources+=("older-opsets=$here/old_opsets:373")  # of make_old_opsets.py: forms that the suites lack
"$build/conformance" --skips "$here/skips.tsv" "$@" "${sources[@]}"
