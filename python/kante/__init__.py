# SPDX-License-Identifier: MIT
"""Kante runs ONNX models. Its Python API is onnxruntime's: `import kante as onnxruntime`."""
from kante._core import LoraAdapter, OrtValue
from kante._core import version as __version__
from kante.alias import COMPATIBLE_VERSION, install_as_onnxruntime
from kante.device import OrtAllocatorType, OrtDevice, OrtDeviceVendorId, OrtMemoryInfo, OrtMemType
from kante.io_binding import IOBinding
from kante.options import ExecutionMode, ExecutionOrder, GraphOptimizationLevel, RunOptions, SessionOptions
from kante.providers import get_all_providers, get_available_providers, get_device
from kante.runtime import (
    disable_telemetry_events,
    enable_telemetry_events,
    has_collective_ops,
    set_default_logger_severity,
    set_default_logger_verbosity,
    set_seed,
)
from kante.session import InferenceSession, ModelMetadata, NodeArg

SessionIOBinding = IOBinding


def get_version_string() -> str:
    """The version of ONNX Runtime's API that this is, and Kante's."""
    return f"{COMPATIBLE_VERSION}+kante.{__version__}"


def get_build_info() -> str:
    return f"Kante {__version__}"


__all__ = [
    "COMPATIBLE_VERSION",
    "ExecutionMode",
    "ExecutionOrder",
    "GraphOptimizationLevel",
    "IOBinding",
    "InferenceSession",
    "LoraAdapter",
    "ModelMetadata",
    "NodeArg",
    "OrtAllocatorType",
    "OrtDevice",
    "OrtDeviceVendorId",
    "OrtMemType",
    "OrtMemoryInfo",
    "OrtValue",
    "RunOptions",
    "SessionIOBinding",
    "SessionOptions",
    "__version__",
    "disable_telemetry_events",
    "enable_telemetry_events",
    "get_all_providers",
    "get_available_providers",
    "get_build_info",
    "get_device",
    "get_version_string",
    "has_collective_ops",
    "install_as_onnxruntime",
    "set_default_logger_severity",
    "set_default_logger_verbosity",
    "set_seed",
]
