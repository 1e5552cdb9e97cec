# SPDX-License-Identifier: MIT
"""IOBinding: inputs and outputs that stay bound from run to run."""
from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Sequence

import numpy.typing as npt

from kante import _core
from kante.device import require_host

if TYPE_CHECKING:
    from kante.session import Session


class IOBinding:
    """Of one session; used by one run at a time. Memory that comes as an address is the caller's to keep alive."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._inputs: dict[str, _core.OrtValue] = {}
        self._outputs: dict[str, _core.OrtValue | None] = {}
        self._results: list[_core.OrtValue] = []

    def bind_cpu_input(self, name: str, arr_on_cpu: npt.NDArray[Any]) -> None:
        """Binds an input to an array, which is read where it lies at each run."""
        self.bind_ortvalue_input(name, _core.OrtValue.ortvalue_from_numpy(arr_on_cpu))

    def bind_input(
        self, name: str, device_type: str, device_id: int, element_type: Any, shape: Sequence[int], buffer_ptr: int
    ) -> None:
        """Binds an input to memory at an address. The type is numpy's or the number of an ONNX type."""
        require_host(device_type)
        self.bind_ortvalue_input(name, _core.OrtValue._from_address(buffer_ptr, list(shape), element_type))

    def bind_ortvalue_input(self, name: str, ortvalue: _core.OrtValue) -> None:
        session = self._session
        if all(name != arg.name for arg in [*session.get_inputs(), *session.get_overridable_initializers()]):
            raise RuntimeError(f"Failed to find NodeArg with name: {name} in the def list")
        self._inputs[name] = ortvalue

    def bind_output(
        self,
        name: str,
        device_type: str = "cpu",
        device_id: int = 0,
        element_type: Any = None,
        shape: Sequence[int] | None = None,
        buffer_ptr: int | None = None,
    ) -> None:
        """Binds an output to memory at an address, or, without one, to memory that each run makes."""
        require_host(device_type)
        if buffer_ptr is None:
            self._outputs[name] = None
            return
        if element_type is None or shape is None:
            raise ValueError("`element_type` and `shape` are to be provided if pre-allocated memory is provided")
        self._outputs[name] = _core.OrtValue._from_address(buffer_ptr, list(shape), element_type)

    def bind_ortvalue_output(self, name: str, ortvalue: _core.OrtValue) -> None:
        self._outputs[name] = ortvalue

    def synchronize_inputs(self) -> None:
        """Nothing runs behind the caller's back."""

    def synchronize_outputs(self) -> None:
        """Nothing runs behind the caller's back."""

    def get_outputs(self) -> list[_core.OrtValue]:
        """The results of the last run, in the order in which outputs were bound."""
        return self._results

    def copy_outputs_to_cpu(self) -> list[Any]:
        """The same as arrays, lists or dicts of their own, which later runs do not change."""
        return copy.deepcopy([value.to_object() for value in self._results])

    def clear_binding_inputs(self) -> None:
        self._inputs.clear()

    def clear_binding_outputs(self) -> None:
        self._outputs.clear()
        self._results = []
