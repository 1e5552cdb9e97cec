# SPDX-License-Identifier: MIT
"""Makes and shrinks cases in a process of its own, so that a run outlives an ONNX Runtime that crashes or hangs."""
import multiprocessing
import pathlib
import traceback

import maker
from generators import GENERATORS
from kante import Case
from maker import Maker, Rejected
from shrink import shrink

LONGEST = 120  # seconds of one job

# Where infinities, NaN and overflow have one right result.
SPECIAL = {"Abs", "Neg", "Relu", "Floor", "Ceil", "Round", "Sqrt", "Add", "Sub", "Mul", "Equal", "Less", "Greater", "Where",
           "Concat", "Transpose", "Gather", "Slice", "Pad", "Tile", "IsNaN", "IsInf", "BitwiseAnd", "BitwiseNot", "Identity",
           "LessOrEqual", "GreaterOrEqual", "Expand", "Reshape", "Split", "Trilu"}


def make(seed, names, first):
    """(the case of a seed or None where ONNX Runtime takes none of what was tried, [(operator, why it was refused)])."""
    m, tried = Maker(seed), []
    depth = m.pick([1, 1, 2, 3, 4])
    for at in range(depth):
        name = m.pick(first if at == 0 else names)
        m.special = depth == 1 and name in SPECIAL and m.chance(0.2)
        for _ in range(3):
            try:
                GENERATORS[name](m)
                tried.append((name, None))
                break
            except (Rejected, ValueError) as reason:  # numpy and onnx refuse with ValueErrors
                tried.append((name, str(reason)))
                m.current = None
    try:
        return (Case(*m.finish(), seed) if m.nodes else None), tried
    except Rejected:
        return None, tried


JOBS = {"make": make, "shrink": shrink}


def serve(pipe, attempt):
    maker.ATTEMPT = attempt
    while True:
        try:
            name, arguments = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(JOBS[name](*arguments))
        except Exception:
            traceback.print_exc()
            raise SystemExit(1) from None


class Died(Exception):
    """What became of the process."""


class Worker:
    def __init__(self, folder):
        self.attempt = pathlib.Path(folder) / "attempt.onnx"  # what ONNX Runtime was given last
        self.process = None

    def call(self, name, *arguments):
        """What the job returns; Died where the process does not live to tell. The next call starts a new one."""
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.pipe, theirs = context.Pipe()
            self.process = context.Process(target=serve, args=(theirs, self.attempt), daemon=True)
            self.process.start()
            theirs.close()
        try:
            self.pipe.send((name, arguments))
            if self.pipe.poll(LONGEST):
                return self.pipe.recv()
            self.process.kill()
            why = f"took more than {LONGEST} s"
        except (EOFError, OSError):
            self.process.join(10)
            code = self.process.exitcode
            why = f"died of signal {-code}" if code is not None and code < 0 else f"ended with status {code}"
        self.close()
        raise Died(why)

    def close(self):
        if self.process is not None:
            self.pipe.close()
            self.process.join(10)
            self.process = None
