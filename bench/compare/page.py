# SPDX-License-Identifier: MIT
"""The page that shows results side by side."""
import re

from .engines import NAMES, OPTIONS
from .statistics import geometric_mean

GROUPS = {"vision": "CNNs", "detection": "CNNs", "segmentation": "CNNs", "vision_transformers": "transformers",
          "text": "transformers", "audio": "transformers", "diffusion": "diffusion", "real": "real models"}
TITLES = {"kante": "Kante", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "ncnn": "ncnn"}


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


def costs(entries, engines):
    header = ["model", "weights MB"]
    for what in ("load + first run ms", "peak MB", "CPU ms a run"):
        header += [f"{TITLES[e]} {what}" for e in engines]
    return table(header, [
        [entry["model"], short(entry["megabytes"]),
         *(cell(entry, e, lambda r: f"{short(r['load_ms'])} + {short(r['first_ms'])}") for e in engines),
         *(cell(entry, e, lambda r: f"{r['peak_mb']:.0f}") for e in engines),
         *(cell(entry, e, lambda r: short(r["cpu_ms"]) if "cpu_ms" in r else "") for e in engines)] for entry in entries])


def write(data):
    machine, versions = data["machine"], dict(data["versions"])
    versions["kante"] = ", ".join(sorted({entry["version"] for entry in data["results"].values() if entry.get("version")}))
    engines = [e for e in NAMES if versions.get(e)]
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
    lines += [f"- **{TITLES[e]}** {versions[e]}: {OPTIONS[e]}." for e in engines]
    lines.append("- **Peak MB** is what load and one run add to the process, mapped files included. **Load** is in a fresh process "
                 "with the file in the page cache. **CPU ms a run** counts all threads, with what they spend waiting awake.")
    lines.append("- **AVX2**: the other runtimes are kept from using AVX-512, which most machines at the edge lack "
                 "(`bench/compare/narrow.py`).")
    for isa, threads in sorted({(entry["isa"], entry["threads"]) for entry in entries}):
        chosen = [entry for entry in entries if (entry["isa"], entry["threads"]) == (isa, threads)]
        title = f"{threads} thread" + ("s" if threads > 1 else "") + (", AVX2" if isa == "avx2" else ", all instructions")
        lines += ["", f"## {title}", "", *times(chosen, engines), "", f"### Start and memory: {title}", "",
                  *costs(chosen, engines)]
    failed = sorted({(entry["model"], e, entry["engines"][e]["failed"]) for entry in entries for e in engines
                     if "failed" in entry["engines"].get(e, {})})
    if failed:
        lines += ["", "## Not compared (–)", ""] + [f"- {model}, {TITLES[e]}: {reason(why)}" for model, e, why in failed]
    return "\n".join(lines) + "\n"
