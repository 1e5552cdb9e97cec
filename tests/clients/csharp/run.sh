#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A C# program that binds the C ABI as Microsoft.ML.OnnxRuntime does, on Mono and libkante.so. (That package itself is in
# a registry of its own, and needs .NET.)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
"$here/../../../tools/bootstrap.sh" csharp >"$scratch/log" 2>&1 || skip "Mono cannot be installed: $(tail -1 "$scratch/log")"
{
  echo 'enum Slot {'
  sed -nE 's/^[A-Z]+\(([0-9]+), (\w+),.*/  \2 = \1,/p' "$here/../../../src/api/c/slots.inc"
  echo '}'
} >"$scratch/Slot.cs"
mcs -nologo -warnaserror -out:"$scratch/client.exe" "$here"/*.cs "$scratch/Slot.cs"
LD_LIBRARY_PATH=$scratch mono "$scratch/client.exe" "$models"
