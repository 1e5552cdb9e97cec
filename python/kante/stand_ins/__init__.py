# SPDX-License-Identifier: MIT
"""Small parts of onnxruntime's Python modules that libraries import, for where that package is not installed."""
