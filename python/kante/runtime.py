# SPDX-License-Identifier: MIT
"""What holds for all sessions of the process."""
from __future__ import annotations

_WARNING = 2
_FATAL = 4
_severity = _WARNING


def set_default_logger_severity(severity: int) -> None:
    """0: verbose, 1: info, 2: warning (the default), 3: error, 4: fatal.

    Up to 1, what is worth knowing of a load goes to logging.getLogger("kante").
    """
    global _severity
    if not 0 <= severity <= _FATAL:
        raise RuntimeError("Invalid logging severity. 0:Verbose, 1:Info, 2:Warning, 3:Error, 4:Fatal")
    _severity = int(severity)


def default_log_severity() -> int:
    return _severity


def set_default_logger_verbosity(verbosity: int) -> None:
    """Accepted: there is nothing more verbose."""


def set_seed(seed: int) -> None:
    """Raises NotImplementedError: the random operators of a model take their attribute `seed`."""
    raise NotImplementedError("random operators take their seed from the model")


def disable_telemetry_events() -> None:
    """There is no telemetry."""


def enable_telemetry_events() -> None:
    """There is no telemetry."""


def has_collective_ops() -> bool:
    return False
