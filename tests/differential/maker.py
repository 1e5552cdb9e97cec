# SPDX-License-Identifier: MIT
"""Makes small graphs node by node and knows, through ONNX Runtime, what every value of them is."""
import functools
import random

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

NEWEST = 28
DTYPES = {
    "float": np.float32, "double": np.float64, "float16": np.float16, "int8": np.int8, "int16": np.int16,
    "int32": np.int32, "int64": np.int64, "uint8": np.uint8, "uint16": np.uint16, "uint32": np.uint32,
    "uint64": np.uint64, "bool": np.bool_, "string": np.object_,
}
NAMES = {np.dtype(v): k for k, v in DTYPES.items()}
DIMS = [0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 11, 16, 17, 33]


class Rejected(Exception):
    """This choice of operator, type or shape is none that ONNX Runtime takes."""


@functools.lru_cache(None)
def kernels():
    """{(domain, operator): [(first opset, last opset, {type parameter: types})]} of ONNX Runtime."""
    found = {}
    for k in ort_state.get_all_opkernel_def():
        types = {p: tuple(t[7:-1] for t in names if t.startswith("tensor(")) for p, names in k.type_constraints.items()}
        found.setdefault((k.domain, k.op_name), []).append((*k.version_range, types))
    return found


@functools.lru_cache(None)
def schema(op, opset, domain=""):
    return onnx.defs.get_schema(op, opset, domain)


ATTEMPT = None  # a file for every model before ONNX Runtime sees it


def session_of(model):
    if ATTEMPT:
        ATTEMPT.write_bytes(model.SerializeToString())
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run_ort(model, feeds):
    """The outputs by name; Rejected with ONNX Runtime's words where it does not run."""
    try:
        session = session_of(model)
        names = [o.name for o in session.get_outputs()]
        return dict(zip(names, session.run(names, feeds)))
    except Exception as error:  # its bindings raise a dozen kinds
        raise Rejected(str(error).splitlines()[0][:300]) from None


def type_of(value):
    """The TypeProto of what ONNX Runtime returned; sequences are lists."""
    if isinstance(value, list):
        inner = type_of(value[0]) if value else helper.make_tensor_type_proto(1, None)
        if value:
            inner.tensor_type.ClearField("shape")
        return helper.make_sequence_type_proto(inner)
    value = np.asarray(value)
    return helper.make_tensor_type_proto(tensor_type(value), list(value.shape))


def tensor_type(array):
    return onnx.TensorProto.STRING if array.dtype.kind in "OUS" else helper.np_dtype_to_tensor_dtype(array.dtype)


def reads(nodes):
    """Names that nodes read, the captures of their bodies among them."""
    found = set()
    for node in nodes:
        found |= set(node.input)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found |= reads(attribute.g.node) | {o.name for o in attribute.g.output}
    return found


class Value:
    """A value of the graph in the making. `exact`: no rounding took part, so that steps and comparisons are safe."""

    def __init__(self, name, array, exact=True):
        self.name, self.array, self.exact = name, array, exact

    @property
    def shape(self):
        return list(self.array.shape)

    @property
    def rank(self):
        return self.array.ndim

    @property
    def dtype(self):
        return self.array.dtype


