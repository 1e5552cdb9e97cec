#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Exports the trained spotter to ONNX, checks the file, and writes the recordings beside it.

The file takes audio [batch, samples] (float32, 16 kHz, -1..1, one second) and gives probabilities
[batch, labels]. Its metadata names the labels, the sample rate and the window.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import wave
from pathlib import Path

import numpy as np
import torch

import vocabulary as vocab
from augment import Clips, Studio, place
from model import KeywordSpotter, Recognizer
from synthesize import CACHE

HERE = Path(__file__).resolve().parent
LARGEST = 500_000  # bytes
METADATA = {
    "labels": ",".join(vocab.LABELS),
    "sample_rate": str(vocab.SAMPLE_RATE),
    "window": str(vocab.WINDOW),
}
RECORDED = "yes no up down left right stop go play pause music".split()  # and one other word


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field of a protobuf message."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def metadata(entries: dict[str, str]) -> bytes:
    """ModelProto.metadata_props; fields of a protobuf message may simply be appended to it."""
    return b"".join(field(14, field(1, key.encode()) + field(2, value.encode()))
                    for key, value in entries.items())


def export(model: torch.nn.Module, path: Path) -> None:
    newer = "dynamo" in inspect.signature(torch.onnx.export).parameters
    classic = {"dynamo": False} if newer else {}  # the tracing exporter needs no further package
    torch.onnx.export(
        model, (torch.zeros(1, vocab.WINDOW),), str(path), opset_version=17,
        input_names=["audio"], output_names=["probabilities"],
        dynamic_axes={"audio": {0: "batch", 1: "samples"}, "probabilities": {0: "batch"}}, **classic)
    with path.open("ab") as file:
        file.write(metadata(METADATA))


def write_wav(path: Path, audio: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(vocab.SAMPLE_RATE)
        file.writeframes(np.round(audio * 32768).clip(-32768, 32767).astype("<i2").tobytes())


def read_wav(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(1 << 24), "<i2").astype(np.float32) / 32768


def write_recordings(clips: Clips, folder: Path, seed: int) -> None:
    """One held-out voice for each word, drawn blindly, with some room and noise."""
    draw, studio = np.random.default_rng(seed), Studio(seed + 2000, noises=50, rooms=50)
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.wav"):
        old.unlink()
    others = sorted({name.split("_")[0] for name in clips.names} - set(vocab.COMMANDS))
    speakers = draw.permutation(vocab.SPEAKERS_TEST)
    for word, speaker in zip([*RECORDED, draw.choice(others)], speakers):
        spoken = [i for i, name in enumerate(clips.names)
                  if name.startswith(f"{word}_") and (word in others or name.endswith(f"+{speaker}"))]
        i = int(draw.choice(spoken))
        window = torch.from_numpy(place(clips[i], draw.uniform(0.2, 0.8)))[None]
        audio = studio.mix(window, torch.tensor([clips.labels[i]]), worst_snr=20.0, babble=False)
        write_wav(folder / f"{str(clips.names[i]).replace('+', '-')}.wav", audio[0].numpy())


def check(path: Path, model: torch.nn.Module, folder: Path) -> None:
    """The recordings through PyTorch and, where it is installed, ONNX Runtime on the file."""
    names = sorted(folder.glob("*.wav"))
    audio = np.stack([read_wav(name) for name in names])
    with torch.no_grad():
        wanted = model(torch.from_numpy(audio)).numpy()
    for name, row in zip(names, wanted):
        print(f"  {name.name:38}{vocab.LABELS[row.argmax()]:9}{row.max():.3f}")
    try:
        import onnxruntime
    except ImportError:
        print("onnxruntime is not installed: the file itself was not run")
        return
    got = onnxruntime.InferenceSession(str(path)).run(None, {"audio": audio})[0]
    difference = float(np.abs(got - wanted).max())
    print(f"largest difference between PyTorch and ONNX Runtime: {difference:.1e}")
    if difference > 1e-4:
        sys.exit("the exported model computes something else")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of keywords.pt, test.npz")
    parser.add_argument("--output", type=Path, default=HERE / "keywords.onnx")
    parser.add_argument("--recordings", type=Path, default=HERE / "recordings")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    spotter = KeywordSpotter()
    spotter.load_state_dict(torch.load(args.cache / "keywords.pt"))
    model = Recognizer(spotter).eval()
    export(model, args.output)
    size = os.path.getsize(args.output)
    print(f"{args.output.name}: {size} bytes")
    if size >= LARGEST:
        sys.exit(f"larger than {LARGEST} bytes")
    write_recordings(Clips(args.cache / "test.npz"), args.recordings, args.seed)
    check(args.output, model, args.recordings)


if __name__ == "__main__":
    main()
