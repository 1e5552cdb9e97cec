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

# A folder with onnxruntime_c_api.h as released.
official_header() {
  command -v go >/dev/null || return 1
  go_module github.com/yalue/onnxruntime_go@v1.35.0
}

# go_module NAME@VERSION: the folder it was fetched into.
go_module() {
  local folder
  folder=$(cd "$scratch" && { [[ -f go.mod ]] || go mod init client 2>/dev/null; } &&
    go mod download -json "$1" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  [[ -n $folder ]] && echo "$folder"
}

# debian_package NAME SUITE: the folder that a package of Debian, from the mirror of this machine, was unpacked into;
# nothing is installed.
debian_package() {
  local folder=$cache/$1 apt mirror
  if [[ ! -d $folder ]]; then
    command -v apt-get >/dev/null || return 1
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 'debian/$') || return 1
    apt=$scratch/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/unpacked"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $2 main" >"$apt/sources"
    (cd "$apt" && for step in "update" "download $1"; do
      # shellcheck disable=SC2086
      apt-get -qq -o Dir::Etc::sourcelist="$apt/sources" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" $step || exit 1
    done && dpkg-deb -x "$1"_*.deb unpacked) >"$scratch/log" 2>&1 || return 1
    mv "$apt/unpacked" "$folder"
  fi
  echo "$folder"
}
