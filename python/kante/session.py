# SPDX-License-Identifier: MIT
"""InferenceSession: a model that runs."""
from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import functools
import logging
import os
import time
from typing import Any, Callable, Mapping, Sequence, Union

from kante import _core
from kante.device import HOST_MEMORY, OrtMemoryInfo
from kante.io_binding import IOBinding
from kante.options import GraphOptimizationLevel, RunOptions, SessionOptions
from kante.providers import PROVIDERS, check_and_normalize_provider_args
from kante.runtime import default_log_severity

Provider = Union[str, "tuple[str, dict[Any, Any]]"]

_LEVELS = {
    GraphOptimizationLevel.ORT_DISABLE_ALL: 0,
    GraphOptimizationLevel.ORT_ENABLE_BASIC: 1,
}
_ALL = 2
_INFO = 1  # ONNX Runtime's number of this severity
_WEIGHTS = {"": 0, "float16": 1, "bfloat16": 2}


@dataclasses.dataclass(frozen=True)
class NodeArg:
    """An input or output of a model. A dimension is a number, a name, or None if the model says neither."""

    name: str
    type: str
    shape: list[int | str | None]


@dataclasses.dataclass(frozen=True)
class ModelMetadata:
    """What a model says of itself."""

    producer_name: str
    graph_name: str
    domain: str
    description: str
    graph_description: str
    version: int
    custom_metadata_map: dict[str, str]


class Session:
    """What a session can do once it is there."""

    _sess: _core.Session
    _sess_options: SessionOptions
    _profiling = False
    _profile_start_ns = 0

    def _describe(self) -> None:
        declared = [NodeArg(*row[:3]) for row in self._sess.inputs()]
        has_default = [row[3] for row in self._sess.inputs()]
        self._inputs_meta = [arg for arg, default in zip(declared, has_default) if not default]
        self._overridable_initializers = [arg for arg, default in zip(declared, has_default) if default]
        self._outputs_meta = [NodeArg(*row[:3]) for row in self._sess.outputs()]
        self._output_names = [arg.name for arg in self._outputs_meta]
        self._required = [arg.name for arg in self._inputs_meta if not arg.type.startswith("optional")]
        self._model_meta = ModelMetadata(**self._sess.metadata())

    def get_inputs(self) -> list[NodeArg]:
        """The inputs that a run must be fed with."""
        return self._inputs_meta

    def get_outputs(self) -> list[NodeArg]:
        return self._outputs_meta

    def get_overridable_initializers(self) -> list[NodeArg]:
        """The inputs that have a default in the model."""
        return self._overridable_initializers

    def get_modelmeta(self) -> ModelMetadata:
        return self._model_meta

    def get_session_options(self) -> SessionOptions:
        return self._sess_options

    def get_providers(self) -> list[str]:
        return list(PROVIDERS)

    def get_provider_options(self) -> dict[str, dict[str, str]]:
        return {name: {} for name in PROVIDERS}

    def get_input_memory_infos(self) -> list[OrtMemoryInfo]:
        return [HOST_MEMORY for _ in self._inputs_meta]

    def get_output_memory_infos(self) -> list[OrtMemoryInfo]:
        return [HOST_MEMORY for _ in self._outputs_meta]

    def set_providers(
        self, providers: Sequence[Provider] | None = None, provider_options: Sequence[dict[Any, Any]] | None = None
    ) -> None:
        """Checks the names; there is one provider, and the session has it."""
        check_and_normalize_provider_args(providers, provider_options, PROVIDERS)

    def disable_fallback(self) -> None:
        """There is nothing to fall back to; for code that calls it."""

    def enable_fallback(self) -> None:
        """There is nothing to fall back to; for code that calls it."""

    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any], run_options: RunOptions | None = None
    ) -> list[Any]:
        """Runs the model: arrays, lists (sequences), dicts (maps) or OrtValues in, the same out without OrtValues.

        Arrays are read where they lie, and results own their memory. None or nothing for the names means all outputs.
        Several threads may run one session at once. Ctrl-C in the main thread ends a run.
        """
        self._require(input_feed)
        token, adapters = _controls(run_options)
        return self._sess.run(self._names(output_names), _as_dict(input_feed), token, adapters)

    def run_with_ort_values(
        self,
        output_names: Sequence[str] | None,
        input_dict_ort_values: Mapping[str, _core.OrtValue],
        run_options: RunOptions | None = None,
    ) -> list[_core.OrtValue]:
        """The same with OrtValues in and out."""
        self._require(input_dict_ort_values)
        token, adapters = _controls(run_options)
        outputs: dict[str, _core.OrtValue | None] = {name: None for name in self._names(output_names)}
        return self._sess.run_bound(outputs, _as_dict(input_dict_ort_values), token, adapters)

    def run_async(
        self,
        output_names: Sequence[str] | None,
        input_feed: Mapping[str, Any],
        callback: Callable[[list[Any], Any, str], None],
        user_data: Any,
        run_options: RunOptions | None = None,
    ) -> None:
        """Runs on another thread and then calls callback(results, user_data, error); the error is empty if all is well."""
        self._require(input_feed)
        names = self._names(output_names)

        def work() -> None:
            try:
                results, error = self.run(names, input_feed, run_options), ""
            except Exception as failure:
                results, error = [], str(failure)
            callback(results, user_data, error)

        self._worker.submit(work)

    def io_binding(self) -> IOBinding:
        """Inputs and outputs that stay bound from run to run."""
        return IOBinding(self)

    def run_with_iobinding(self, iobinding: IOBinding, run_options: RunOptions | None = None) -> None:
        """Runs with what is bound; results are in iobinding.get_outputs()."""
        if iobinding._session is not self:
            raise ValueError("IOBinding must be used with the session that created it.")
        self._require(iobinding._inputs)
        token, adapters = _controls(run_options)
        outputs = dict(iobinding._outputs)
        iobinding._results = self._sess.run_bound(outputs, iobinding._inputs, token, adapters)

    def prepare(self, shapes: Mapping[str, Sequence[int]]) -> None:
        """Packs weights and lays out memory for these shapes of inputs ahead of the first run."""
        self._sess.prepare({name: list(shape) for name, shape in shapes.items()})

    def end_profiling(self) -> str:
        """Ends the profile that SessionOptions.enable_profiling began: the name of its file, or nothing."""
        if not self._profiling:
            return ""
        self._profiling = False
        prefix = self._sess_options.profile_file_prefix or "onnxruntime_profile_"
        path = f"{prefix}_{datetime.datetime.now():%Y-%m-%d_%H-%M-%S}.json"
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._sess.stop_profile())
        return path

    def get_profiling_start_time_ns(self) -> int:
        """When the profile began, on the clock of time.monotonic_ns()."""
        return self._profile_start_ns

    def _start_profiling(self) -> None:
        self._profiling = self._sess_options.enable_profiling
        if self._profiling:
            self._profile_start_ns = time.monotonic_ns()
            self._sess.start_profile()

    def _names(self, output_names: Sequence[str] | None) -> list[str]:
        if isinstance(output_names, str):
            raise TypeError("output_names is a list of names")
        return list(output_names) if output_names else self._output_names

    def _require(self, feed: Mapping[str, Any]) -> None:
        missing = [name for name in self._required if name not in feed]
        if missing:
            raise ValueError(f"Required inputs ({missing}) are missing from input feed ({list(feed)}).")

    @functools.cached_property
    def _worker(self) -> concurrent.futures.ThreadPoolExecutor:
        return concurrent.futures.ThreadPoolExecutor(1, "kante-run-async")


