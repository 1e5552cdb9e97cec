#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speaks the vocabulary with espeak-ng in many voices and keeps the clips in a cache folder.

A clip is one word at 16 kHz without the silence around it; train.py adds noise, room, gain and
pauses. Every clip is a function of (seed, voice, word, take), so a second run makes the same.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import subprocess
import sys
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import vocabulary as vocab

CACHE = Path(__file__).resolve().parent / ".cache"
LONGEST = int(0.92 * vocab.WINDOW)  # a word must fit into the window with air around it


@dataclass(frozen=True)
class Utterance:
    """One word to be spoken, and how."""

    word: str
    label: int
    voice: str
    speed: int  # words per minute
    pitch: int  # 0..99, 50 is the voice's own


def resample(audio: np.ndarray, source: int, target: int) -> np.ndarray:
    """Band-limited resampling: cuts or pads the spectrum of the zero-padded signal."""
    step = source // np.gcd(source, target)
    size = -(-(len(audio) + 512) // step) * step
    out = size // step * (target // np.gcd(source, target))
    spectrum = np.fft.rfft(audio, size)
    return np.fft.irfft(spectrum[: out // 2 + 1], out) * (out / size)


def trim(audio: np.ndarray, floor: float = 0.01) -> np.ndarray:
    """Drops what is quieter than `floor` of the peak at both ends, but for 10 ms."""
    loud = np.flatnonzero(np.abs(audio) > floor * np.abs(audio).max())
    margin = vocab.SAMPLE_RATE // 100
    return audio[max(0, loud[0] - margin) : loud[-1] + margin]


def speak(utterance: Utterance, data: Path) -> np.ndarray:
    """The clip as float64 with peak 0.9."""
    command = ["espeak-ng", f"--path={data}", "-v", utterance.voice, "-s", str(utterance.speed),
               "-p", str(utterance.pitch), "--stdout", utterance.word]
    done = subprocess.run(command, capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as reader:
        rate = reader.getframerate()
        pcm = np.frombuffer(reader.readframes(1 << 24), dtype="<i2")
    audio = trim(resample(pcm.astype(np.float64), rate, vocab.SAMPLE_RATE))
    return audio * (0.9 / np.abs(audio).max())


def plan(speakers: list[str], others: list[str], takes: int, others_per_voice: int,
         seed: int) -> list[Utterance]:
    """Every command in every voice, `takes` times, and some other words."""
    utterances = []
    for speaker in speakers:
        for accent in vocab.ACCENTS:
            voice = f"{accent}+{speaker}"
            choose = random.Random(f"{seed}/{voice}")
            words = [w for w in vocab.COMMANDS for _ in range(takes)]
            words += choose.sample(others, others_per_voice)
            for word in words:
                label = vocab.LABELS.index(word if word in vocab.COMMANDS else vocab.UNKNOWN)
                speed, pitch = choose.randint(125, 215), choose.randint(25, 75)
                utterances.append(Utterance(word, label, voice, speed, pitch))
    return utterances


def record(utterances: list[Utterance], data: Path, jobs: int, path: Path) -> None:
    """Speaks all and writes one .npz: clips one after the other, where each begins, its label."""
    clips, labels, names = [], [], []
    with ThreadPoolExecutor(jobs) as pool:
        said = pool.map(lambda utterance: speak(utterance, data), utterances)
        for i, (utterance, clip) in enumerate(zip(utterances, said)):
            if len(clip) <= LONGEST:
                clips.append(np.round(clip * 32767).astype(np.int16))
                labels.append(utterance.label)
                names.append(f"{utterance.word}_{utterance.voice}")
            if i % 2000 == 0:
                print(f"{path.stem}: {i} of {len(utterances)} words", flush=True)
    print(f"{path.stem}: {len(clips)} clips, {len(utterances) - len(clips)} too long and left out")
    starts = np.cumsum([0, *map(len, clips)])
    np.savez(path, audio=np.concatenate(clips), starts=starts, labels=np.array(labels),
             names=np.array(names))


def invent(name: str, choose: random.Random) -> str:
    """The file of an espeak-ng voice variant with a vocal tract and a temper of its own."""
    base = choose.randint(70, 240)
    tract = choose.uniform(0.84, 1.28)
    lines = ["language variant", f"name {name}",
             f"pitch {base} {int(base * choose.uniform(1.2, 1.7))}"]
    for formant in range(9):
        frequency = int(100 * tract * choose.uniform(0.87, 1.15))
        strength, width = choose.randint(70, 130), choose.randint(70, 160)
        lines.append(f"formant {formant} {frequency} {strength} {width}")
    lines += [f"flutter {choose.randint(0, 8)}", f"roughness {choose.randint(0, 4)}",
              f"voicing {choose.randint(50, 160)}",
              f"consonants {choose.randint(60, 150)} {choose.randint(50, 150)}"]
    if choose.random() < 0.3:
        lines.append("breath " + " ".join(str(choose.randint(0, 6)) for _ in range(8)))
    if choose.random() < 0.3:
        lines.append(f"echo {choose.randint(20, 100)} {choose.randint(5, 50)}")
    return "\n".join(lines) + "\n"


def enlarge(folder: Path, count: int, seed: int) -> list[str]:
    """Copies espeak-ng's data into `folder` and adds `count` invented speakers: their names."""
    version = subprocess.run(["espeak-ng", "--version"], capture_output=True, check=True, text=True)
    source = Path(version.stdout.split("Data at:")[1].strip())
    target = folder / "espeak-ng-data"
    shutil.copytree(source, target)
    names = [f"invented{i}" for i in range(count)]
    for name in names:
        (target / "voices" / "!v" / name).write_text(invent(name, random.Random(f"{seed}/{name}")))
    return names


def check_voices(speakers: list[str], data: Path) -> None:
    """espeak-ng silently ignores a speaker that it lacks: all must sound different everywhere."""
    for accent in vocab.ACCENTS:
        heard: dict[bytes, str] = {}
        for speaker in ["nobody", *speakers]:
            clip = speak(Utterance("next", 0, f"{accent}+{speaker}", 160, 50), data).tobytes()
            if clip in heard:
                sys.exit(f"in {accent} the speakers {heard[clip]} and {speaker} sound the same")
            heard[clip] = speaker


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where train.npz and test.npz go")
    parser.add_argument("--invented", type=int, default=80, help="speakers made up for training")
    parser.add_argument("--takes", type=int, default=1, help="times each voice says a command")
    parser.add_argument("--jobs", type=int, default=2, help="espeak-ng processes at a time")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    assert not set(vocab.SPEAKERS_TRAIN) & set(vocab.SPEAKERS_TEST)
    assert not set(vocab.OTHER_TRAIN) & set(vocab.OTHER_TEST)
    args.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:  # espeak-ng takes short paths only
        data = Path(folder)
        invented = enlarge(data, args.invented, args.seed)
        check_voices(vocab.SPEAKERS_TRAIN + vocab.SPEAKERS_TEST + invented, data)
        lessons = plan(vocab.SPEAKERS_TRAIN + invented, vocab.OTHER_TRAIN, args.takes, 6, args.seed)
        record(lessons, data, args.jobs, args.cache / "train.npz")
        questions = plan(vocab.SPEAKERS_TEST, vocab.OTHER_TEST, 1, 3, args.seed)
        record(questions, data, args.jobs, args.cache / "test.npz")


if __name__ == "__main__":
    main()
