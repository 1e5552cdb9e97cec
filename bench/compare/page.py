# SPDX-License-Identifier: MIT
"""The page that shows results side by side."""
import re

from .engines import NAMES, OPTIONS
from .statistics import geometric_mean

GROUPS = {"vision": "CNNs", "detection": "CNNs", "segmentation": "CNNs", "vision_transformers": "transformers",
          "text": "transformers", "audio": "transformers", "diffusion": "diffusion", "real": "real models"}
TITLES = {"kante": "Kante", "kante-low": "Kante, memory = low,", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO",
          "ncnn": "ncnn"}

# Times the weights, and megabytes, that load and one run may take beside the activations.
ALLOWED = {"kante": (2, 0), "kante-low": (1.05, 32)}


def short(number):
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}" \
        if number >= 0.1 else f"{number:.3f}"


def cell(entry, engine, text):
    result = entry["engines"].get(engine)
    return "" if result is None else "–" if "failed" in result else text(result)


def versus(entry, engine):
    found = entry["ratios"].get(engine)
    return f"{found['ratio']:.2f} ({found['low']:.2f}–{found['high']:.2f})" if found else ""


def reason(text):
    """Without folders of this machine, and no longer than a line or two."""
    text = re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", "", text).replace("|", "/")
    return text if len(text) <= 200 else text[:197] + "..."


def quiet(entry, engine):
    """The ratio of the best runs, which a busy machine disturbs least."""
    found = [entry["engines"].get(e, {}).get("min_ms") for e in (engine, "kante")]
    return f"{found[0] / found[1]:.2f}" if all(found) else ""


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---|" + "--:|" * (len(header) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def times(entries, engines):
    others = [e for e in engines if e != "kante"]
    header = ["model", *(f"{TITLES[e]} p50 / p90 ms" for e in engines), *(f"{TITLES[e]} ÷ Kante" for e in others)]
    header += [*(f"{TITLES[e]} ÷ Kante, best runs" for e in others), "load average"]
    rows = [[entry["model"], *(cell(entry, e, lambda r: f"{short(r['p50_ms'])} / {short(r['p90_ms'])}") for e in engines),
             *(versus(entry, e) for e in others), *(quiet(entry, e) for e in others),
             short(entry["load"]) if "load" in entry else ""] for entry in entries]
    for group in dict.fromkeys(GROUPS.values()):
        means = []
        for engine in others:
            found = [entry["ratios"][engine]["ratio"] for entry in entries
                     if GROUPS[entry["family"]] == group and engine in entry["ratios"]]
            means.append(f"**{geometric_mean(found):.2f}**" if found else "")
        if any(means):
            rows.append([f"*{group}, geometric mean*", *("" for _ in engines), *means, *("" for _ in others), ""])
    return table(header, rows)


def megabytes(entry):
    """What the page counts memory in."""
    return entry["megabytes"] * 1e6 / (1 << 20)


def peak(entry, engine):
    """Of Kante also what it may take: weights as often as promised, and the activations."""
    def text(result):
        spent = f"{result['peak_mb']:.0f}"
        if engine not in ALLOWED or "activations_mb" not in result:
            return spent
        times_weights, more = ALLOWED[engine]
        return f"{spent} of {times_weights * megabytes(entry) + result['activations_mb'] + more:.0f}"
    return cell(entry, engine, text)


def share_of_onnxruntime(entry, what):
    kante, other = (entry["engines"].get(e, {}) for e in ("kante", "onnxruntime"))
    if any("load_ms" not in result for result in (kante, other)):
        return ""
    return f"{sum(kante[key] for key in what) / sum(other[key] for key in what):.2f}"


def costs(entries, engines):
    header = ["model", "weights MB", "load ÷ ONNX Runtime's", "load + first run ÷ ONNX Runtime's"]
    started = [e for e in engines if e != "kante-low"]
    low = "kante-low" in engines
    header += [f"{TITLES[e]} load + first run ms" for e in started] + [f"{TITLES[e]} peak MB" for e in engines]
    header += ["memory = low ÷ default, time of a run"] * low + [f"{TITLES[e]} CPU ms a run" for e in started]
    return table(header, [
        [entry["model"], short(entry["megabytes"]), share_of_onnxruntime(entry, ["load_ms"]),
         share_of_onnxruntime(entry, ["load_ms", "first_ms"]),
         *(cell(entry, e, lambda r: f"{short(r['load_ms'])} + {short(r['first_ms'])}") for e in started),
         *(peak(entry, e) for e in engines), *[versus(entry, "kante-low")] * low,
         *(cell(entry, e, lambda r: short(r["cpu_ms"]) if "cpu_ms" in r else "") for e in started)] for entry in entries])


def write(data):
    machine, versions = data["machine"], dict(data["versions"])
    versions["kante"] = ", ".join(sorted({entry["version"] for entry in data["results"].values() if entry.get("version")}))
    engines = [e for e in NAMES if versions.get(e)]
    compared = [e for e in engines if e != "kante-low"]  # which has columns for its memory alone
    entries = sorted(data["results"].values(), key=lambda e: e["ratios"].get("onnxruntime", {"ratio": 99})["ratio"])
    lines = ["# Performance", "",
             "Written by `make bench` (`bench/compare`). Each engine has a process of its own, runs the same file with the same "
             "number of threads,", "and must first give the right result; then the engines take turns, so that a disturbance of the "
             "machine meets all of them.", "Ratios are of medians, with their 95 % interval; above 1, Kante is faster. The worst "
             "ratio to ONNX Runtime comes first.", "The ratio of best runs says what the engines do on a quiet machine.", "",
             f"- **Machine**: {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
             f"{' '.join(machine['instructions'])}; {machine['system']}. Load average during the runs: "
             f"{data['load_average'][0]:.1f} to {data['load_average'][1]:.1f}; "
             "above the number of cores, others were at work, and times of several threads say little."]
    lines += [f"- **{TITLES[e]}** {versions[e]}: {OPTIONS[e]}." for e in compared]
    lines.append("- **Peak MB** is what load and one run add to the process, mapped files included. **Load** is in a fresh process "
                 "with the file in the page cache. Behind it stands what Kante promises: twice the weights and the activations by "
                 "default, 1.05 of the weights, the activations and 32 MB with **memory = low**; of a model of a few MB most "
                 "are pages of the library itself. **CPU ms a run** counts all "
                 "threads, with what they spend waiting awake.")
    lines.append("- **AVX2**: the other runtimes are kept from using AVX-512, which most machines at the edge lack "
                 "(`bench/compare/narrow.py`).")
    for isa, threads in sorted({(entry["isa"], entry["threads"]) for entry in entries}):
        chosen = [entry for entry in entries if (entry["isa"], entry["threads"]) == (isa, threads)]
        title = f"{threads} thread" + ("s" if threads > 1 else "") + (", AVX2" if isa == "avx2" else ", all instructions")
        lines += ["", f"## {title}", "", *times(chosen, compared), "", f"### Start and memory: {title}", "",
                  *costs(chosen, engines)]
    failed = sorted({(entry["model"], e, entry["engines"][e]["failed"]) for entry in entries for e in engines
                     if "failed" in entry["engines"].get(e, {})})
    if failed:
        lines += ["", "## Not compared (–)", ""] + [f"- {model}, {TITLES[e]}: {reason(why)}" for model, e, why in failed]
    return "\n".join(lines) + "\n"
