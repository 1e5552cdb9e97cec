# SPDX-License-Identifier: MIT
"""What numpy can say better than C++ about arrays that are not simply numbers in a row. For kante._core."""
from __future__ import annotations

import functools
from typing import Any, Sequence

import numpy as np
import numpy.typing as npt

# numpy's or ml_dtypes' name of a type -> the number of the ONNX type. What else there is, ml_dtypes defines.
_NUMBERS = {
    "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10,
    "float64": 11, "uint32": 12, "uint64": 13, "complex64": 14, "complex128": 15, "bfloat16": 16, "float8_e4m3fn": 17,
    "float8_e4m3fnuz": 18, "float8_e5m2": 19, "float8_e5m2fnuz": 20, "uint4": 21, "int4": 22, "float4_e2m1fn": 23,
    "float8_e8m0fnu": 24, "uint2": 25, "int2": 26,
}  # fmt: skip
_NAMES = {number: name for name, number in _NUMBERS.items()}
STRING = 8
_BITS = {21: 4, 22: 4, 23: 4, 25: 2, 26: 2}  # of types of less than a byte, of which ml_dtypes puts one in each byte


def element_type_of(given: Any) -> int:
    """The ONNX type of a numpy type, or of its own number."""
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
        if int(given) in _NAMES or given == STRING:
            return int(given)
        raise ValueError(f"{given} is not the number of an ONNX type")
    dtype = np.dtype(given)
    if dtype.kind in "OSUT":
        return STRING
    if dtype.name not in _NUMBERS:
        raise RuntimeError(f"numpy's type {dtype} has no ONNX type")
    return _NUMBERS[dtype.name]


def dtype_of(number: int) -> np.dtype[Any] | None:
    """numpy's type for an ONNX type; None where it needs ml_dtypes and that is not installed."""
    if number == STRING:
        return np.dtype(object)
    name = _NAMES[number]
    if number <= 15:
        return np.dtype(name)
    extra = _ml_dtypes()
    return np.dtype(getattr(extra, name)) if extra is not None and hasattr(extra, name) else None


@functools.cache
def _ml_dtypes() -> Any:
    try:
        import ml_dtypes
    except ImportError:
        return None
    return ml_dtypes


def plain_of(array: npt.NDArray[Any], wanted: int) -> tuple[Any, int]:
    """The array in a form that its memory can be borrowed in, and its ONNX type; packed bytes for less than a byte."""
    number = element_type_of(array.dtype)
    if number == STRING:
        return array, number
    dense = np.require(array, array.dtype.newbyteorder("="), ["C", "ALIGNED"])
    if dense.ctypes.data % dense.itemsize:  # complex128 is aligned for numpy at 8 bytes
        dense = dense.copy()
    if number in _BITS:
        return _packed(dense.view(np.uint8), _BITS[number]), number
    if number > 15:
        dense = dense.view(np.uint8 if dense.itemsize == 1 else np.uint16)
    return dense, wanted or number


def strings_of(array: npt.NDArray[Any]) -> list[str]:
    """The strings of an array in order; other objects are printed."""
    return [item.decode() if isinstance(item, bytes) else str(item) for item in array.ravel().tolist()]


def array_of_strings(strings: Sequence[str], shape: Sequence[int]) -> npt.NDArray[np.object_]:
    return np.array(strings, dtype=object).reshape(shape)


def named(raw: npt.NDArray[Any], number: int) -> npt.NDArray[Any]:
    """The bytes of a type that numpy lacks, as that type of ml_dtypes if it is installed."""
    dtype = dtype_of(number)
    return raw if dtype is None else raw.view(dtype)


def unpacked(packed: npt.NDArray[np.uint8], number: int, shape: Sequence[int]) -> npt.NDArray[Any]:
    """One element a byte, as ml_dtypes has it, from elements packed low bits first."""
    bits = _BITS[number]
    mask = np.uint8((1 << bits) - 1)
    count = int(np.prod(shape, dtype=np.int64))
    parts = [(packed >> np.uint8(shift)) & mask for shift in range(0, 8, bits)]
    each = np.stack(parts, axis=-1).reshape(-1)[:count].reshape(shape)
    if number in (22, 26):  # signed: ml_dtypes keeps the sign in the upper bits too
        sign = np.uint8(1 << (bits - 1))
        each = ((each ^ sign) - sign).astype(np.uint8)
    dtype = dtype_of(number)
    return each if dtype is None else each.view(dtype)


def _packed(each: npt.NDArray[np.uint8], bits: int) -> bytes:
    mask = np.uint8((1 << bits) - 1)
    per_byte = 8 // bits
    flat = each.reshape(-1) & mask
    flat = np.concatenate([flat, np.zeros(-len(flat) % per_byte, np.uint8)]).reshape(-1, per_byte)
    packed = np.zeros(len(flat), np.uint8)
    for i in range(per_byte):
        packed |= flat[:, i] << np.uint8(i * bits)
    return packed.tobytes()
