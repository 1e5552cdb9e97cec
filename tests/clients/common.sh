# SPDX-License-Identifier: MIT
# What the clients' scripts share. Each is called as run.sh LIBRARY: the libkante.so under test. A script that cannot
# reach its client says SKIPPED and ends with 77, which make clients reports.
library=$(realpath "${1:?run.sh LIBRARY}")
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
models=$(cd "$(dirname "${BASH_SOURCE[0]}")/models" && pwd)
cache=${KANTE_CACHE:-$HOME/.cache/kante}/clients/$(basename "$here")
mkdir -p "$cache"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Under the names that clients look for.
for name in libonnxruntime.so libonnxruntime.so.1; do ln -s "$library" "$scratch/$name"; done

skip() {
  echo "SKIPPED: $(basename "$here"): $*" >&2
  exit 77
}
