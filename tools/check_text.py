#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks licence lines, whitespace, links between documents, and that nothing names one machine's folders
or a registry's host."""
import pathlib
import re
import sys

from sources import files, is_code

SPDX = "SPDX-License-Identifier: MIT"
TEXT = (".md", ".txt", ".json", ".in", ".map", ".yml", ".yaml", ".toml", ".c", ".js", ".ts", ".rs", ".go")
# Spelt so that this file does not match itself.
FORBIDDEN = [
    (r"(?<![\w.])/" + r"work/", "a folder of one machine"),
    (r"(?<![\w.])/" + r"(tmp|home|root)/[\w.]", "a folder of one machine"),
    (r"\b(pypi|crates|index\.crates|static\.crates|files\.pythonhosted|repo\.maven\.apache|"
     r"registry\.npmjs|deb\.debian|proxy\.golang)\.(org|io)\b", "a package registry's host"),
]


def problems_of(path, text, is_markdown):
    """Yields (line number, problem) of one text file."""
    if is_markdown:
        prose = re.sub(r"^```.*?^```$", lambda block: "\n" * block[0].count("\n"), text, flags=re.M | re.S)
        for link in re.finditer(r"\]\((?!\w+:|#)([^)#]+)", prose):
            if not (path.parent / link.group(1)).exists():
                yield prose[:link.start()].count("\n") + 1, f"links to {link.group(1)}, which is not there"
    head = "\n".join(text.splitlines()[:2])
    if is_code(path) and SPDX not in head:
        yield 1, f"the first line lacks '{SPDX}'"
    if "\r" in text:
        yield text[:text.index("\r")].count("\n") + 1, "carriage return"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line and path.name != "Makefile" and path.suffix != ".go":
            yield number, "tab"
        if line != line.rstrip() and not is_markdown:
            yield number, "space at the end of the line"
        for pattern, what in FORBIDDEN:
            if re.search(pattern, line):
                yield number, f"names {what}"


def check(root):
    found = []
    for path in files(root):
        scripts = ".ci" in path.parts
        if not (is_code(path) or path.suffix in TEXT or scripts):
            continue
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            found.append(f"{path.relative_to(root)}: not UTF-8")
            continue
        found += [f"{path.relative_to(root)}:{number}: {problem}"
                  for number, problem in problems_of(path, text, path.suffix == ".md")]
    return found


if __name__ == "__main__":
    here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints = check(here)
    print("\n".join(complaints) or "text: ok")
    sys.exit(bool(complaints))
