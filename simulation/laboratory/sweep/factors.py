"""Factors: what a design varies, as values at paths of the scenario or as fragments merged over it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from simulation.laboratory.sweep.paths import value_at, with_value
from simulation.scenario.faults import dotted
from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulation.scenario.faults import KeyPath

__all__ = ["Factor", "FactorKind", "Value", "factor_from", "set_factors", "word"]

Value: TypeAlias = float | str
"""A factor's value in the tables: a number, or the word of a choice or fragment."""
FactorKind = Literal["range", "levels", "choices", "files"]

_DIGITS = 12
"""Significant digits of a value between low and high: 0.3, not 0.30000000000000004, and the same on every machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One factor of a design.

    Attributes
    ----------
    name, label, unit
        Key in the sweep file, words for people, unit of the values.
    kind
        `range` (any number from low to high), `levels` (some numbers), `choices` (some words), `files` (some fragments).
    paths
        Where the value goes, all at once; of `files`: the mapping that the fragment is merged over (none: the scenario).
    arms
        Arms that it is set in.
    low, high, scale
        Of a range: its ends, and whether it is even in the value (`linear`) or in its logarithm (`log`).
    levels
        Of levels: the numbers.
    options
        Of choices and files: word -> what is set or merged.
    whole
        True where the scenario takes whole numbers only: values of a range are rounded.
    base
        The value while others vary one at a time; None where there is no such value.
    """

    name: str
    kind: FactorKind
    paths: tuple[KeyPath, ...]
    arms: tuple[str, ...]
    label: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    levels: tuple[float, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False
    base: Value | None = None

    @property
    def column(self) -> str:
        """Name of its column in the tables."""
        return f"factor.{self.name}"

    @property
    def numeric(self) -> bool:
        """True when its values are numbers."""
        return self.kind in {"range", "levels"}

    def at(self, share: float) -> Value:
        """Return the value at a share of the way [0-1]: between low and high, or the level or option that is there."""
        if self.low is None or self.high is None:
            values = self.several(0)
            return values[min(int(share * len(values)), len(values) - 1)]
        if self.scale == "log":
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        value = min(max(float(f"{value:.{_DIGITS}g}"), self.low), self.high)
        return float(round(value)) if self.whole else value

    def several(self, count: int) -> tuple[Value, ...]:
        """Return its levels or options; of a range, `count` values evenly spaced (fewer where rounding makes them one)."""
        if self.kind == "levels":
            return self.levels
        if self.kind != "range":
            return tuple(self.options)
        return tuple(dict.fromkeys(self.at(k / (count - 1)) for k in range(count)))

    def set_in(self, raw: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """Return a scenario's plain data with this factor at a value."""
        found = dict(raw)
        if self.kind == "files":
            fragment = self.options[str(value)]
            for path in self.paths or ((),):
                found = with_value(found, path, apply(value_at(found, path) or {}, fragment))
            return found
        put: object = value
        if self.kind == "choices":
            put = self.options[str(value)]
        elif self.whole:
            put = int(value)
        for path in self.paths:
            found = with_value(found, path, put)
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; `path` is for people, `paths` is exact."""
        told: dict[str, Any] = {"name": self.name, "kind": self.kind, "label": self.label, "unit": self.unit}
        told["path"] = ", ".join(dotted(path) for path in self.paths)
        told["paths"] = [list(path) for path in self.paths]
        told["arms"] = list(self.arms)
        if self.kind == "range":
            told |= {"low": self.low, "high": self.high, "scale": self.scale}
        elif self.kind == "levels":
            told["levels"] = list(self.levels)
        else:
            told[self.kind] = dict(self.options)
        return {**told, "whole": self.whole, "base": self.base}


def factor_from(told: Mapping[str, Any]) -> Factor:
    """Return the factor that `Factor.to_json` told."""
    kind = told["kind"]
    return Factor(
        name=told["name"], kind=kind, label=told["label"], unit=told["unit"], arms=tuple(told["arms"]),
        paths=tuple(tuple(path) for path in told["paths"]), low=told.get("low"), high=told.get("high"),
        scale=told.get("scale", "linear"), levels=tuple(told.get("levels", ())), whole=told["whole"], base=told["base"],
        options=told[kind] if kind in {"choices", "files"} else {},
    )  # fmt: skip


def set_factors(
    raw: Mapping[str, Any], factors: Iterable[Factor], values: Iterable[Value], *, arm: str
) -> dict[str, Any]:
    """Return an arm's plain data at a design point: fragments first, so that a factor with a path of its own counts."""
    found = dict(raw)
    pairs = [(factor, value) for factor, value in zip(factors, values, strict=True) if arm in factor.arms]
    for factor, value in sorted(pairs, key=lambda pair: pair[0].kind != "files"):
        found = factor.set_in(found, value)
    return found


def word(value: object) -> str:
    """Return how a choice is written in tables.

    Examples
    --------
    >>> [word(value) for value in ("pooled", True, None, 4)]
    ['pooled', 'true', 'null', '4']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
