#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains the keyword spotter and examines it on voices it has never heard.

Exit status 1 if it gets less than 95 % of the examination right.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import vocabulary as vocab
from augment import SILENCE, Clips, Studio, place
from model import KeywordSpotter
from synthesize import CACHE

REQUIRED = 0.95
SILENT_SHARE = 18  # one window in so many of a training batch holds no speech


def training_batches(clips: Clips, batch: int, draw: np.random.Generator):
    """One epoch: shuffled clips in clean windows, with some silence among them."""
    for chosen in np.array_split(draw.permutation(len(clips)), len(clips) // batch):
        windows = [place(clips[i], draw.random(), draw.uniform(0.82, 1.22)) for i in chosen]
        labels = clips.labels[chosen].copy()
        labels[draw.random(len(labels)) < 1 / SILENT_SHARE] = SILENCE
        yield torch.from_numpy(np.stack(windows)), torch.from_numpy(labels)


def train(model: KeywordSpotter, clips: Clips, epochs: int, batch: int, seed: int) -> None:
    """AdamW with one cycle of the learning rate."""
    draw, studio = np.random.default_rng(seed), Studio(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=6e-3, total_steps=epochs * (len(clips) // batch), pct_start=0.2)
    judge = nn.CrossEntropyLoss(label_smoothing=0.01)
    begun = time.monotonic()
    for epoch in range(epochs):
        model.train()
        losses, hits, seen = 0.0, 0, 0
        for speech, labels in training_batches(clips, batch, draw):
            logits = model(studio.mix(speech, labels, worst_snr=3.0))
            loss = judge(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses += loss.item() * len(labels)
            hits += int((logits.argmax(1) == labels).sum())
            seen += len(labels)
        print(f"epoch {epoch + 1}/{epochs}: loss {losses / seen:.3f}, right while learning {hits / seen:.1%}, "
              f"{time.monotonic() - begun:.0f} s", flush=True)


def examination(clips: Clips, silences: int = 150) -> tuple[Tensor, Tensor]:
    """Every clip in the middle of its window, and some windows without speech."""
    windows = [place(clips[i], 0.5) for i in range(len(clips))]
    windows += [np.zeros(vocab.WINDOW, np.float32)] * silences
    labels = np.concatenate([clips.labels, np.full(silences, SILENCE)])
    return torch.from_numpy(np.stack(windows)), torch.from_numpy(labels)


@torch.no_grad()
def answers(model: nn.Module, audio: Tensor) -> Tensor:
    model.eval()
    return torch.cat([model(part).argmax(1) for part in audio.split(64)])


def report(clean: Tensor, noisy: Tensor, labels: Tensor) -> float:
    """Prints a table, returns the share of right answers over both halves."""
    print(f"\n{'word':10}{'windows':>8}{'clean':>9}{'noisy':>9}")
    for index, name in enumerate(vocab.LABELS):
        mine = labels == index
        shares = [float((got[mine] == index).float().mean()) for got in (clean, noisy)]
        print(f"{name:10}{int(mine.sum()):8}{shares[0]:9.1%}{shares[1]:9.1%}")
    shares = [float((got == labels).float().mean()) for got in (clean, noisy)]
    print(f"{'all':10}{len(labels):8}{shares[0]:9.1%}{shares[1]:9.1%}")
    wrong = torch.cat([labels * 100 + clean, labels * 100 + noisy])
    pairs, counts = wrong[torch.cat([labels != clean, labels != noisy])].unique(return_counts=True)
    for i in counts.argsort(descending=True)[:5].tolist():
        said, heard = divmod(int(pairs[i]), 100)
        print(f"  {vocab.LABELS[said]} heard as {vocab.LABELS[heard]}: {int(counts[i])} times")
    return sum(shares) / 2


def examine(model: nn.Module, clips: Clips, seed: int) -> float:
    """Held-out voices, clean and with rooms, microphones and noise at 10 dB or better."""
    speech, labels = examination(clips)
    studio = Studio(seed + 1000)
    noisy = studio.mix(speech, labels, worst_snr=10.0, babble=False)
    silent = labels[:, None] == SILENCE  # clean silence is nearly nothing, never the same nothing
    clean = torch.where(silent, noisy * 0.03, speech)
    return report(answers(model, clean), answers(model, noisy), labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="clips in, keywords.pt out")
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examine-only", action="store_true", help="no training")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    model = KeywordSpotter()
    if args.examine_only:
        model.load_state_dict(torch.load(args.cache / "keywords.pt"))
    else:
        clips = Clips(args.cache / "train.npz")
        print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(clips)} clips")
        train(model, clips, args.epochs, args.batch, args.seed)
        torch.save(model.state_dict(), args.cache / "keywords.pt")

    share = examine(model, Clips(args.cache / "test.npz"), args.seed)
    print(f"{share:.1%} right on held-out voices, {REQUIRED:.0%} needed")
    if share < REQUIRED:
        sys.exit(1)


if __name__ == "__main__":
    main()
