# SPDX-License-Identifier: MIT
"""From measured runs to numbers for a table."""
import math
import random
from statistics import median


def percentile(values, share):
    """Between the two nearest values, in proportion."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    return low + (high - low) * (at - math.floor(at))


def summary(result):
    runs = [ms for turn in result["rounds"] for ms in turn]
    more = {"activations_mb": result["activations_mb"]} if "activations_mb" in result else {}
    return more | {"p50_ms": median(runs), "p90_ms": percentile(runs, 0.9), "min_ms": min(runs), "runs": len(runs),
                   "load_ms": median(result["load_ms"]), "first_ms": median(result["first_ms"]),
            "peak_mb": median(result["peak_mb"]), "cpu_ms": median(result["cpu_ms"]), "error": result["error"]}


def ratio(slow, fast, draws=2000):
    """Median of one engine over the other's, and its 95 % interval: rounds are drawn again, the same for both, so that
    what disturbed a round disturbs neither side alone."""
    pairs = [(median(a), median(b)) for a, b in zip(slow["rounds"], fast["rounds"])]
    generator = random.Random(1)

    def of(chosen):
        return median(a for a, _ in chosen) / median(b for _, b in chosen)

    drawn = sorted(of(generator.choices(pairs, k=len(pairs))) for _ in range(draws))
    return {"ratio": of(pairs), "low": percentile(drawn, 0.025), "high": percentile(drawn, 0.975)}


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))
