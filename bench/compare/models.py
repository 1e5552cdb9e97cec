# SPDX-License-Identifier: MIT
"""Where the models to compare on are: folders in ONNX's test layout."""
import dataclasses
import fnmatch
import json
import os
import pathlib
import re


@dataclasses.dataclass
class Case:
    name: str
    family: str
    folder: pathlib.Path
    megabytes: float  # of the model with its external data


def default_folders():
    """The zoo's cache, and real models beside the repository or where KANTE_MODELS says."""
    cache = pathlib.Path(os.environ.get("KANTE_CACHE") or pathlib.Path.home() / ".cache" / "kante")
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared" / "models"
    return [cache / "zoo", pathlib.Path(os.environ.get("KANTE_MODELS") or beside)]


def numbered(folder, kind):
    """input_0.pb, input_1.pb, ... in the order of their numbers."""
    found = folder.glob(f"test_data_set_0/{kind}_*.pb")
    return sorted(found, key=lambda path: int(re.search(r"_(\d+)\.pb$", path.name)[1]))


def find(folders, patterns):
    cases = []
    for root in folders:
        for path in sorted(root.glob("*/model.onnx")):
            folder = path.parent
            if folder.name.startswith(".") or not numbered(folder, "output"):
                continue
            if patterns and not any(fnmatch.fnmatch(folder.name, p) for p in patterns):
                continue
            about = folder / "about.json"
            family = json.loads(about.read_text())["family"] if about.exists() else "real"
            size = sum(f.stat().st_size for f in folder.glob("model.onnx*")) / 1e6
            cases.append(Case(folder.name, family, folder, size))
    return sorted(cases, key=lambda case: case.megabytes)
