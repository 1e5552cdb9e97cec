# SPDX-License-Identifier: MIT
"""The files of the repository, for the checks."""
import pathlib
import subprocess

CODE = (".cc", ".h", ".inc", ".py", ".sh", ".cmake")
SKIPPED = ("build", ".git", "__pycache__")


def files(root):
    """Every file that git tracks or would track; without git, every file."""
    root = pathlib.Path(root)
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True, check=True, text=True).stdout
        paths = [root / name for name in listed.split("\0") if name]
    else:
        paths = [p for p in root.rglob("*") if not set(p.relative_to(root).parts) & set(SKIPPED)]
    return sorted(p for p in paths if p.is_file())


def is_code(path):
    return path.suffix in CODE or path.name in ("CMakeLists.txt", "Makefile")
