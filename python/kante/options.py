# SPDX-License-Identifier: MIT
"""SessionOptions and RunOptions: what a session and a run may be told."""
from __future__ import annotations

import enum
import operator
import os
from typing import Any, Generic, Sequence, TypeVar, overload

from kante import _core

T = TypeVar("T")


class GraphOptimizationLevel(enum.Enum):
    """How much of the graph is rewritten at load. Kante has three levels: none, basic, all."""

    ORT_DISABLE_ALL = 0
    ORT_ENABLE_BASIC = 1
    ORT_ENABLE_EXTENDED = 2
    ORT_ENABLE_LAYOUT = 3
    ORT_ENABLE_ALL = 99


class ExecutionMode(enum.Enum):
    """Accepted; nodes run one after the other, each on several threads."""

    ORT_SEQUENTIAL = 0
    ORT_PARALLEL = 1


class ExecutionOrder(enum.Enum):
    """Accepted; Kante chooses the order itself."""

    DEFAULT = 0
    PRIORITY_BASED = 1
    MEMORY_EFFICIENT = 2


class _Option(Generic[T]):
    """An attribute of one type with a default; assigning another type is a TypeError."""

    def __init__(self, default: T, kind: type[Any] | None = None) -> None:
        self.default = default
        self.kind = kind or type(default)

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, options: None, owner: type[Any]) -> _Option[T]: ...
    @overload
    def __get__(self, options: object, owner: type[Any]) -> T: ...
    def __get__(self, options: object | None, owner: type[Any]) -> T | _Option[T]:
        if options is None:
            return self
        value: T = options.__dict__.get(self.name, self.default)
        return value

    def __set__(self, options: object, value: T) -> None:
        given: Any = value
        if self.kind is str and isinstance(given, os.PathLike):
            given = os.fspath(given)
        if self.kind in (int, bool) and hasattr(given, "__index__"):
            number = operator.index(given)
            given = bool(number) if self.kind is bool else number
        if not isinstance(given, self.kind):
            raise TypeError(f"{self.name} is {self.kind.__name__}, not {type(given).__name__}")
        options.__dict__[self.name] = given


class _Options:
    """Attributes that are not there cannot be set by a slip of the pen."""

    def __init__(self) -> None:
        self._config: dict[str, str] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_") and not hasattr(type(self), name):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        object.__setattr__(self, name, value)

    def _add(self, key: str, value: str) -> None:
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError("keys and values of the configuration are strings")
        if not key:
            raise RuntimeError("Config key is empty")
        self._config[key] = value

    def _get(self, key: str) -> str:
        if key not in self._config:
            raise RuntimeError(f"{type(self).__name__} does not have configuration with key: {key}")
        return self._config[key]


class SessionOptions(_Options):
    """How a session is made. Those that Kante has no use for are accepted and kept."""

    graph_optimization_level = _Option(GraphOptimizationLevel.ORT_ENABLE_ALL)
    execution_mode = _Option(ExecutionMode.ORT_SEQUENTIAL)
    execution_order = _Option(ExecutionOrder.DEFAULT)
    intra_op_num_threads = _Option(0)
    """Threads of a run: 0 takes the pool that all such sessions share, one for each core; 1 runs on the caller."""
    inter_op_num_threads = _Option(0)
    use_per_session_threads = _Option(True)
    use_deterministic_compute = _Option(False)
    """Accepted: results are the same bits in every run."""
    enable_profiling = _Option(False)
    profile_file_prefix = _Option("onnxruntime_profile_")
    optimized_model_filepath = _Option("")
    enable_cpu_mem_arena = _Option(True)
    enable_mem_pattern = _Option(True)
    enable_mem_reuse = _Option(True)
    logid = _Option("")
    log_severity_level = _Option(-1)
    log_verbosity_level = _Option(0)

    def __init__(self) -> None:
        super().__init__()
        self._initializers: dict[str, _core.OrtValue] = {}
        self._dimensions: dict[str, int] = {}
        self._libraries: list[str] = []
        self._providers: dict[str, dict[str, str]] = {}
        self._cancel = _core.CancelToken()

    def add_session_config_entry(self, config_key: str, config_value: str) -> None:
        """Sets an entry by its name. Besides ONNX Runtime's there are those of docs/how-to/python.md."""
        self._add(config_key, config_value)

    def get_session_config_entry(self, config_key: str) -> str:
        return self._get(config_key)

    def add_free_dimension_override_by_name(self, dim_name: str, dim_value: int) -> None:
        """Fixes a dimension that the model leaves open by a name; runs then take this size only."""
        self._dimensions[str(dim_name)] = int(dim_value)

    def add_free_dimension_override_by_denotation(self, denotation: str, dim_value: int) -> None:
        raise NotImplementedError("dimensions are overridden by name")

    def add_initializer(self, name: str, ort_value: _core.OrtValue) -> None:
        """Takes the value instead of the model's initializer of this name; same type and shape."""
        if not isinstance(ort_value, _core.OrtValue):
            raise RuntimeError(f"the initializer must be an OrtValue, not {type(ort_value).__name__}")
        self._initializers[name] = ort_value

    def add_external_initializers(self, names: Sequence[str], ort_values: Sequence[_core.OrtValue]) -> None:
        if len(names) != len(ort_values):
            raise RuntimeError("Expecting names and ort_values lists to have equal length")
        for name, value in zip(names, ort_values):
            self.add_initializer(name, value)

    def register_custom_ops_library(self, path: str | os.PathLike[str]) -> None:
        """A shared library with operators, made for ONNX Runtime's C ABI; loaded with the session."""
        self._libraries.append(os.fspath(path))

    def add_provider(self, provider_name: str, options: dict[str, str]) -> None:
        self._providers[provider_name] = dict(options)

    def has_providers(self) -> bool:
        return bool(self._providers)

    def set_load_cancellation_flag(self, flag: bool) -> None:
        """Stops loads that use these options, from another thread; the flag stays until it is taken back."""
        if flag:
            self._cancel.cancel()
        else:
            self._cancel.reset()


class RunOptions(_Options):
    """How one run, or several, are made."""

    log_severity_level = _Option(-1)
    log_verbosity_level = _Option(0)
    logid = _Option("")
    only_execute_path_to_fetches = _Option(False)

    def __init__(self) -> None:
        super().__init__()
        self._token = _core.CancelToken()
        self._adapters: list[_core.LoraAdapter] = []

    @property
    def terminate(self) -> bool:
        """True ends the runs that use these options, from any thread, and those that will."""
        return self._token.cancelled()

    @terminate.setter
    def terminate(self, value: bool) -> None:
        if value:
            self._token.cancel()
        else:
            self._token.reset()

    def add_run_config_entry(self, config_key: str, config_value: str) -> None:
        self._add(config_key, config_value)

    def get_run_config_entry(self, config_key: str) -> str:
        return self._get(config_key)

    def add_active_adapter(self, adapter: _core.LoraAdapter) -> None:
        """Feeds the parameters of a LoRA adapter to the inputs of their names."""
        self._adapters.append(adapter)
