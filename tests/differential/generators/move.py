# SPDX-License-Identifier: MIT
"""Operators that move or make data."""
import numpy as np
import onnx

from . import generator, some, with_axes


def factorise(m, count):
    """A random shape of `count` elements."""
    if count == 0:
        shape = m.dims(1, 3)
        return shape if 0 in shape else [0] + shape
    shape = []
    while count > 1 and len(shape) < 4:
        divisors = [d for d in range(1, min(count, 64) + 1) if count % d == 0]
        shape.append(m.pick(divisors))
        count //= shape[-1]
    shape.append(count)
    m.rng.shuffle(shape)
    return shape


@generator("Identity")
def identity(m, op):
    m.node(op, [m.data(m.types(op, schema_parameter(m, op)))], exact=True)


def schema_parameter(m, op, index=0):
    return m.schema(op).inputs[index].type_str


@generator("Reshape")
def reshape(m, op):
    x = m.data(m.types(op))
    shape, attributes = factorise(m, x.array.size), {}
    if 0 in shape:
        if m.opset < 14:
            x = m.new(np.float32, m.dims(0, 4, least=1), constant=False)
            shape = factorise(m, x.array.size)
        else:
            attributes = {"allowzero": 1}
    if not attributes and m.chance(0.5):
        if m.chance(0.3):
            shape = [0 if i < x.rank and d == x.shape[i] else d for i, d in enumerate(shape)]
        at = m.int(0, len(shape) - 1)
        if 0 not in shape[at:at + 1]:
            shape[at] = -1
    m.node(op, [x, m.ints(shape)], exact=True, **attributes)


@generator("Flatten")
def flatten(m, op):
    x = m.data(m.types(op))
    low = -x.rank if m.opset >= 11 else 0
    m.node(op, [x], exact=True, **some(m, op, axis=lambda: m.int(low, x.rank)))


@generator("Squeeze")
def squeeze(m, op):
    x = m.data(m.types(op))
    ones = [i for i, d in enumerate(x.shape) if d == 1]
    axes = m.rng.sample(ones, m.int(0, len(ones))) or None
    if axes and m.opset >= 11 and m.chance(0.3):
        axes = [a - x.rank for a in axes]
    inputs, attributes = with_axes(m, op, [x], axes)
    m.node(op, inputs, exact=True, **attributes)


@generator("Unsqueeze")
def unsqueeze(m, op):
    x = m.data(m.types(op), high=4)
    more = m.int(1, 2)
    axes = m.rng.sample(range(x.rank + more), more)
    if m.opset >= 11 and m.chance(0.3):
        axes = [a - x.rank - more for a in axes]
    inputs, attributes = with_axes(m, op, [x], axes)
    m.node(op, inputs, exact=True, **attributes)


@generator("Expand")
def expand(m, op):
    x = m.data(m.types(op))
    m.node(op, [x, m.ints(m.broadcastable(x.shape))], exact=True)


@generator("Transpose")
def transpose(m, op):
    x = m.data(m.types(op), high=6)
    m.node(op, [x], exact=True, **some(m, op, perm=lambda: m.rng.sample(range(x.rank), x.rank)))


@generator("Concat")
def concat(m, op):
    x = m.data(m.types(op), low=1)
    axis = m.axis(x.rank) if m.opset >= 11 else m.int(0, x.rank - 1)
    inputs = [x]
    for _ in range(m.int(0, 3)):
        shape = x.shape
        shape[axis] = m.dim()
        inputs.append(m.new(x.dtype, shape))
    m.rng.shuffle(inputs)
    m.node(op, inputs, exact=True, axis=axis)


