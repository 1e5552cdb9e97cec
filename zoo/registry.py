# SPDX-License-Identifier: MIT
"""What a recipe is, and the list of all recipes."""
import dataclasses
import typing

if typing.TYPE_CHECKING:
    import torch


@dataclasses.dataclass
class Built:
    """A module ready to export: its example inputs in order, the names of its outputs, the axes that stay open."""
    module: "torch.nn.Module"
    inputs: dict
    outputs: tuple
    dynamic_axes: dict = dataclasses.field(default_factory=dict)
    opset: int = 17


@dataclasses.dataclass
class Recipe:
    name: str
    family: str
    about: str
    megabytes: int
    build: typing.Callable[[], Built]


RECIPES: dict = {}


def recipe(name, about, megabytes):
    """Registers a function that builds a model; it is called with torch's generator seeded."""
    def register(build):
        RECIPES[name] = Recipe(name, build.__module__.rpartition(".")[2], about, megabytes, build)
        return build
    return register
