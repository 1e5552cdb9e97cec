# SPDX-License-Identifier: MIT
"""From a recipe to a folder in ONNX's test layout: model.onnx, test_data_set_0/{input,output}_N.pb, about.json."""
import contextlib
import inspect
import json
import pathlib
import shutil
import tempfile
import warnings

import onnx
import torch
from onnx import numpy_helper

SEED = 20261125


def settle(module, inputs):
    """Sets the statistics of batch normalisations to those of its input: with the initial ones, activations of a deep
    random network shrink to denormal numbers or grow out of range, which no trained network does."""
    norms = [m for m in module.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    module(*(x.repeat(2, *[1] * (x.dim() - 1)) for x in inputs))
    module.eval()


def gather_weights(path):
    """Moves weights that the exporter left in a file each into one, model.onnx.data, without reading all of them."""
    model = onnx.load(path, load_external_data=False)
    outside = [t for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]
    if not outside:
        return
    data_name = path.name + ".data"
    with open(path.parent / data_name, "wb") as data:
        for tensor in outside:
            part = path.parent / next(e.value for e in tensor.external_data if e.key == "location")
            data.seek(-data.tell() % 64, 1)
            begin = data.tell()
            with open(part, "rb") as source:
                shutil.copyfileobj(source, data, 1 << 24)
            part.unlink()
            del tensor.external_data[:]
            for key, value in (("location", data_name), ("offset", begin), ("length", data.tell() - begin)):
                tensor.external_data.add(key=key, value=str(value))
    onnx.save(model, path)


def save_tensor(path, name, tensor):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(numpy_helper.from_array(tensor.numpy(), name).SerializeToString())


def trace(module, inputs, path, **options):
    """Exports by tracing, the way that most files in use were made."""
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        options["dynamo"] = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, inputs, str(path), **options)


def export(recipe, folder):
    """Writes the folder as a whole or not at all."""
    torch.manual_seed(SEED)
    torch.backends.mha.set_fastpath_enabled(False)  # its fused operator has no ONNX form
    built = recipe.build()
    inputs = tuple(built.inputs.values())
    module = built.module.eval()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with torch.no_grad(), contextlib.ExitStack() as stack:
        partial = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix=f".{recipe.name}.", dir=folder.parent, ignore_cleanup_errors=True)))
        settle(module, inputs)
        outputs = module(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        trace(module, inputs, partial / "model.onnx", opset_version=built.opset, input_names=list(built.inputs),
              output_names=list(built.outputs), dynamic_axes=built.dynamic_axes)
        gather_weights(partial / "model.onnx")
        for i, (name, tensor) in enumerate(built.inputs.items()):
            save_tensor(partial / f"test_data_set_0/input_{i}.pb", name, tensor)
        for i, (name, tensor) in enumerate(zip(built.outputs, outputs, strict=True)):
            if not tensor.isfinite().all():
                raise ValueError(f"{recipe.name}: output {name} is not finite")
            save_tensor(partial / f"test_data_set_0/output_{i}.pb", name, tensor)
        (partial / "about.json").write_text(json.dumps({
            "name": recipe.name, "family": recipe.family, "about": recipe.about, "seed": SEED, "opset": built.opset,
            "torch": torch.__version__, "parameters": sum(p.numel() for p in module.parameters()),
            "largest_output": max(float(t.abs().max()) for t in outputs)}, indent=2) + "\n")
        if folder.exists():
            shutil.rmtree(folder)
        partial.chmod(0o755)
        partial.rename(folder)
