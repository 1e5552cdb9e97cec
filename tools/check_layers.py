#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks which folder includes what: the table of docs/architecture.md as data."""
import pathlib
import re
import sys

CORE = ["base", "tensor", "kernels", "compute", "graph", "ops", "onnx", "passes", "autodiff"]
# folder under src/ -> what it may include besides itself; a file name allows that file alone
MAY_INCLUDE = {
    "base": [],
    "tensor": ["base"],
    "kernels": ["base", "hwy"],
    "compute": ["base", "tensor", "kernels"],
    "graph": ["base", "tensor"],
    "ops": ["base", "tensor", "compute", "kernels", "graph"],
    "onnx": ["base", "tensor", "graph", "ops/registry.h"],
    "passes": ["base", "tensor", "graph", "ops"],
    "autodiff": ["base", "tensor", "graph", "ops"],
    "providers": ["base", "tensor", "graph", "ops", "compute"],
    "runtime": CORE + ["providers"],
    "training": CORE + ["runtime"],
    "api": ["base", "tensor", "graph", "ops", "onnx", "passes", "runtime", "training", "kante"],
    "text": ["kante"],
    "media": ["kante"],
    "generate": ["kante", "text", "media"],
    "pipelines": ["kante", "generate", "text", "media"],
    "cli": ["kante", "generate", "pipelines", "text", "media"],
}
LIBRARY = CORE + ["providers", "runtime", "training", "api"]
FOR_TESTS = ["gtest", "gmock", "benchmark", "support"]
FOR_TESTS_OF = {"ops": ["onnx", "runtime"], "onnx": ["ops"], "passes": ["onnx", "runtime"],
                "cli": ["onnx"]}  # whose wire writer makes models

# system header -> the only layers that may use it
OWNED = [
    (r"immintrin\.h|x86intrin\.h|arm_neon\.h|[a-z]mmintrin\.h|wasm_simd128\.h", ["kernels"]),
    (r"thread|chrono|fstream|filesystem|pthread\.h|unistd\.h|fcntl\.h|sys/.*|time\.h|ctime", ["base"]),
    (r"iostream|ostream|sstream|regex|locale", []),
]
NO_HEAP = r"vector|string|memory|map|set|unordered_\w+|deque|list|functional|mutex|condition_variable"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def problems_of(path, layer, text, peer):
    """Yields what is wrong with the includes of one file of a layer."""
    is_test = re.search(r"_(test|bench)\.cc$|(^|_)test_", path.name)
    allowed = MAY_INCLUDE[layer] + [layer]
    if is_test:
        allowed = allowed + FOR_TESTS + FOR_TESTS_OF.get(layer, [])
    for bracket, name in INCLUDE.findall(text):
        top = name.split("/")[0]
        ours = top in MAY_INCLUDE or top in ("kante", "hwy", "support", "onnxruntime_c_api.h")
        if ours and top not in allowed and name not in allowed:
            yield f"{layer} may not include {name}"
        elif bracket == '"' and "/" not in name and not name.endswith(".inc"):
            yield f'include "{name}" by its path from src/'
        elif peer and name.startswith("providers/") and name.count("/") > 1 and peer != name.split("/")[1]:
            yield f"provider {peer} may not include {name}"
        elif layer == "training" and name.startswith("providers/"):
            yield f"training may not include {name}"
        elif layer in LIBRARY and not is_test:
            for pattern, owners in OWNED:
                if re.fullmatch(pattern, name) and layer not in owners:
                    yield f"<{name}> is for {' '.join(owners) or 'no layer'} only"
            if layer == "kernels" and re.fullmatch(NO_HEAP, name):
                yield f"kernels use neither heap nor locks: <{name}>"


def check(root):
    found = []

    def report(path, text):
        found.append(f"{path.relative_to(root)}: {text}")

    def files(folder):
        return sorted(p for p in (root / folder).rglob("*") if p.suffix in (".h", ".cc", ".inc"))

    operators = set()
    for path in files("src/ops"):
        if path.suffix == ".inc":
            operators |= set(re.findall(r"\b[A-Z]\w+[a-z]\w*\b", path.read_text()))
    for path in files("src"):
        layer, *rest = path.relative_to(root / "src").parts
        if layer not in MAY_INCLUDE:
            report(path, f"the folder {layer} is not in the table of layers")
            continue
        text = path.read_text()
        peer = rest[0] if layer == "providers" and len(rest) > 1 else None
        for problem in problems_of(path, layer, text, peer):
            report(path, problem)
        if layer == "graph" and not path.name.endswith("_test.cc"):
            code = re.sub(r"//.*", "", text)
            for name in sorted(operators & set(re.findall(r'"(\w+)"', code))):
                report(path, f'names the operator "{name}": a graph is data')
    for folder in ("include", "examples", "python"):
        for path in files(folder):
            for _, name in INCLUDE.findall(path.read_text()):
                if name.split("/")[0] in set(MAY_INCLUDE) | {"src", "hwy"}:
                    report(path, f"{folder} sees include/kante only, not {name}")
    return found


if __name__ == "__main__":
    here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints = check(here)
    print("\n".join(complaints) or "layers: ok")
    sys.exit(bool(complaints))
