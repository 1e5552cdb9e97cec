# SPDX-License-Identifier: MIT
"""onnxruntime.capi: the places where code looks for names besides the top. Absolute imports, so that these modules may
be loaded under the name onnxruntime.capi too."""
