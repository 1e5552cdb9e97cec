# SPDX-License-Identifier: MIT
"""ONNX models as ncnn reads them, kept in the cache."""
import os
import pathlib
import subprocess
import sys
import tempfile

from .models import numbered

PNNX = str(pathlib.Path(sys.executable).with_name("pnnx"))
TYPES = {"float32": "f32", "int64": "i64", "int32": "i32", "float16": "f16"}


def shape_arguments(folder):
    import onnx
    from onnx import numpy_helper
    shapes = []
    for path in numbered(folder, "input"):
        array = numpy_helper.to_array(onnx.load_tensor(path))
        shapes.append(f"[{','.join(map(str, array.shape))}]{TYPES.get(array.dtype.name, 'f32')}")
    return "inputshape=" + ",".join(shapes)


def to_ncnn(case, timeout):
    """The prefix of the .param and .bin file; a conversion that failed is not tried again until the model changes."""
    cache = pathlib.Path(os.environ.get("KANTE_CACHE") or pathlib.Path.home() / ".cache" / "kante") / "ncnn"
    folder = cache / case.name
    model = case.folder / "model.onnx"
    stamp = str(model.stat().st_mtime_ns)
    done = folder / "done"
    if not done.exists() or done.read_text() != stamp:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            link = pathlib.Path(scratch) / "model.onnx"
            link.symlink_to(model.resolve())
            try:
                ended = subprocess.run([PNNX, "model.onnx", shape_arguments(case.folder), "fp16=0"], cwd=scratch,
                                       check=False, capture_output=True, text=True, errors="replace", timeout=timeout)
                lines = (ended.stdout + ended.stderr).strip().splitlines() or [""]
                log = f"ended with {ended.returncode} after '{lines[-1].strip()}'"
            except subprocess.TimeoutExpired:
                log = f"no end after {timeout:.0f} s"
            (folder / "model.log").write_text(log)
            for kind in ("param", "bin"):
                made = pathlib.Path(scratch) / f"model.ncnn.{kind}"
                (folder / f"model.{kind}").unlink(missing_ok=True)
                if made.exists():
                    made.rename(folder / f"model.{kind}")
        done.write_text(stamp)
    return folder / "model"