@generator("Split")
def split(m, op):
    x = m.data(m.types(op), low=1)
    axis = m.axis(x.rank) if m.opset >= 11 else m.int(0, x.rank - 1)
    size, parts = x.shape[axis], m.int(1, 4)
    attributes = {"axis": axis} if axis or m.chance(0.5) else {}
    if m.chance(0.6):
        cuts = sorted(m.int(0, size) for _ in range(parts - 1))
        sizes = [b - a for a, b in zip([0] + cuts, cuts + [size])]
        if m.has_attribute(op, "split"):
            return m.node(op, [x], outputs=parts, exact=True, split=sizes, **attributes)
        return m.node(op, [x, m.ints(sizes)], outputs=parts, exact=True, **attributes)
    if m.has_attribute(op, "num_outputs"):
        attributes["num_outputs"] = parts
    m.node(op, [x], outputs=parts, exact=True, **attributes)


@generator("Slice")
def slice_(m, op):
    x = m.data(m.types(op), low=1)
    axes = m.rng.sample(range(x.rank), m.int(1, x.rank))
    starts, ends, steps = [], [], []
    for a in axes:
        d = x.shape[a]
        step = m.pick([1, 1, 1, 2, 3, -1, -1, -2]) if m.opset >= 10 else 1
        far = m.pick([2**31 - 1, 2**63 - 1]) if m.chance(0.2) else d + 2
        starts.append(m.int(-d - 2, d + 2))
        ends.append(far if step > 0 and m.chance(0.5) else -far if step < 0 and m.chance(0.5) else m.int(-d - 2, d + 2))
        steps.append(step)
    if m.opset < 10:
        return m.node(op, [x], exact=True, starts=starts, ends=ends, axes=axes)
    dtype = np.int64 if max(map(abs, ends)) >= 2**31 else m.pick([np.int32, np.int64])
    if m.chance(0.3):
        axes = [a - x.rank for a in axes]
    if sorted(axes) == list(range(x.rank)) and axes == sorted(axes) and m.chance(0.5):
        axes = None
    constant = m.chance(0.7)
    lists = [m.input(np.array(v, dtype), constant) if v else None for v in (starts, ends, axes)]
    lists.append(m.input(np.array(steps, dtype), constant) if set(steps) != {1} or m.chance(0.5) else None)
    m.node(op, [x, *lists], exact=True)


@generator("Gather")
def gather(m, op):
    x = m.data(m.types(op), low=1, least=1)
    axis = m.axis(x.rank)
    low = -x.shape[axis] if m.opset >= 11 else 0
    indices = m.np.integers(low, x.shape[axis], m.dims(0, 3)).astype(m.pick([np.int32, np.int64]))
    attributes = {"axis": axis} if axis or m.chance(0.5) else {}
    m.node(op, [x, m.input(indices)], exact=True, **attributes)


@generator("GatherElements")
def gather_elements(m, op):
    x = m.data(m.types(op), low=1, least=1)
    axis = m.axis(x.rank)
    shape = [m.int(1, d) for d in x.shape]
    shape[axis] = m.dim()
    indices = m.np.integers(-x.shape[axis], x.shape[axis], shape).astype(m.pick([np.int32, np.int64]))
    m.node(op, [x, m.input(indices)], exact=True, **({"axis": axis} if axis or m.chance(0.5) else {}))


@generator("GatherND")
def gather_nd(m, op):
    x = m.data(m.types(op), low=1, least=1)
    batch = m.int(0, min(2, x.rank - 1)) if m.opset >= 12 else 0
    depth = m.int(1, x.rank - batch)
    shape = x.shape[:batch] + m.dims(0, 2, most=64)
    indices = np.stack([m.np.integers(-d, d, shape) for d in x.shape[batch:batch + depth]], axis=-1).astype(np.int64)
    m.node(op, [x, m.input(indices)], exact=True, **({"batch_dims": batch} if batch else {}))


@generator("Tile")
def tile(m, op):
    x = m.data(m.types(op), high=4)
    m.node(op, [x, m.ints([m.pick([0, 1, 1, 2, 3]) for _ in x.shape])], exact=True)