class InferenceSession(Session):
    """A model that is loaded from a file or from bytes, and runs."""

    def __init__(
        self,
        path_or_bytes: str | bytes | os.PathLike[str],
        sess_options: SessionOptions | None = None,
        providers: Sequence[Provider] | None = None,
        provider_options: Sequence[dict[Any, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Other keywords of ONNX Runtime are accepted.

        Bytes are copied; a file is mapped and must not change while the session lives.
        """
        if not isinstance(path_or_bytes, (str, bytes, os.PathLike)):
            raise TypeError(f"Unable to load from type '{type(path_or_bytes)}'")
        check_and_normalize_provider_args(providers, provider_options, PROVIDERS)
        source = path_or_bytes if isinstance(path_or_bytes, bytes) else os.fspath(path_or_bytes)
        self._model_path = source if isinstance(source, str) else None
        self._sess_options = sess_options or SessionOptions()
        self._sess = _core.Session.load(source, _settings(self._sess_options), self._sess_options._cancel, self._log)
        self._describe()
        self._start_profiling()

    def _log(self, line: str) -> None:
        severity = self._sess_options.log_severity_level
        if (severity if severity >= 0 else default_log_severity()) <= _INFO:
            logging.getLogger("kante").info(line)


def _settings(options: SessionOptions) -> _core.Settings:
    config = options._config
    weights = config.get("kante.weights", "")
    if weights not in _WEIGHTS:
        raise ValueError(f"kante.weights is float16 or bfloat16, not {weights}")
    settings = _core.Settings()
    settings.optimization = _LEVELS.get(options.graph_optimization_level, _ALL)
    settings.threads = options.intra_op_num_threads if options.use_per_session_threads else 0
    settings.spinning = config.get("session.intra_op.allow_spinning") != "0"
    settings.folder = config.get("session.model_external_initializers_file_folder_path", "")
    settings.weight_cache = config.get("kante.weight_cache", "")
    settings.low_memory = config.get("kante.memory") == "low"
    settings.weights = _WEIGHTS[weights]
    settings.optimized_path = options.optimized_model_filepath
    settings.initializers = options._initializers
    settings.dimensions = options._dimensions
    settings.libraries = options._libraries
    return settings


def _controls(options: RunOptions | None) -> tuple[_core.CancelToken, list[_core.LoraAdapter]]:
    return (_core.CancelToken(), []) if options is None else (options._token, options._adapters)


def _as_dict(feed: Mapping[str, Any]) -> dict[str, Any]:
    return feed if isinstance(feed, dict) else dict(feed.items())
