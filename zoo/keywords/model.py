# SPDX-License-Identifier: MIT
"""The keyword spotter: audio -> log-mel -> depthwise separable convolutions over time -> scores."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import vocabulary as vocab

FRAME, HOP, MELS = 256, 160, 32  # 16 ms of audio every 10 ms, in 32 bands
LOWEST, HIGHEST = 90.0, 7000.0  # Hz, edges of the mel bands
QUIET = 1e-5  # power below which a band counts as silent


def fourier_basis() -> Tensor:
    """Rows of a windowed discrete Fourier transform, cosines then sines: [2 * bins, 1, FRAME]."""
    bins = torch.arange(1, int(HIGHEST * FRAME / vocab.SAMPLE_RATE) + 1, dtype=torch.float64)
    time = torch.arange(FRAME, dtype=torch.float64)
    angle = 2 * torch.pi / FRAME * bins[:, None] * time
    window = torch.hann_window(FRAME, dtype=torch.float64)
    return (torch.cat([angle.cos(), -angle.sin()]) * window).float()[:, None]


def mel_bands() -> Tensor:
    """Triangles on the mel scale over the squared rows of fourier_basis(): [2 * bins, MELS]."""
    def mel(hertz: Tensor) -> Tensor:
        return 2595 * torch.log10(1 + hertz / 700)

    low, high = mel(torch.tensor([LOWEST, HIGHEST], dtype=torch.float64)).tolist()
    edges = torch.linspace(low, high, MELS + 2, dtype=torch.float64)
    bins = torch.arange(1, int(HIGHEST * FRAME / vocab.SAMPLE_RATE) + 1, dtype=torch.float64)
    at = mel(bins * vocab.SAMPLE_RATE / FRAME)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return torch.cat([triangles, triangles]).float()


class LogMel(nn.Module):
    """[batch, samples] -> [batch, MELS, frames], free of the recording's level."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("basis", fourier_basis(), persistent=False)
        self.register_buffer("bands", mel_bands(), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        parts = nn.functional.conv1d(audio.unsqueeze(1), self.basis, stride=HOP)
        mel = torch.matmul((parts * parts).transpose(1, 2), self.bands)
        mel = torch.log(mel + QUIET)
        return (mel - mel.mean(dim=(1, 2), keepdim=True)).transpose(1, 2)


class Block(nn.Module):
    """Looks along time in every channel, mixes the channels, adds what came in."""

    def __init__(self, channels: int, reach: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(channels, channels, reach, padding=reach // 2, groups=channels, bias=False),
            nn.BatchNorm1d(channels),
            nn.Conv1d(channels, channels, 1, bias=False),
            nn.BatchNorm1d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class KeywordSpotter(nn.Module):
    """Audio at 16 kHz in [-1, 1], [batch, samples] -> logits [batch, len(LABELS)]."""

    def __init__(self, channels: int = 72, reaches: tuple[int, ...] = (7, 9, 11, 13, 15)) -> None:
        super().__init__()
        self.listen = LogMel()
        self.stem = nn.Sequential(
            nn.BatchNorm1d(MELS),
            nn.Conv1d(MELS, channels, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm1d(channels), nn.ReLU())
        self.blocks = nn.Sequential(*(Block(channels, reach) for reach in reaches))
        self.head = nn.Sequential(
            nn.Conv1d(channels, 96, 1, bias=False), nn.BatchNorm1d(96), nn.ReLU())
        self.forget = nn.Dropout(0.1)
        self.score = nn.Linear(96, len(vocab.LABELS))

    def forward(self, audio: Tensor) -> Tensor:
        x = self.head(self.blocks(self.stem(self.listen(audio))))
        return self.score(self.forget(x.mean(dim=2)))


class Recognizer(nn.Module):
    """The spotter as it is shipped: probabilities instead of logits."""

    def __init__(self, spotter: KeywordSpotter) -> None:
        super().__init__()
        self.spotter = spotter

    def forward(self, audio: Tensor) -> Tensor:
        return torch.softmax(self.spotter(audio), dim=1)