class Maker:
    """A graph in the making. Generators ask it for values, shapes and choices, and add nodes to it."""

    def __init__(self, seed, opset=None):
        self.rng = random.Random(seed)
        self.np = np.random.default_rng(seed)
        if opset is None:
            opset = NEWEST if self.chance(0.4) else self.rng.choice([*range(7, NEWEST + 1), *range(13, 24)])
        self.opset = opset
        self.nodes, self.inputs, self.constants, self.values = [], {}, {}, {}
        self.current = None  # the value that the next node should take
        self.next = 0
        self.special = False  # infinities, NaN and the largest integers among the values

    # --- choices
    def chance(self, p):
        return self.rng.random() < p

    def pick(self, items):
        return self.rng.choice(list(items))

    def int(self, low, high):
        return self.rng.randint(low, high)

    def dim(self, low=0):
        return max(low, self.rng.choice(DIMS))

    def dims(self, low, high, least=0, most=4096):
        while True:
            shape = [self.dim(least) for _ in range(self.int(low, high))]
            if np.prod(shape, dtype=np.int64) <= most:
                return shape

    def axis(self, rank):
        return self.int(-rank, rank - 1)

    def axes(self, rank, at_least=0):
        some = self.rng.sample(range(rank), self.int(min(at_least, rank), rank))
        return [a - rank if self.chance(0.3) else a for a in some]

    def broadcastable(self, shape):
        """A shape that broadcasts with `shape`, in either direction."""
        other = [1 if self.chance(0.25) else d for d in shape]
        other = [self.dim(1) if d == 1 and self.chance(0.3) else o for d, o in zip(shape, other)]
        if self.chance(0.3):
            other = other[self.int(0, len(other)):]
        elif self.chance(0.1) and len(other) < 5:
            other = [self.int(1, 3)] + other
        total = np.broadcast_shapes(tuple(shape), tuple(other))
        return other if np.prod(total, dtype=np.int64) <= 20000 else list(shape)

    def unidirectional(self, shape):
        """A shape that broadcasts to `shape`."""
        other = [1 if self.chance(0.3) else d for d in shape]
        return other[self.int(0, len(other)):] if self.chance(0.3) else other

    # --- what operators allow
    def schema(self, op, domain=""):
        try:
            return schema(op, self.opset, domain)
        except onnx.defs.SchemaError:
            raise Rejected("not in this opset") from None

    def has_attribute(self, op, name):
        return name in self.schema(op).attributes

    def types(self, op, parameter="T", domain=""):
        """Element types that ONNX Runtime computes for a type parameter."""
        version = 1 if domain else self.schema(op).since_version
        found = set()
        for first, last, types in kernels().get((domain, op), []):
            if first <= version <= last and parameter in types:
                found |= set(types[parameter])
        found = [DTYPES[t] for t in sorted(found) if t in DTYPES]
        if not found and not domain and self.schema(op).has_function:
            return [np.float32]
        if not found:
            raise Rejected(f"ONNX Runtime has no kernel of {op}")
        return found

    # --- values
    def numbers(self, dtype, shape, low=-4, high=4):
        """Random values; floats are multiples of 1/8 half of the time, so that ties and exact sums occur."""
        dtype = np.dtype(dtype)
        size = tuple(shape)
        if dtype.kind == "O":
            words = np.array(["", "a", "b", "ab", "Kante", "é", "zero"], dtype=object)
            return np.asarray(words[self.np.integers(0, len(words), size)], dtype=object).reshape(size)
        if dtype.kind == "b":
            return self.np.integers(0, 2, size).astype(bool)
        if dtype.kind in "iu":
            if self.special:
                info = np.iinfo(dtype)
                return self.np.integers(info.min, info.max, size, dtype=dtype, endpoint=True)
            low, high = int(low), max(int(high), int(low) + 1)
            return self.np.integers(max(low, 0) if dtype.kind == "u" else low, high, size, endpoint=True).astype(dtype)
        values = self.np.uniform(low, high, size)
        if self.chance(0.5):
            values = np.clip(np.round(values * 8) / 8, low, high)
        values = np.asarray(values, dtype)
        if self.special and values.size:
            odd = self.np.choice([np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-40, 3e4, -3e4], size)
            values = np.where(self.np.uniform(size=size) < 0.2, odd, values).astype(dtype)
        return values

    def name(self, stem):
        self.next += 1
        return f"{stem}{self.next}"

    def input(self, array, constant=None):
        """A new input of the graph, or a constant (by chance unless told)."""
        array = np.asarray(array)
        name = self.name("x")
        if self.chance(0.3) if constant is None else constant:
            self.constants[name] = array
        else:
            self.inputs[name] = array
        self.values[name] = Value(name, array)
        return self.values[name]

    def ints(self, values, dtype=np.int64):
        """Shapes, axes and the like: constants in most real models."""
        return self.input(np.array(values, dtype), constant=self.chance(0.7))

    def new(self, dtype, shape, low=-4, high=4, constant=None):
        return self.input(self.numbers(dtype, shape, low, high), constant)

    def data(self, types, low=0, high=5, exact=False, least=0, shape=None, range=(-4, 4)):
        """The main operand: what the node before made where that fits, else a new input."""
        types = [np.dtype(t) for t in types]
        x = self.current
        if x is not None and x.dtype in types and low <= x.rank <= high and (x.exact or not exact):
            if (shape is None or x.shape == list(shape)) and (not least or min(x.shape, default=least) >= least):
                self.current = None
                if range == (-4, 4) or x.dtype.kind not in "f":
                    return x
                if x.array.size and np.nanmin(x.array) >= range[0] and np.nanmax(x.array) <= range[1]:
                    return x
        # float32 is what models use; the others share its code paths more often than not
        favourites = [t for t in types if t == np.float32]
        dtype = self.pick(favourites if favourites and self.chance(0.5) else types)
        shape = self.dims(low, high, least) if shape is None else shape
        return self.new(dtype, shape, *range, constant=False)

    # --- nodes
    def node(self, op, inputs, outputs=1, domain="", exact=None, **attributes):
        """Adds a node and runs it in ONNX Runtime. exact=True: its outputs are as exact as its inputs."""
        names = [self.name("y") if wanted else "" for wanted in ([True] * outputs if isinstance(outputs, int) else outputs)]
        attributes = {k: v for k, v in attributes.items() if v is not None and v != []}  # no list, no type
        while inputs and inputs[-1] is None:
            inputs = inputs[:-1]
        node = helper.make_node(op, [v.name if v else "" for v in inputs], names, domain=domain, **attributes)
        self.nodes.append(node)
        used = reads(self.nodes)
        model = self.model([n for n in names if n], used)
        try:
            got = run_ort(model, {k: v for k, v in self.inputs.items() if k in used})
        except Rejected:
            self.nodes.pop()
            raise
        exact = all(v.exact for v in inputs if v) if exact else False
        made = []
        for name in names:
            if not name:
                continue
            if isinstance(got[name], list) or got[name] is None:
                self.values[name] = Value(name, got[name], exact)
                continue
            value = Value(name, np.asarray(got[name]), exact or np.asarray(got[name]).dtype.kind in "biuO")
            if value.array.size > 200000:
                self.nodes.pop()
                raise Rejected("too large")
            self.values[name] = value
            made.append(value)
        tensors = [v for v in made if v.dtype in NAMES]
        self.current = self.pick(tensors) if tensors else None
        return made

    def model(self, outputs, used=None, typed=False):
        infos = []
        for name, array in self.inputs.items():
            if used is None or name in used:
                infos.append(helper.make_tensor_value_info(name, tensor_type(array), list(array.shape)))
        results = []
        for name in outputs:
            info = onnx.ValueInfoProto(name=name)
            if typed:
                info.type.CopyFrom(type_of(self.values[name].array))
            results.append(info)
        weights = [onnx.numpy_helper.from_array(a, n) for n, a in self.constants.items() if used is None or n in used]
        graph = helper.make_graph(self.nodes, "g", infos, results, weights)
        imports = [helper.make_opsetid("", self.opset)]
        imports += [helper.make_opsetid(d, 1) for d in sorted({n.domain for n in self.nodes} - {""})]
        return helper.make_model(graph, opset_imports=imports, ir_version=10)

    def finish(self):
        """(model, feeds, expected outputs): every value that no node reads is an output, others by chance."""
        read = reads(self.nodes)
        made = [v for n in self.nodes for v in n.output if v]
        outputs = [v for v in made if v not in read or self.chance(0.2)]
        outputs = [v for v in outputs if self.values[v].array is not None]
        if not outputs:
            raise Rejected("no outputs")
        model = self.model(outputs, read, typed=True)
        if self.chance(0.5):  # shapes that only the run knows
            for info in model.graph.input:
                for i, d in enumerate(info.type.tensor_type.shape.dim):
                    if self.chance(0.6):
                        d.dim_param = f"{info.name}_{i}"
            for info in model.graph.output:
                if info.type.WhichOneof("value") == "tensor_type":
                    info.type.tensor_type.ClearField("shape")
        return model, {k: v for k, v in self.inputs.items() if k in read}, {v: self.values[v].array for v in outputs}
