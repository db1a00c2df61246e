"""Scenarios as overlays: what a file changes is merged over what it extends; values keep their file and line."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulation.scenario.faults import Finding, KeyPath, Place, Places, show

__all__ = ["MAX_DEPTH", "MAX_VALUES", "Layer", "apply", "is_text", "overlay", "plain", "under"]

MAX_DEPTH = 32
"""Deepest nesting of a scenario; a complete one needs about 8."""

MAX_VALUES = 50_000
"""Most values in one scenario, repetitions by alias counted; the reference firm has about 1,500."""

_MOST_DIGITS = 300


@dataclass(frozen=True, slots=True)
class Layer:
    """Plain data of a scenario (dicts, lists, text, numbers, true/false, null) and where each value is written."""

    raw: dict[str, Any]
    places: Places


def apply(raw: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Merge changes over a scenario and return the result; neither argument is changed.

    Mappings merge key by key. Anything else (numbers, text, lists) replaces what was there. `None` (null in a
    file) deletes a key that was there; a key that was not there stays as `None`, so that checking finds the slip.

    Examples
    --------
    >>> apply({"a": {"b": 1, "c": 2}, "d": [1, 2]}, {"a": {"b": 3, "c": None}, "d": [4]})
    {'a': {'b': 3}, 'd': [4]}
    """
    merged = dict(raw)
    for key, change in changes.items():
        if change is None and key in raw:
            del merged[key]
        elif isinstance(change, Mapping) and isinstance(raw.get(key), Mapping):
            merged[key] = apply(raw[key], change)
        else:
            merged[key] = change
    return merged


def overlay(base: Layer, over: Layer) -> Layer:
    """Merge a layer over another: data by `apply`, each value with the place of the layer that it comes from."""
    replaced = set(_replaced(base.raw, over.raw, ()))
    kept = {
        path: place
        for path, place in base.places.items()
        if not any(path[:depth] in replaced for depth in range(1, len(path) + 1))
    }
    return Layer(apply(base.raw, over.raw), {**kept, **over.places})


def under(layer: Layer, path: KeyPath) -> Layer:
    """Take the mapping at `path` as a layer of its own; its places still tell the keys of the file."""
    raw: Any = layer.raw
    for key in path:
        raw = raw[key]
    depth = len(path)
    return Layer(raw, {key[depth:]: place for key, place in layer.places.items() if key[:depth] == path})


def plain(given: Mapping[str, Any], *, name: str) -> tuple[Layer, list[Finding]]:
    """Turn a mapping from Python into a layer: tuples become lists, numpy's numbers Python's.

    Returns
    -------
    tuple
        The layer, whose one place is `name` without a line, and findings for what a scenario cannot hold.
    """
    cleaner = _Cleaner()
    raw = cleaner.clean(given, ())
    return Layer(raw if isinstance(raw, dict) else {}, {(): Place(name, None, "")}), cleaner.findings


def _replaced(raw: Mapping[str, Any], changes: Mapping[str, Any], path: KeyPath) -> list[KeyPath]:
    """List the paths at which `apply` replaces or deletes instead of merging."""
    found: list[KeyPath] = []
    for key, change in changes.items():
        if isinstance(change, Mapping) and isinstance(raw.get(key), Mapping):
            found += _replaced(raw[key], change, (*path, key))
        else:
            found.append((*path, key))
    return found


class _Cleaner:
    """Copies data from Python into plain data, and notes what does not fit."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.count = 0
        self.full = False

    def clean(self, value: object, path: KeyPath) -> Any:
        self.count += 1
        if len(path) > MAX_DEPTH or self.count > MAX_VALUES:
            if not self.full:
                limit = f"at most {MAX_DEPTH} levels and {MAX_VALUES:,} values"
                self.findings.append(Finding(path=path[:MAX_DEPTH], message="too deep or too large", allowed=limit))
            self.full = True
            return None
        if isinstance(value, Mapping):
            return {self._key(key, path): self.clean(item, (*path, str(key))) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(item, (*path, position)) for position, item in enumerate(value)]
        return self._scalar(value, path)

    def _key(self, key: object, path: KeyPath) -> str:
        if not isinstance(key, str):
            self.findings.append(Finding(path=path, value=show(key), message=f"{show(key)} is a key", allowed="text"))
        return str(self._scalar(str(key), path))

    def _scalar(self, value: object, path: KeyPath) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            if is_text(value):
                return str(value)
            self._refuse("text with half a character (a lone surrogate)", path, "Unicode text")
            return ""
        if isinstance(value, numbers.Integral):
            number = int(value)
            if abs(number) < 10**_MOST_DIGITS:
                return number
            self._refuse(f"a whole number of more than {_MOST_DIGITS} digits", path, "a smaller number")
            return math.inf
        if isinstance(value, numbers.Real):
            return float(value)
        if type(value).__module__ == "numpy" and type(value).__name__ in {"bool", "bool_"}:
            return bool(value)
        allowed = "a mapping, list, text, number, true, false or null"
        self._refuse(f"a Python object of type {type(value).__name__}", path, allowed)
        return None

    def _refuse(self, what: str, path: KeyPath, allowed: str) -> None:
        self.findings.append(Finding(path=path, value=what, message=f"{what} is not allowed", allowed=allowed))


def is_text(value: str) -> bool:
    """Tell whether text can be written down: a lone surrogate is half a character and cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
