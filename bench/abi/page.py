# SPDX-License-Identifier: MIT
"""The page that shows what bench/abi measured."""
import json

from ..compare.page import TITLES, cell, reason, short, table, versus

SIDES = ("kante", "onnxruntime")
CALLS = (("Run", ""), ("RunWithBinding", " bound"))


def as_json(data):
    return json.dumps(data, indent=1) + "\n"


def times(entries, scale, unit):
    header = ["model"]
    for call, _ in CALLS:
        header += [*(f"{TITLES[side]} {call} p50 / p90 {unit}" for side in SIDES), "ratio"]
    rows = []
    for entry in entries:
        row = [entry["model"]]
        for _, mark in CALLS:
            row += [cell(entry, side + mark, lambda r: f"{short(r['p50_ms'] * scale)} / {short(r['p90_ms'] * scale)}")
                    for side in SIDES]
            row.append(versus(entry, "onnxruntime" + mark))
        rows.append(row + [short(entry["load"])])
    return table(header + ["load average"], rows)


def starts(entries):
    header = ["model"]
    for what in ("create ms", "first run ms", "peak MB"):
        header += [f"{TITLES[side]} {what}" for side in SIDES]
    rows = []
    for entry in entries:
        row = [entry["model"]]
        for key in ("load_ms", "first_ms", "peak_mb"):
            row += [cell(entry, side, lambda r: short(r[key])) for side in SIDES]
        rows.append(row)
    return table(header, rows)


def write(data, one_node):
    machine, versions = data["machine"], data["versions"]
    entries = list(data["results"].values())
    lines = ["# Performance through ONNX Runtime's C ABI", "",
             "Written by `make bench` (`bench/abi`). One client program loads a library by its path, `libkante.so` or ONNX "
             "Runtime's own, and makes", "the same calls with default options. Each has a process of its own, must first give the "
             "right result, and then they take turns.", "Ratios are ONNX Runtime's median over Kante's, with their 95 % interval; "
             "above 1, Kante is faster.", "",
             f"- **Machine**: {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB; {machine['system']}.",
             f"- **{TITLES['kante']}** {versions['kante']}, **{TITLES['onnxruntime']}** {versions['onnxruntime']}.",
             "- **Run** makes its outputs anew and releases those of the run before; **RunWithBinding** has inputs bound once and "
             "outputs bound to the CPU.", "- **Create** is CreateEnv and CreateSession in a fresh process, the file in the page "
             "cache."]
    for threads in sorted({entry["threads"] for entry in entries}):
        chosen = [entry for entry in entries if entry["threads"] == threads]
        small = [entry for entry in chosen if entry["model"] == one_node]
        large = [entry for entry in chosen if entry["model"] != one_node]
        title = f"{threads} thread" + ("s" if threads > 1 else "")
        lines += ["", f"## One node: {title}", "", "An Identity of one float: what a call costs by itself.", "",
                  *times(small, 1000, "µs")]
        if large:
            lines += ["", f"## Models: {title}", "", *times(large, 1, "ms"), "", f"### Start and memory: {title}", "",
                      *starts(large)]
    failed = sorted({(e["model"], side, r["failed"]) for e in entries for side, r in e["engines"].items() if "failed" in r})
    if failed:
        lines += ["", "## Not compared (–)", ""] + [f"- {model}, {side}: {reason(why)}" for model, side, why in failed]
    return "\n".join(lines) + "\n"