@generator("DepthToSpace", "SpaceToDepth")
def blocks(m, op):
    b, shape = m.int(1, 3), [m.int(0, 2), m.int(1, 4), m.int(1, 5), m.int(1, 5)]
    shape = [shape[0], shape[1] * b * b, *shape[2:]] if op[0] == "D" else [*shape[:2], shape[2] * b, shape[3] * b]
    x = m.data(m.types(op), shape=shape)
    m.node(op, [x], exact=True, blocksize=b, **some(m, op, mode=lambda: m.pick(["DCR", "CRD"])))


@generator("Pad")
def pad(m, op):
    x = m.data(m.types(op), low=1, high=5)
    mode = m.pick(["constant", "constant", "reflect", "edge"] + (["wrap"] if m.opset >= 19 else []))
    if mode != "constant" and 0 in x.shape:
        mode = "constant"
    if m.opset < 11:
        pads = [m.int(0, min(2, d - 1) if mode == "reflect" else 2) for d in x.shape * 2]
        return m.node(op, [x], exact=True, pads=pads, **some(m, op, mode=lambda: mode, value=lambda: 1.5))
    axes = m.rng.sample(range(x.rank), m.int(1, x.rank)) if m.opset >= 18 and m.chance(0.4) else None
    sizes = [x.shape[a] for a in axes] if axes else x.shape
    pads = []
    for d in sizes * 2:
        negative = m.chance(0.15) and d > 4
        pads.append(-m.int(1, 2) if negative else m.int(0, min(2, d - 1) if mode in ("reflect", "wrap") else 3))
    inputs = [x, m.ints(pads), m.new(x.dtype, []) if m.chance(0.5) and mode == "constant" else None,
              m.ints(axes, m.pick([np.int32, np.int64])) if axes else None]
    m.node(op, inputs, exact=True, **some(m, op, mode=lambda: mode))


@generator("Trilu")
def trilu(m, op):
    x = m.data(m.types(op), low=2)
    m.node(op, [x, m.ints(m.int(-4, 4)) if m.chance(0.6) else None], exact=True, **some(m, op, upper=lambda: m.int(0, 1)))


@generator("OneHot")
def one_hot(m, op):
    rank, depth = m.int(0, 3), m.int(1, 6)
    dtype = m.pick(m.types(op, "T1"))
    low = 0 if np.dtype(dtype).kind == "u" else -depth - 1
    indices = m.np.integers(low, depth + 1, m.dims(rank, rank)).astype(dtype)
    if np.dtype(dtype).kind == "u":
        indices = np.abs(indices)
    values = m.numbers(m.pick(m.types(op, "T3")), [2])
    depth = np.asarray(depth, m.pick(m.types(op, "T2")))
    m.node(op, [m.input(indices), m.input(depth.reshape(m.pick([[], [1]]))), m.input(values)], exact=True,
           **some(m, op, axis=lambda: m.int(-rank - 1, rank)))


@generator("Range")
def range_(m, op):
    dtype = np.dtype(m.pick(m.types(op)))
    delta = m.pick([1, 2, 3] + ([0.5, -1, -0.75] if dtype.kind == "f" else [-1, -2]))
    start, count = m.int(-5, 5), m.int(-1, 12)
    values = [start, start + count * delta + (m.pick([0, 0.25]) if dtype.kind == "f" else 0), delta]
    m.node(op, [m.ints(v, dtype) for v in values])


@generator("ConstantOfShape")
def constant_of_shape(m, op):
    dtype = m.pick(m.types(op, "T2") if m.chance(0.7) else [np.float32])
    value = onnx.numpy_helper.from_array(m.numbers(dtype, [1])) if m.chance(0.8) else None
    m.node(op, [m.ints(m.dims(0, 4))], exact=True, value=value)


@generator("EyeLike")
def eye_like(m, op):
    x = m.data(m.types(op, "T1"), low=2, high=2)
    types = [onnx.helper.np_dtype_to_tensor_dtype(np.dtype(t)) for t in m.types(op, "T2")]
    m.node(op, [x], exact=True, **some(m, op, k=lambda: m.int(-4, 4), dtype=lambda: m.pick(types)))


