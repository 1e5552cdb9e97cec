# SPDX-License-Identifier: MIT
"""The package's types: its own by mypy, the stub of the extension module against nanobind's."""
import ast
import pathlib
import subprocess
import sys

import kante
import kante._core

PACKAGE = pathlib.Path(kante.__file__).parent

USER = """
import numpy as np
import kante as onnxruntime
from kante.capi.onnxruntime_pybind11_state import InvalidArgument

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
session = onnxruntime.InferenceSession("model.onnx", options, providers=["CPUExecutionProvider"])
name: str = session.get_inputs()[0].name
results = session.run(None, {name: np.zeros(3, np.float32)})
value: onnxruntime.OrtValue = onnxruntime.OrtValue.ortvalue_from_numpy(results[0])
threads: int = options.intra_op_num_threads
options.intra_op_num_threads = "2"
"""


def mypy(*arguments):
    result = subprocess.run([sys.executable, "-m", "mypy", "--strict", *arguments], capture_output=True, text=True)
    return result.stdout


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()
    assert "Success" in mypy("-p", "kante")


def test_code_of_a_user_is_checked(tmp_path):
    (tmp_path / "user.py").write_text(USER)
    out = mypy(str(tmp_path / "user.py"))
    assert "Found 1 error" in out and "options.intra_op_num_threads" not in out and '"str"' in out


def signatures(source):
    """Class.function -> names of its parameters without those of the object."""
    found = {}
    for holder in ast.parse(source).body:
        if isinstance(holder, ast.ClassDef):
            for part in holder.body:
                if isinstance(part, ast.FunctionDef):
                    arguments = [a.arg for a in (*part.args.posonlyargs, *part.args.args, *part.args.kwonlyargs)]
                    found[f"{holder.name}.{part.name}"] = [a for a in arguments if a not in ("self", "arg")]
                elif isinstance(part, ast.AnnAssign):
                    found[f"{holder.name}.{part.target.id}"] = []
    return found


def test_the_stub_is_that_of_the_module():
    from nanobind.stubgen import StubGen

    generator = StubGen(kante._core, include_private=True)
    generator.put(kante._core)
    ours, theirs = signatures((PACKAGE / "_core.pyi").read_text()), signatures(generator.get())
    assert ours.keys() == theirs.keys()
    assert {k: v for k, v in ours.items() if v != theirs[k]} == {}
