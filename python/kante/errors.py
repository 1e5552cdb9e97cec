# SPDX-License-Identifier: MIT
"""The exceptions of kante, by ONNX Runtime's names."""
from __future__ import annotations


class Error(Exception):
    """Any error of the library. The text tells the model, node and shapes where they matter."""

    _number = 1
    _label = "FAIL"


class Fail(Error):
    """What has no class of its own: a run that was cancelled, memory or a limit that was exceeded."""


class InvalidArgument(Error):
    """The caller's mistake: a wrong feed, name, type, shape or option."""

    _number, _label = 2, "INVALID_ARGUMENT"


class NoSuchFile(Error):
    """There is no such file."""

    _number, _label = 3, "NO_SUCHFILE"


class NoModel(Error):
    """There is no model."""

    _number, _label = 4, "NO_MODEL"


class EngineError(Error):
    """Not raised; there for code that catches it."""

    _number, _label = 5, "ENGINE_ERROR"


class RuntimeException(Error):
    """Something failed while a model ran."""

    _number, _label = 6, "RUNTIME_EXCEPTION"


class InvalidProtobuf(Error):
    """The bytes are not an ONNX model."""

    _number, _label = 7, "INVALID_PROTOBUF"


class ModelLoaded(Error):
    """Not raised; there for code that catches it."""

    _number, _label = 8, "MODEL_LOADED"


class NotImplemented(Error):  # noqa: A001 (the name that code catches)
    """An operator, type or feature that this build does not have."""

    _number, _label = 9, "NOT_IMPLEMENTED"


class InvalidGraph(Error):
    """The model contradicts itself or the ONNX specification."""

    _number, _label = 10, "INVALID_GRAPH"


class EPFail(Error):
    """Not raised; there for code that catches it."""

    _number, _label = 11, "EP_FAIL"


class ModelLoadCanceled(Error):
    """SessionOptions.set_load_cancellation_flag stopped a load."""

    _number, _label = 12, "MODEL_LOAD_CANCELED"


class ModelRequiresCompilation(Error):
    """Not raised; there for code that catches it."""

    _number, _label = 13, "MODEL_REQUIRES_COMPILATION"


class NotFound(Error):
    """Something that was named is not there."""

    _number, _label = 14, "NOT_FOUND"


_CLASSES = {kind._number: kind for kind in Error.__subclasses__()}


def from_status(code: int, message: str) -> Error:
    """The exception for a status of the library, worded as ONNX Runtime words its own."""
    kind = _CLASSES.get(code, Fail)
    return kind(f"[ONNXRuntimeError] : {kind._number} : {kind._label} : {message}")
