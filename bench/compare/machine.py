# SPDX-License-Identifier: MIT
"""What the numbers were measured on."""
import os
import pathlib
import platform

FLAGS = ("avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "asimddp")


def describe():
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    fields = dict(line.split(":", 1) for line in cpuinfo.splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    memory = int(pathlib.Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]) / (1 << 20)
    return {"cpu": f"{fields.get('model name', platform.machine())}, family {fields.get('cpu family', '?')}, "
                   f"model {fields.get('model', '?')}",
            "instructions": [flag for flag in FLAGS if flag in flags], "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(memory), "system": f"{platform.system()} {platform.release()}"}
