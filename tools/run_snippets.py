#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles and runs the examples of README.md and docs/: run_snippets.py BUILD_FOLDER [FILE]...

The blocks of one document share a folder and run in order, so that a later one may use what an
earlier one made. By the word after the opening fence:
  cpp      compiled, and linked against libkante.a if it has a main; run, if a comment line
           `<!-- run: ARGUMENTS -->` stands before it
  sh       run by bash with `kante` on the PATH; an exit status other than 0 fails
  python   run by python3, if the modules that it imports are installed
Any other word (console, text, cmake...) only shows. A comment line `<!-- file: NAME -->` before a
block saves it as NAME instead of running it. The folder holds `zoo`, the repository's models.
"""
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?(?:<!-- run: (.*?) -->\n)?^```(\w*)[^\n]*\n(.*?)^```$", re.M | re.S)


class Missing(Exception):
    """A block that cannot run here, and why."""


def command_of(word, text, arguments, number, folder, build):
    """The commands that try one block, each an argument list."""
    if word == "sh":
        return [["bash", "-euo", "pipefail", "-c", text]]
    if word == "python":
        for module in re.findall(r"^(?:import|from) (\w+)", text, re.M):
            if importlib.util.find_spec(module) is None:
                raise Missing(f"no Python module {module}")
        return [[sys.executable, "-c", text]]
    source = folder / f"snippet_{number}.cc"
    source.write_text(text)
    compiler = [os.environ.get("CXX", "g++"), "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include"]
    if "int main(" not in text:
        return [[*compiler, "-fsyntax-only", str(source)]]
    program = str(folder / f"snippet_{number}")
    link = [*compiler, str(source), f"{build}/libkante.a", "-lpthread", "-o", program]
    return [link] if arguments is None else [link, [program, *arguments.split()]]


def try_document(path, build):
    """Runs the blocks of one document; returns how many passed and what failed."""
    passed, failures = 0, []
    text = path.read_text()
    environment = dict(os.environ, PATH=f"{build}:{os.environ['PATH']}", KANTE_ROOT=str(ROOT))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "zoo").symlink_to(ROOT / "zoo")
        for number, found in enumerate(BLOCK.finditer(text)):
            file, arguments, word, body = found.groups()
            if file:
                (folder / file).write_text(body)
                continue
            if word not in ("cpp", "sh", "python"):
                continue
            where = f"{path.relative_to(ROOT)}:{text[:found.start()].count(chr(10)) + 1}"
            try:
                for command in command_of(word, body, arguments, number, folder, build):
                    result = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                            capture_output=True, text=True, timeout=300)
                    if result.returncode:
                        failures.append(f"{where}: {word} block, exit status {result.returncode}\n"
                                        f"{result.stdout}{result.stderr}")
                        return passed, failures
                passed += 1
            except Missing as reason:
                # What follows in this document may need what this block would have made.
                print(f"{where}: the rest of the document is skipped, {reason}")
                return passed, failures
    return passed, failures


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    documents = [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    documents = documents or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    passed, failures = 0, []
    for document in documents:
        ok, bad = try_document(document, build)
        passed += ok
        failures += bad
    print("\n".join(failures))
    print(f"{passed} passed, {len(failures)} failed")
    return bool(failures) or passed == 0


if __name__ == "__main__":
    sys.exit(main())
