# SPDX-License-Identifier: MIT
"""Kante under the name onnxruntime, for libraries that import it themselves."""
from __future__ import annotations

import importlib.machinery
import importlib.metadata
import importlib.util
import os
import sys
import types
from typing import Any, Iterable

COMPATIBLE_VERSION = "1.30.0"  # of ONNX Runtime, whose API this is
_NAME = "onnxruntime"


def install_as_onnxruntime(use_installed: bool = True) -> types.ModuleType:
    """From now on `import onnxruntime` in this process means kante; the module is returned.

    Call it before anything imports onnxruntime. That package need not be installed: importlib.metadata, by which
    libraries look for it, then answers too. Where it is, those of its modules that Kante lacks (quantization,
    transformers: all of them Python) are still found, and run on Kante; `use_installed=False` leaves them out.
    """
    import kante

    present = sys.modules.get(_NAME)
    if present is not None:
        if present.__file__ == kante.__file__:
            return present
        raise RuntimeError("onnxruntime is imported already; call install_as_onnxruntime() before that")
    folders = list(kante.__path__)
    installed = importlib.util.find_spec(_NAME) if use_installed else None
    if installed is not None:
        folders += installed.submodule_search_locations or []
    folders += [os.path.join(folder, "stand_ins") for folder in kante.__path__]

    alias = types.ModuleType(_NAME, kante.__doc__)
    alias.__dict__.update({name: getattr(kante, name) for name in kante.__all__})
    alias.__dict__["__version__"] = COMPATIBLE_VERSION
    alias.__file__ = kante.__file__
    alias.__path__ = folders
    alias.__spec__ = importlib.machinery.ModuleSpec(_NAME, None, origin=kante.__file__, is_package=True)
    alias.__spec__.submodule_search_locations = folders
    sys.modules[_NAME] = alias
    try:
        importlib.metadata.version(_NAME)
    except importlib.metadata.PackageNotFoundError:
        sys.meta_path.append(_Finder())
    return alias


class _Distribution(importlib.metadata.Distribution):
    """Says that onnxruntime is installed, and in which version."""

    def read_text(self, filename: str) -> str | None:
        if filename == "METADATA":
            return f"Metadata-Version: 2.1\nName: {_NAME}\nVersion: {COMPATIBLE_VERSION}\n"
        return None

    def locate_file(self, path: Any) -> Any:
        raise FileNotFoundError(path)


class _Finder(importlib.metadata.DistributionFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Modules are found elsewhere."""

    def find_distributions(
        self, context: importlib.metadata.DistributionFinder.Context = importlib.metadata.DistributionFinder.Context()
    ) -> Iterable[importlib.metadata.Distribution]:
        return [_Distribution()] if context.name in (None, _NAME) else []
