#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random small graphs, run by ONNX Runtime and by Kante, without and with optimisation: do they agree?

    python3 tests/differential/run.py --kante build/release/kante --time 60
    python3 tests/differential/run.py --seed 1234 --count 1          one case again
    python3 tests/differential/run.py --op Resize --count 2000       cases that begin with one operator
    build/release/kante test --level none build/differential/failures/Resize-1234     a failure that was saved
"""
import argparse
import collections
import pathlib
import sys
import tempfile
import time

import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import disagreements  # noqa: E402
from generators import GENERATORS  # noqa: E402
from kante import Case, Runner, supported  # noqa: E402
from worker import Died, Worker  # noqa: E402

def attempted(worker):
    """A line that says what ONNX Runtime was given last."""
    try:
        return disagreements.describe(Case(onnx.load(worker.attempt), {}, {}, 0))
    except Exception as error:  # half written, or nothing was
        return f"(no model: {error})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kante", default="build/release/kante", help="the program")
    parser.add_argument("--seed", type=int, help="of the first case (default: the clock)")
    parser.add_argument("--count", type=int, help="cases")
    parser.add_argument("--time", type=float, help="seconds (default 60 if there is no count)")
    parser.add_argument("--op", action="append", help="operators that cases begin with")
    parser.add_argument("--out", default="build/differential/failures", help="where failures are saved")
    parser.add_argument("--verbose", action="store_true", help="print what ONNX Runtime refused")
    options = parser.parse_args()
    seed = int(time.time()) % 1_000_000 * 1000 if options.seed is None else options.seed
    end = time.monotonic() + (options.time or (60 if options.count is None else 1e9))
    left = options.count or sys.maxsize
    has = supported(options.kante)
    names = sorted(n for n in GENERATORS if n in has or n.removesuffix(".bfloat16") in has)
    first = [n for n in names if not options.op or n in options.op]
    if not first:
        parser.error("no generator or no operator of Kante has this name")
    command = f"--seed {{}} --count 1{''.join(' --op ' + o for o in options.op or [])}"
    known = disagreements.Table(HERE / "disagreements.tsv")
    rejects = collections.defaultdict(lambda: [0, 0, ""])
    print(f"seed {seed}, {len(names)} operators", flush=True)

    ran, failures, crashes, signatures = 0, 0, 0, set()
    with tempfile.TemporaryDirectory() as folder:
        runner, worker = Runner(options.kante, folder), Worker(folder)
        while left > 0 and time.monotonic() < end:
            batch = []
            for _ in range(min(left, 100)):
                case, tried = None, []
                try:
                    case, tried = worker.call("make", seed, names, first)
                except Died as why:
                    crashes += 1
                    print(f"note: ONNX Runtime {why} at seed {seed}: {attempted(worker)}", flush=True)
                for name, refused in tried:
                    rejects[name][0 if refused is None else 1] += 1
                    rejects[name][2] = refused or rejects[name][2]
                seed += 1
                left -= 1
                if case:
                    batch.append(case)
                    known.saw(case.operators)
            ran += len(batch)
            for index, message in sorted(runner.run(batch).items()):
                case = batch[index]
                start = case.seed
                if known.match(case, message):
                    continue
                try:
                    case, message = worker.call("shrink", case, message, runner)
                except Died as why:
                    print(f"note: ONNX Runtime {why} while seed {start} was made smaller: {attempted(worker)}", flush=True)
                if known.match(case, message):
                    continue
                failures += 1
                text = disagreements.describe(case)
                signature = (text.split("(")[0], message.split("[")[0][:40])
                if signature in signatures:
                    continue
                signatures.add(signature)
                saved = case.save(pathlib.Path(options.out) / f"{case.operators[0]}-{start}")
                print(f"FAIL  {text}\n      {message.replace(folder, '')}\n      {saved}   again: {command.format(start)}", flush=True)
        worker.close()
    for name in sorted(rejects):
        good, bad, why = rejects[name]
        if options.verbose or good == 0:
            print(f"note: ONNX Runtime ran {good} and refused {bad} nodes of {name}: {why}")
    stale = known.stale()
    for entry in stale:
        print(f"disagreements.tsv: matched no case of many: {entry}")
    print(f"{ran} cases of {len(rejects)} operators, {failures} failures, {crashes} crashes of ONNX Runtime")
    return 1 if failures or stale or ran == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
