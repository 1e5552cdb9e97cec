# SPDX-License-Identifier: MIT
"""Makes a failing case small: one node, few outputs, default attributes, short dimensions."""
import copy

import numpy as np
import onnx
from onnx import helper

from kante import Case
from maker import Rejected, run_ort, tensor_type


def rebuilt(case, nodes, arrays, constants, outputs):
    """A case of `nodes` whose inputs are `arrays`; Rejected where ONNX Runtime does not run it."""
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(n, tensor_type(a), list(a.shape)) for n, a in arrays.items()],
        [onnx.ValueInfoProto(name=o) for o in outputs],
        [onnx.numpy_helper.from_array(a, n) for n, a in constants.items()])
    model = helper.make_model(graph, opset_imports=case.model.opset_import, ir_version=case.model.ir_version)
    got = run_ort(model, arrays)
    for info in model.graph.output:
        if isinstance(got[info.name], list):
            raise Rejected("a sequence")
        info.type.CopyFrom(helper.make_tensor_type_proto(tensor_type(np.asarray(got[info.name])), None))
        info.type.tensor_type.ClearField("shape")
    return Case(model, arrays, got, case.seed)


def parts(case):
    constants = {t.name: onnx.numpy_helper.to_array(t) for t in case.model.graph.initializer}
    return list(case.model.graph.node), dict(case.feeds), constants, [o.name for o in case.model.graph.output]


def single_nodes(case):
    """Every node alone, on the values that ONNX Runtime gives it."""
    nodes, feeds, constants, _ = parts(case)
    model = copy.deepcopy(case.model)
    names = [o for n in nodes for o in n.output if o]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=n) for n in names)
    try:
        values = run_ort(model, feeds) | feeds
    except Rejected:  # numpy has no bfloat16
        return
    for node in nodes:
        mine = [i for i in node.input if i]
        if any(isinstance(values.get(i), list) for i in mine):  # a sequence, which no feed can be
            continue
        yield ([node], {i: np.asarray(values[i]) for i in mine if i in values},
               {i: constants[i] for i in mine if i in constants}, [o for o in node.output if o])


def variants(case):
    nodes, feeds, constants, outputs = parts(case)
    if len(nodes) > 1:
        yield from single_nodes(case)
        kept = [o for n in nodes[:-1] for o in n.output if o]
        yield (nodes[:-1], feeds, constants, kept)
    if len(outputs) > 1:
        for o in outputs:
            yield (nodes, feeds, constants, [o])
    for at, node in enumerate(nodes):
        for attribute in node.attribute:
            less = copy.deepcopy(node)
            less.attribute.remove(attribute)
            yield (nodes[:at] + [less] + nodes[at + 1:], feeds, constants, outputs)
    sizes = sorted({d for a in [*feeds.values(), *constants.values()] for d in a.shape if d > 1}, reverse=True)
    for size in sizes:
        for to in {1, size // 2, size - 1}:
            def cut(a):
                return a[tuple(slice(0, to) if d == size else slice(None) for d in a.shape)]
            yield (nodes, {k: cut(a) for k, a in feeds.items()}, {k: cut(a) for k, a in constants.items()}, outputs)
    for pool in (feeds, constants):
        for name, a in pool.items():
            for axis, size in enumerate(a.shape):
                for to in {1, size // 2} if size > 1 else ():
                    less = {k: np.take(v, range(to), axis) if k == name else v for k, v in pool.items()}
                    yield (nodes, less if pool is feeds else feeds, less if pool is constants else constants, outputs)


def kind(message):
    """Crashes, refusals, other shapes or types, other elements."""
    return next((k for k in ("exit status", " element ", "expected") if k in message), "refused")


def shrink(case, message, runner, budget=150):
    """(smaller case, its message). A candidate counts only where it fails in the same kind of way."""
    progress = True
    while progress and budget > 0:
        progress = False
        for nodes, feeds, constants, outputs in variants(case):
            if budget <= 0:
                break
            try:
                smaller = rebuilt(case, nodes, feeds, constants, outputs)
            except Rejected:
                continue
            budget -= 1
            found = runner.run([smaller])
            if found and kind(found[0]) == kind(message):
                case, message, progress = smaller, found[0], True
                break
    return case, message
