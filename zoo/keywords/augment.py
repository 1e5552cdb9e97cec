# SPDX-License-Identifier: MIT
"""Makes clean clips sound recorded: pauses, speakers, rooms, microphones, noise and gain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import vocabulary as vocab

FFT = vocab.WINDOW + 2400  # room tails longer than that wrap around, far below the noise
SILENCE = vocab.LABELS.index(vocab.SILENCE)


class Clips:
    """The words of one file of synthesize.py."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            self.audio, self.starts = file["audio"], file["starts"]
            self.labels, self.names = file["labels"], file["names"]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> np.ndarray:
        return self.audio[self.starts[i] : self.starts[i + 1]].astype(np.float32) / 32768


def place(clip: np.ndarray, at: float, speed: float = 1.0) -> np.ndarray:
    """The clip in a silent window, `at` in 0..1 of the free room; speed shifts pitch and formants."""
    size = min(vocab.WINDOW, int(len(clip) / speed))
    window = np.zeros(vocab.WINDOW, np.float32)
    start = int(at * (vocab.WINDOW - size))
    window[start : start + size] = np.interp(np.arange(size) * speed, np.arange(len(clip)), clip)
    return window


def decibels(db: Tensor) -> Tensor:
    return 10 ** (db / 20)


class Studio:
    """Pools of noises, rooms and microphones, drawn once from a seed, and the mixing desk."""

    def __init__(self, seed: int, noises: int = 400, rooms: int = 200) -> None:
        self.draw = torch.Generator().manual_seed(seed)
        self.noises = torch.stack([self._noise(i) for i in range(noises)])
        self.rooms = torch.fft.rfft(torch.stack([self._room() for _ in range(rooms)]), FFT)
        self.rooms = self.rooms * torch.stack([self._microphone() for _ in range(rooms)])

    def _uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=self.draw)

    def _pick(self, count: int, high: int) -> Tensor:
        return torch.randint(high, (count,), generator=self.draw)

    def _noise(self, i: int) -> Tensor:
        """One second of coloured noise; every fourth hums and every fifth clicks. RMS 1."""
        frequency = torch.arange(vocab.WINDOW // 2 + 1).clamp(min=20.0)
        spectrum = torch.fft.rfft(torch.randn(vocab.WINDOW, generator=self.draw))
        noise = torch.fft.irfft(spectrum * frequency ** -self._uniform(0, 1.2), vocab.WINDOW)
        noise = noise / noise.std()
        time = torch.arange(vocab.WINDOW) / vocab.SAMPLE_RATE
        if i % 4 == 0:
            base = self._uniform(45, 400)
            for harmonic in range(1, 6):
                noise = noise + self._uniform(0, 1.5) * torch.sin(6.2832 * harmonic * base * time)
        if i % 5 == 0:
            for start in self._pick(3, vocab.WINDOW - 800).tolist():
                click = torch.randn(800, generator=self.draw)
                decay = torch.exp(-time[:800] * self._uniform(100, 900))
                noise[start : start + 800] += click * decay * self._uniform(2, 15)
        return noise / noise.square().mean().sqrt()

    def _room(self) -> Tensor:
        """An impulse and its fading echoes."""
        time = torch.arange(2400) / vocab.SAMPLE_RATE
        echo = torch.randn(2400, generator=self.draw) * torch.exp(-time * self._uniform(20, 120))
        echo = echo / echo.norm() * decibels(self._uniform(-30, -3))
        echo[0] = 1.0
        return echo

    def _microphone(self) -> Tensor:
        """A smooth random frequency response of +-6 dB, as amplitudes of an FFT."""
        points = self._uniform(-6, 6, 8).numpy()
        octaves = np.log2(np.arange(FFT // 2 + 1).clip(1) * vocab.SAMPLE_RATE / FFT / 60).clip(0)
        return decibels(torch.from_numpy(np.interp(octaves, np.arange(8), points).astype(np.float32)))

    def mix(self, speech: Tensor, labels: Tensor, worst_snr: float, babble: bool = True) -> Tensor:
        """[batch, WINDOW] of clean windows -> as recorded; windows labelled silence get noise only."""
        count = len(speech)
        rooms = self.rooms[self._pick(count, len(self.rooms))]
        wet = torch.fft.irfft(torch.fft.rfft(speech, FFT) * rooms, FFT)[:, : vocab.WINDOW]
        speech = torch.where(self._uniform(0, 1, count, 1) < 0.6, wet, speech)

        noise = self.noises[self._pick(count, len(self.noises))]
        noise = torch.roll(noise, int(self._pick(1, vocab.WINDOW)), 1)
        if babble:  # others talk in the background of some
            crowd = sum(torch.roll(speech, (k, 4000 * k), (0, 1)) for k in (1, 2, 3, 5))
            crowd = crowd / crowd.square().mean(1, keepdim=True).sqrt().clamp(min=1e-3)
            some = (self._uniform(0, 1, count, 1) < 0.2) & (labels[:, None] != SILENCE)
            noise = torch.where(some, crowd, noise)

        level = speech.square().mean(1, keepdim=True).sqrt()
        silent = labels[:, None] == SILENCE
        level = torch.where(silent, torch.ones_like(level), level)
        speech = torch.where(silent, torch.zeros_like(speech), speech)
        mixed = speech + noise * level * decibels(-self._uniform(worst_snr, 45, count, 1))
        peak = mixed.abs().amax(1, keepdim=True).clamp(min=1e-6)
        gain = decibels(-self._uniform(0.5, 26, count, 1)) / peak
        quiet = decibels(-self._uniform(10, 75, count, 1)) / peak
        mixed = mixed * torch.where(silent, quiet, gain)
        return torch.round(mixed * 32767).clamp(-32768, 32767) / 32768
