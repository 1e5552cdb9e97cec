# SPDX-License-Identifier: MIT
"""What ONNX Runtime's extension module defines: classes, and the exceptions."""
from kante import *  # noqa: F403
from kante._core import OrtValue, Session
from kante.errors import (
    EngineError,
    EPFail,
    Error,
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    ModelLoadCanceled,
    ModelLoaded,
    ModelRequiresCompilation,
    NoModel,
    NoSuchFile,
    NotFound,
    NotImplemented,
    RuntimeException,
)

OrtValueVector = list

__all__ = [
    "EPFail",
    "EngineError",
    "Error",
    "Fail",
    "InvalidArgument",
    "InvalidGraph",
    "InvalidProtobuf",
    "ModelLoadCanceled",
    "ModelLoaded",
    "ModelRequiresCompilation",
    "NoModel",
    "NoSuchFile",
    "NotFound",
    "NotImplemented",
    "OrtValue",
    "OrtValueVector",
    "RuntimeException",
    "Session",
]
