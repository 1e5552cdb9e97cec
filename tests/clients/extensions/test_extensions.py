# SPDX-License-Identifier: MIT
"""The library of onnxruntime-extensions, as its wheel has it, registers its operators in sessions of libkante.so.

test_extensions.py LIBRARY SLOTS. Talks to the C ABI through ctypes, by the numbers of slots.inc.
"""
import ctypes
import glob
import importlib.util
import os
import re
import sys
import unittest

from onnx import TensorProto, helper

POINTER = ctypes.c_void_p
DOMAIN = "ai.onnx.contrib"


class Runtime:
    """Calls functions of OrtApi by name; a status that is not null raises."""

    def __init__(self, library, slots):
        self.numbers = {m[2]: int(m[1]) for m in re.finditer(r"^\w+\((\d+), (\w+),", open(slots).read(), re.M)}
        get_base = ctypes.CDLL(library).OrtGetApiBase
        get_base.restype = ctypes.POINTER(POINTER)
        get_api = ctypes.CFUNCTYPE(ctypes.POINTER(POINTER), ctypes.c_uint32)(get_base()[0])
        self.table = get_api(30)
        self.env = self.make("CreateEnv", 2, b"extensions")
        self.allocator = self.make("GetAllocatorWithDefaultOptions")

    def raw(self, name, result, *arguments):
        types = [type(a) if isinstance(a, ctypes._SimpleCData) else ctypes.c_char_p if isinstance(a, bytes) else
                 ctypes.c_size_t if isinstance(a, int) else POINTER for a in arguments]
        return ctypes.CFUNCTYPE(result, *types)(self.table[self.numbers[name]])(*arguments)

    def call(self, name, *arguments):
        status = self.raw(name, POINTER, *arguments)
        if status:
            message = self.raw("GetErrorMessage", ctypes.c_char_p, POINTER(status)).decode()
            self.raw("ReleaseStatus", None, POINTER(status))
            raise RuntimeError(f"{name}: {message}")

    def make(self, name, *arguments):
        out = POINTER()
        self.call(name, *arguments, ctypes.byref(out))
        return out

    def strings(self, values, shape):
        value = self.make("CreateTensorAsOrtValue", self.allocator, (ctypes.c_int64 * len(shape))(*shape), len(shape), 8)
        texts = (ctypes.c_char_p * len(values))(*[v.encode() for v in values])
        self.call("FillStringTensor", value, texts, len(values))
        return value

    def read(self, value):
        """The elements of a tensor of strings or of int64, flat."""
        info = self.make("GetTensorTypeAndShape", value)
        kind, count = ctypes.c_int(), ctypes.c_size_t()
        self.call("GetTensorElementType", info, ctypes.byref(kind))
        self.call("GetTensorShapeElementCount", info, ctypes.byref(count))
        if kind.value == 7:
            data = self.make("GetTensorMutableData", value)
            return list((ctypes.c_int64 * count.value).from_address(data.value))
        texts = []
        for i in range(count.value):
            length = ctypes.c_size_t()
            self.call("GetStringTensorElementLength", value, i, ctypes.byref(length))
            buffer = ctypes.create_string_buffer(length.value + 1)
            self.call("GetStringTensorElement", value, length.value, i, buffer)
            texts.append(buffer.raw[:length.value].decode())
        return texts


class Extensions(unittest.TestCase):
    runtime = None
    library = None

    def run_model(self, nodes, inputs, outputs, feeds):
        graph = helper.make_graph(nodes, "graph", inputs, outputs)
        model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17),
                                                                      helper.make_opsetid(DOMAIN, 1)])
        ort, bytes_ = self.runtime, model.SerializeToString()
        options = ort.make("CreateSessionOptions")
        ort.call("RegisterCustomOpsLibrary_V2", options, self.library.encode())
        session = ort.make("CreateSessionFromArray", ort.env, bytes_, len(bytes_), options)
        ort.raw("ReleaseSessionOptions", None, options)
        names = (ctypes.c_char_p * len(feeds))(*[name.encode() for name in feeds])
        values = (POINTER * len(feeds))(*[ort.strings(*feed) for feed in feeds.values()])
        wanted = (ctypes.c_char_p * len(outputs))(*[o.name.encode() for o in outputs])
        results = (POINTER * len(outputs))()
        ort.call("Run", session, None, names, values, len(feeds), wanted, len(outputs), results)
        read = [ort.read(POINTER(r)) for r in results]
        ort.raw("ReleaseSession", None, session)
        return read

    def test_strings(self):
        x = helper.make_tensor_value_info("x", TensorProto.STRING, ["n"])
        upper = helper.make_tensor_value_info("upper", TensorProto.STRING, ["n"])
        length = helper.make_tensor_value_info("length", TensorProto.INT64, ["n"])
        nodes = [helper.make_node("StringUpper", ["x"], ["upper"], domain=DOMAIN),
                 helper.make_node("StringLength", ["upper"], ["length"], domain=DOMAIN)]
        read = self.run_model(nodes, [x], [upper, length], {"x": (["hello", "", "Edge"], [3])})
        self.assertEqual([["HELLO", "", "EDGE"], [5, 0, 4]], read)

    def test_tokenizer(self):
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "run", "##s", "at", "the", "edge", "."]
        x = helper.make_tensor_value_info("x", TensorProto.STRING, [None])
        outputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [None])
                   for name in ("ids", "types", "mask")]
        node = helper.make_node("BertTokenizer", ["x"], ["ids", "types", "mask"], domain=DOMAIN,
                                vocab_file="\n".join(vocabulary) + "\n", do_lower_case=1, suffix_indicator="##")
        ids, types, mask = self.run_model([node], [x], outputs, {"x": (["Runs at the edge."], [1])})
        tokens = ["[CLS]", "run", "##s", "at", "the", "edge", ".", "[SEP]"]
        self.assertEqual([vocabulary.index(t) for t in tokens], ids)
        self.assertEqual([0] * len(tokens), types)
        self.assertEqual([1] * len(tokens), mask)

    def test_what_an_operator_throws_is_an_error(self):
        x = helper.make_tensor_value_info("x", TensorProto.STRING, [None])
        y = helper.make_tensor_value_info("ids", TensorProto.INT64, [None])
        node = helper.make_node("BertTokenizer", ["x"], ["ids", "types", "mask"], domain=DOMAIN, vocab_file="a")
        with self.assertRaisesRegex(RuntimeError, "BertTokenizer"):
            self.run_model([node], [x], [y], {"x": (["a"], [1])})

    def test_errors_name_the_operator(self):
        x = helper.make_tensor_value_info("x", TensorProto.STRING, [None])
        y = helper.make_tensor_value_info("y", TensorProto.STRING, [None])
        node = helper.make_node("NoSuchOperator", ["x"], ["y"], domain=DOMAIN)
        with self.assertRaisesRegex(RuntimeError, "NoSuchOperator"):
            self.run_model([node], [x], [y], {"x": (["a"], [1])})


if __name__ == "__main__":
    package = os.path.dirname(importlib.util.find_spec("onnxruntime_extensions").origin)
    Extensions.library = glob.glob(os.path.join(package, "_extensions_pydll*.so"))[0]
    Extensions.runtime = Runtime(sys.argv[1], sys.argv[2])
    unittest.main(argv=sys.argv[:1])
