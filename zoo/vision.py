# SPDX-License-Identifier: MIT
"""Convolutional image networks, as torchvision defines them."""
import torch
import torchvision.models as models

from .registry import Built, recipe


def classifier(module, side=224):
    return Built(module, {"input": torch.randn(1, 3, side, side)}, ("logits",))


@recipe("resnet18", "ResNet-18, 224x224", 47)
def resnet18():
    return classifier(models.resnet18(weights=None))


@recipe("resnet50", "ResNet-50, 224x224", 102)
def resnet50():
    return classifier(models.resnet50(weights=None))


@recipe("vgg16", "VGG-16, 224x224", 553)
def vgg16():
    return classifier(models.vgg16(weights=None))


@recipe("mobilenet_v2", "MobileNet-V2 1.0, 224x224", 14)
def mobilenet_v2():
    return classifier(models.mobilenet_v2(weights=None))


@recipe("mobilenet_v3", "MobileNet-V3 large, 224x224", 22)
def mobilenet_v3():
    return classifier(models.mobilenet_v3_large(weights=None))


@recipe("efficientnet_b0", "EfficientNet-B0, 224x224", 21)
def efficientnet_b0():
    return classifier(models.efficientnet_b0(weights=None))
