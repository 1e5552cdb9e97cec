# SPDX-License-Identifier: MIT
"""A one-stage detector of YOLO's eighth generation, size n: backbone, two-way pyramid, decoupled heads, box decode.

Widths, depths and strides are the published ones; the outputs are boxes (centre, size) in pixels and class scores.
"""
import torch
from torch import nn

from .registry import Built, recipe

CLASSES = 80
BINS = 16  # of the distribution over the distance of a box's side


class Conv(nn.Sequential):
    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
                         nn.BatchNorm2d(outputs, eps=1e-3), nn.SiLU())


class Bottleneck(nn.Module):
    def __init__(self, channels, shortcut):
        super().__init__()
        self.convs = nn.Sequential(Conv(channels, channels, 3), Conv(channels, channels, 3))
        self.shortcut = shortcut

    def forward(self, x):
        return x + self.convs(x) if self.shortcut else self.convs(x)


class Stage(nn.Module):
    """Splits the channels, and keeps the result of every bottleneck for the convolution that joins them."""
    def __init__(self, inputs, outputs, depth, shortcut):
        super().__init__()
        half = outputs // 2
        self.split = Conv(inputs, outputs)
        self.blocks = nn.ModuleList(Bottleneck(half, shortcut) for _ in range(depth))
        self.join = Conv((2 + depth) * half, outputs)

    def forward(self, x):
        parts = list(self.split(x).chunk(2, 1))
        for block in self.blocks:
            parts.append(block(parts[-1]))
        return self.join(torch.cat(parts, 1))


class PyramidPooling(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.reduce = Conv(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.join = Conv(channels * 2, channels)

    def forward(self, x):
        parts = [self.reduce(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.join(torch.cat(parts, 1))


class Head(nn.Module):
    def __init__(self, channels, middle, outputs):
        super().__init__()
        self.levels = nn.ModuleList(
            nn.Sequential(Conv(c, middle, 3), Conv(middle, middle, 3), nn.Conv2d(middle, outputs, 1)) for c in channels)

    def forward(self, features):
        return torch.cat([level(x).flatten(2) for level, x in zip(self.levels, features)], 2)


class Detector(nn.Module):
    def __init__(self, side):
        super().__init__()
        self.stem = nn.Sequential(Conv(3, 16, 3, 2), Conv(16, 32, 3, 2), Stage(32, 32, 1, True))
        self.to8 = nn.Sequential(Conv(32, 64, 3, 2), Stage(64, 64, 2, True))
        self.to16 = nn.Sequential(Conv(64, 128, 3, 2), Stage(128, 128, 2, True))
        self.to32 = nn.Sequential(Conv(128, 256, 3, 2), Stage(256, 256, 1, True), PyramidPooling(256))
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.up16 = Stage(256 + 128, 128, 1, False)
        self.up8 = Stage(128 + 64, 64, 1, False)
        self.down16 = Conv(64, 64, 3, 2)
        self.out16 = Stage(64 + 128, 128, 1, False)
        self.down32 = Conv(128, 128, 3, 2)
        self.out32 = Stage(128 + 256, 256, 1, False)
        self.sides = Head((64, 128, 256), 64, 4 * BINS)
        self.classes = Head((64, 128, 256), 80, CLASSES)
        self.register_buffer("bins", torch.arange(BINS, dtype=torch.float32).view(1, BINS, 1, 1))
        centres, strides = [], []
        for stride in (8, 16, 32):
            steps = torch.arange(side // stride) + 0.5
            y, x = torch.meshgrid(steps, steps, indexing="ij")
            centres.append(torch.stack((x.flatten(), y.flatten())))
            strides.append(torch.full((1, len(steps) ** 2), float(stride)))
        self.register_buffer("centres", torch.cat(centres, 1)[None])
        self.register_buffer("strides", torch.cat(strides, 1)[None])

    def forward(self, image):
        p8 = self.to8(self.stem(image))
        p16 = self.to16(p8)
        p32 = self.to32(p16)
        t16 = self.up16(torch.cat((self.up(p32), p16), 1))
        n8 = self.up8(torch.cat((self.up(t16), p8), 1))
        n16 = self.out16(torch.cat((self.down16(n8), t16), 1))
        n32 = self.out32(torch.cat((self.down32(n16), p32), 1))
        features = (n8, n16, n32)
        return self.decode(self.sides(features), self.classes(features))

    def decode(self, sides, classes):
        batch, _, anchors = sides.shape
        shares = sides.view(batch, 4, BINS, anchors).transpose(1, 2).softmax(1)
        distances = (shares * self.bins).sum(1)
        low, high = distances.chunk(2, 1)
        low, high = self.centres - low, self.centres + high
        boxes = torch.cat(((low + high) / 2, high - low), 1) * self.strides
        return torch.cat((boxes, classes.sigmoid()), 1)


@recipe("yolo_n", "YOLO-style detector (v8n's widths and depths) with decode, 640x640", 13)
def yolo_n():
    return Built(Detector(640), {"images": torch.rand(1, 3, 640, 640)}, ("detections",))
