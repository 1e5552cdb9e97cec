# SPDX-License-Identifier: MIT
"""Of onnxruntime.transformers there is what optimum imports."""
