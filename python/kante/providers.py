# SPDX-License-Identifier: MIT
"""Execution providers: Kante has the CPU."""
from __future__ import annotations

import collections.abc
import warnings
from typing import Any, Sequence

PROVIDERS = ("CPUExecutionProvider",)


def get_available_providers() -> list[str]:
    return list(PROVIDERS)


get_all_providers = get_available_providers


def get_device() -> str:
    return "CPU"


def check_and_normalize_provider_args(
    providers: Sequence[Any] | None,
    provider_options: Sequence[dict[Any, Any]] | None,
    available_provider_names: Sequence[str],
) -> tuple[list[str], list[dict[str, str]]]:
    """Names and options of providers as two lists. Warns of names that are not there, which are otherwise ignored."""
    if providers is None:
        return [], []
    if isinstance(providers, str) or not isinstance(providers, collections.abc.Sequence):
        raise ValueError("'providers' should be a sequence.")
    pairs = [entry if isinstance(entry, tuple) else (entry, {}) for entry in providers]
    if provider_options is not None:
        if not isinstance(provider_options, collections.abc.Sequence):
            raise ValueError("'provider_options' should be a sequence.")
        if len(providers) != len(provider_options):
            raise ValueError("'providers' and 'provider_options' should be the same length if both are given.")
        if not all(isinstance(entry, str) for entry in providers):
            raise ValueError("Only string values for 'providers' are supported if 'provider_options' is given.")
        if not all(isinstance(options, dict) for options in provider_options):
            raise ValueError("'provider_options' values must be dicts.")
        pairs = list(zip(providers, provider_options))
    known: dict[str, dict[str, str]] = {}
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[0], str) or not isinstance(pair[1], dict):
            raise ValueError("'providers' values must be either strings or (string, dict) tuples.")
        name, options = pair
        if name not in available_provider_names:
            warnings.warn(
                f"Specified provider '{name}' is not in available provider names."
                f"Available providers: '{', '.join(available_provider_names)}'"
            )
        if name in known:
            warnings.warn(f"Duplicate provider '{name}' encountered, ignoring.")
            continue
        known[name] = {str(key): str(value) for key, value in options.items()}
    return list(known), list(known.values())
