# SPDX-License-Identifier: MIT
"""Copies of the other runtimes that take the processor for one with AVX2 at most, for --isa avx2.

Most machines at the edge have no AVX-512, and none of these runtimes has an option that holds all of its kernels back.
Each asks the instruction xgetbv whether the system saves the registers of AVX-512; in the copies the answer is no: xgetbv
is replaced by push 7, pop rax, of the same length, which reports the registers of SSE and AVX alone.
"""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess

XGETBV = bytes.fromhex("0f01d0")
PUSH_POP = bytes.fromhex("6a0758")
ADDRESS = re.compile(r"^\s*([0-9a-f]+):.*\bxgetbv\b", re.M)
SEGMENT = re.compile(r"^\s*LOAD\s+0x(\w+)\s+0x(\w+)\s+0x\w+\s+0x(\w+)", re.M)


def patch(library):
    """Replaces the instruction where a disassembler sees it: the three bytes also occur by chance."""
    code = bytearray(library.read_bytes())
    if XGETBV not in code:
        return
    listing = subprocess.run(["objdump", "-d", str(library)], capture_output=True, text=True, check=True).stdout
    headers = subprocess.run(["readelf", "-lW", str(library)], capture_output=True, text=True, check=True).stdout
    segments = [tuple(int(part, 16) for part in found) for found in SEGMENT.findall(headers)]
    for address in (int(found, 16) for found in ADDRESS.findall(listing)):
        offset = next(o + address - a for o, a, size in segments if a <= address < a + size)
        if code[offset:offset + 3] == XGETBV:
            code[offset:offset + 3] = PUSH_POP
    library.write_bytes(code)


def copy_of(package, version):
    """The folder to put before others in PYTHONPATH."""
    cache = pathlib.Path(os.environ.get("KANTE_CACHE") or pathlib.Path.home() / ".cache" / "kante")
    folder = cache / "avx2" / f"{package}-{version}"
    if folder.exists():
        return folder
    source = pathlib.Path(importlib.util.find_spec(package).origin).parent
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for part in (source, source.with_name(package + ".libs")):
        if part.exists():
            shutil.copytree(part, partial / part.name)
    for library in partial.rglob("*.so*"):
        if not library.is_symlink():
            patch(library)
    partial.rename(folder)
    return folder
