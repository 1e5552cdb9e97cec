# SPDX-License-Identifier: MIT
"""Where ONNX Runtime defines its Python classes."""
from kante import InferenceSession, IOBinding, OrtDevice, OrtDeviceVendorId, OrtValue
from kante.providers import check_and_normalize_provider_args
from kante.session import Session

__all__ = [
    "IOBinding",
    "InferenceSession",
    "OrtDevice",
    "OrtDeviceVendorId",
    "OrtValue",
    "Session",
    "check_and_normalize_provider_args",
]
