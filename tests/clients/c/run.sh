#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The list of slots against ONNX Runtime's own header, and a C program that was written against it, on libkante.so.
# The header comes from the Go binding, which carries it unchanged.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
header=$(official_header) || skip "the official header cannot be fetched"
# Slots that came after the header.
have=$(sed -n 's/^#define ORT_API_VERSION \([0-9]*\).*/\1/p' "$header/onnxruntime_c_api.h")
case $have in
  29) newer=425 ;;
  *) skip "nobody has said how many slots version $have has" ;;
esac
grep -vE "^(REAL|STUB|PARTIAL|ABSENT)\(($newer)," "$here/../../../src/api/c/slots.inc" >"$scratch/slots_of_header.inc"
g++ -std=c++20 -Wall -Wno-ignored-attributes -Werror -fsyntax-only -I"$scratch" -I"$header" -I"$here/../../../src" "$here/slots_check.cc"
echo "slots.inc agrees with the header of version $have"
gcc -std=c17 -Wall -Wextra -Werror -I"$header" "$here/client.c" -o "$scratch/client" -ldl -lm
"$scratch/client" "$library" "$models"
