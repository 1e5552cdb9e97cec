#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what libkante.so exports and needs, and that loading it runs no code.

check_symbols.py LIBRARY [STATIC_LIBRARY]; the static one lets a finding name its object file.
"""
import re
import subprocess
import sys

EXPORTED_C = {"OrtGetApiBase", "OrtSessionOptionsAppendExecutionProvider_CPU"}
MAY_NEED = re.compile(r"(libc|libm|libstdc\+\+|libgcc_s|ld-linux[\w-]*)\.so\.\d+")
# crtbegin's frame_dummy is the one entry that every shared library has.
CRT_ENTRIES = 1


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def check_exports(library):
    public = re.compile(r"((typeinfo|typeinfo name|vtable) for )?kante::(?!core::|kernels::|cli::)")
    for line in run("nm", "-DC", "--defined-only", library).splitlines():
        _, kind, name = line.split(maxsplit=2)
        if kind not in "A" and name not in EXPORTED_C and not public.match(name):
            yield f"exports {name}"


def check_needed(library):
    for name in re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-dW", library)):
        if not MAY_NEED.fullmatch(name):
            yield f"needs {name}"
    if not re.search(r"\(SONAME\).*\[libkante\.so\.\d+\]", run("readelf", "-dW", library)):
        yield "has no SONAME libkante.so.N"


def check_constructors(library, static):
    sizes = re.findall(r"\.(?:init_array|ctors)\S*\s+\w+\s+\w+\s+\w+\s+(\w+)", run("readelf", "-SW", library))
    entries = sum(int(size, 16) for size in sizes) // 8
    if entries > CRT_ENTRIES:
        objects = set()
        for part in run("readelf", "-SW", static).split("\nFile: ") if static else []:
            if re.search(r"\.(init_array|ctors)", part):
                objects.add(re.search(r"\((.+)\)", part.splitlines()[0]).group(1))
        yield f"has {entries - CRT_ENTRIES} static constructors {' '.join(sorted(objects))}".rstrip()
    if "__cxa_atexit" in run("nm", "-D", "--undefined-only", library):
        yield "registers static destructors (__cxa_atexit)"


def check(library, static=None):
    return [f"{library}: {problem}" for problem in
            [*check_exports(library), *check_needed(library), *check_constructors(library, static)]]


if __name__ == "__main__":
    complaints = check(*sys.argv[1:3])
    print("\n".join(complaints) or "symbols: ok")
    sys.exit(bool(complaints))
