# SPDX-License-Identifier: MIT
"""Exports real architectures from PyTorch into the cache; `zoo/make.sh --help` says more."""
import argparse
import fnmatch
import importlib
import os
import pathlib
import subprocess
import sys
import time

from .registry import RECIPES

# The large ones last.
FAMILIES = ("vision", "detection", "segmentation", "vision_transformers", "text", "audio", "diffusion")


def cache():
    root = os.environ.get("KANTE_CACHE") or pathlib.Path.home() / ".cache" / "kante"
    return pathlib.Path(root) / "zoo"


def arguments():
    parser = argparse.ArgumentParser(
        prog="zoo/make.sh",
        description="Exports real architectures with random weights from PyTorch, each into a folder in ONNX's test "
                    "layout (model, input, PyTorch's output) below $KANTE_CACHE/zoo or ~/.cache/kante/zoo.")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="names or patterns (resnet*); all if none")
    parser.add_argument("--list", action="store_true", help="list the models and what is there, and stop")
    parser.add_argument("--family", choices=FAMILIES, action="append", help="models of this family; may be repeated")
    parser.add_argument("--max-megabytes", type=int, metavar="N", help="leave out models with more weights than N MB")
    parser.add_argument("--force", action="store_true", help="export again what is there")
    parser.add_argument("--in-process", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def select(options):
    for family in options.family or FAMILIES:
        importlib.import_module(f".{family}", __package__)
    unmatched = [p for p in options.models if not fnmatch.filter(RECIPES, p)]
    if unmatched:
        sys.exit(f"zoo: no model {unmatched[0]!r}; there are {', '.join(RECIPES)}")
    return [r for r in RECIPES.values()
            if (not options.models or any(fnmatch.fnmatch(r.name, p) for p in options.models))
            and r.family in (options.family or FAMILIES) and (options.max_megabytes is None or r.megabytes <= options.max_megabytes)]


def main():
    options = arguments()
    chosen = select(options)
    if options.in_process:
        from .export import export
        export(chosen[0], cache() / chosen[0].name)
        return 0
    if options.list:
        for r in chosen:
            there = "exported" if (cache() / r.name / "about.json").exists() else "-"
            print(f"{r.name:22}{r.family:14}{r.megabytes:>6} MB  {there:10}{r.about}")
        return 0
    failed = []
    for i, r in enumerate(chosen, 1):
        print(f"[{i}/{len(chosen)}] {r.name:22}", end=" ", flush=True)
        if (cache() / r.name / "about.json").exists() and not options.force:
            print("there already")
            continue
        begin = time.monotonic()
        # A process each: PyTorch gives memory back late, and one failure stops no other model.
        result = subprocess.run([sys.executable, "-m", "zoo", "--in-process", "--family", r.family, r.name],
                                capture_output=True, text=True)
        if result.returncode == 0:
            print(f"{time.monotonic() - begin:.0f} s")
        else:
            failed.append(r.name)
            print("FAILED\n" + result.stderr)
    print(f"in {cache()}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
