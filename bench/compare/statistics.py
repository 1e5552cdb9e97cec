# SPDX-License-Identifier: MIT
"""From measured runs to numbers for a table."""
import numpy as np


def summary(result):
    runs = np.concatenate([np.asarray(r) for r in result["rounds"]])
    return {"p50_ms": float(np.percentile(runs, 50)), "p90_ms": float(np.percentile(runs, 90)),
            "min_ms": float(runs.min()), "runs": len(runs), "load_ms": float(np.median(result["load_ms"])),
            "first_ms": float(np.median(result["first_ms"])), "peak_mb": float(np.median(result["peak_mb"])),
            "error": result["error"]}


def ratio(slow, fast, draws=2000):
    """Median of one engine over the other's, and its 95 % interval: rounds are drawn again, the same for both, so that
    what disturbed a round disturbs neither side alone."""
    rounds = min(len(slow["rounds"]), len(fast["rounds"]))
    a, b = (np.array([np.median(r) for r in side["rounds"][:rounds]]) for side in (slow, fast))
    drawn = np.random.default_rng(1).integers(0, rounds, (draws, rounds))
    low, high = np.percentile(np.median(a[drawn], 1) / np.median(b[drawn], 1), (2.5, 97.5))
    return {"ratio": float(np.median(a) / np.median(b)), "low": float(low), "high": float(high)}


def geometric_mean(values):
    return float(np.exp(np.mean(np.log(values))))