@generator("Shape")
def shape(m, op):
    x = m.data(m.types(op))
    m.node(op, [x], exact=True, **some(m, op, start=lambda: m.int(-x.rank - 1, x.rank + 1), end=lambda: m.int(-x.rank - 1, x.rank + 1)))


@generator("Size")
def size(m, op):
    m.node(op, [m.data(m.types(op))], exact=True)


@generator("Cast")
def cast(m, op):
    types = m.types(op, "T2")
    x = m.data([t for t in m.types(op, "T1") if np.dtype(t).kind != "O"], exact=True)
    to = np.dtype(m.pick(types))
    if to.kind == "u" and x.dtype.kind in "fi" or to.kind == "O":
        x = m.new(m.pick([np.float32, np.int32, np.float64]), m.dims(0, 4), 0, 100, constant=False)
    if to.kind == "O" and x.dtype.kind == "f":
        x = m.new(np.int64, m.dims(0, 3), 0, 100, constant=False)
    m.node(op, [x], to=onnx.helper.np_dtype_to_tensor_dtype(to))


@generator("CastLike")
def cast_like(m, op):
    x = m.data([np.float32, np.int32, np.float64, np.int64], exact=True)
    m.node(op, [x, m.new(m.pick([np.float32, np.int8, np.int64, np.float16, np.bool_]), [1])])


@generator("BitCast")
def bit_cast(m, op):
    same = {4: [np.float32, np.int32, np.uint32], 8: [np.float64, np.int64, np.uint64], 1: [np.int8, np.uint8]}
    group = m.pick(same.values())
    m.node(op, [m.data(group)], to=onnx.helper.np_dtype_to_tensor_dtype(np.dtype(m.pick(group))))


@generator("CenterCropPad")
def center_crop_pad(m, op):
    x = m.data([np.float32, np.int32], low=1)
    axes = m.rng.sample(range(x.rank), m.int(1, x.rank)) if m.chance(0.5) else None
    sizes = [m.int(0 if m.chance(0.1) else 1, 7) for _ in (axes or x.shape)]
    m.node(op, [x, m.ints(sizes)], exact=True, **({"axes": axes} if axes else {}))


@generator("ReverseSequence")
def reverse_sequence(m, op):
    x = m.data(m.types(op), low=2, least=1)
    time = m.int(0, 1)
    lengths = m.np.integers(0, x.shape[time] + 1, [x.shape[1 - time]])
    m.node(op, [x, m.input(lengths)], exact=True, time_axis=time, batch_axis=1 - time)


@generator("Compress")
def compress(m, op):
    x = m.data(m.types(op), low=1)
    axis = m.axis(x.rank) if m.chance(0.6) else None
    size = x.array.size if axis is None else x.shape[axis]
    m.node(op, [x, m.new(np.bool_, [m.int(0, size)])], exact=True, axis=axis)


@generator("NonZero")
def non_zero(m, op):
    x = m.data(m.types(op), exact=True)
    m.node(op, [x])


@generator("Unique")
def unique(m, op):
    x = m.data(m.types(op), low=1, exact=True)
    m.node(op, [x], outputs=m.int(1, 4), exact=True,
           **some(m, op, sorted=lambda: m.int(0, 1), axis=lambda: m.axis(x.rank)))


@generator("TopK")
def top_k(m, op):
    x = m.data(m.types(op), low=1, exact=True)
    axis = m.axis(x.rank) if m.opset >= 11 else m.int(0, x.rank - 1)
    k = m.int(0 if m.chance(0.1) else min(1, x.shape[axis]), x.shape[axis])
    attributes = {"axis": axis} | some(m, op, largest=lambda: m.int(0, 1))
    if m.opset < 10:
        return m.node(op, [x], outputs=2, exact=True, k=k, **attributes)
    m.node(op, [x, m.ints([k])], outputs=2, exact=True, **attributes)
