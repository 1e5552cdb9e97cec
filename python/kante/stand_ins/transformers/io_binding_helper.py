# SPDX-License-Identifier: MIT
"""onnxruntime.transformers.io_binding_helper: types of numpy and PyTorch by the names that sessions give them."""
from __future__ import annotations

from typing import Any

import numpy as np

_ONNX_NAMES = {"float": "float32", "double": "float64"}


def _element(ort_type: str) -> str:
    name = ort_type.removeprefix("tensor(").removesuffix(")")
    return _ONNX_NAMES.get(name, name)


class TypeHelper:
    @staticmethod
    def get_input_type(ort_session: Any, name: str) -> str:
        return _type_of(ort_session.get_inputs(), name, "input")

    @staticmethod
    def get_output_type(ort_session: Any, name: str) -> str:
        return _type_of(ort_session.get_outputs(), name, "output")

    @staticmethod
    def ort_type_to_numpy_type(ort_type: str) -> type[Any]:
        name = _element(ort_type)
        if name == "bool":
            return bool
        kind = getattr(np, name, None)
        if not (isinstance(kind, type) and issubclass(kind, np.number)):
            raise ValueError(f"{ort_type} not found in map")
        return kind

    @staticmethod
    def ort_type_to_torch_type(ort_type: str) -> Any:
        import torch  # type: ignore[import-not-found, unused-ignore]

        name = _element(ort_type).replace("float8e", "float8_e")
        kind = getattr(torch, name, None)
        if not isinstance(kind, torch.dtype):
            raise ValueError(f"{ort_type} not found in map")
        return kind


def _type_of(args: list[Any], name: str, what: str) -> str:
    for arg in args:
        if arg.name == name:
            kind: str = arg.type
            return kind
    raise ValueError(f"{what} name {name} not found")
