# SPDX-License-Identifier: MIT
"""The same names as onnxruntime_pybind11_state."""
from kante import *  # noqa: F403
from kante.capi.onnxruntime_pybind11_state import *  # noqa: F403
