# SPDX-License-Identifier: MIT
"""Transformers over images, as torchvision defines them."""
import torch
import torchvision.models as models

from .registry import recipe
from .vision import classifier


@recipe("vit_b16", "ViT-B/16, 224x224", 347)
def vit_b16():
    module = models.vit_b_16(weights=None)
    torch.nn.init.normal_(module.heads.head.weight, std=0.02)  # zeros by default: every logit would be 0
    return classifier(module)
