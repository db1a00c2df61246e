"""The factors of a sweep, looked up in its scenario: where their paths lead, and what stands there."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.laboratory.sweep.factors import Factor, Value, word
from simulation.laboratory.sweep.paths import Kind, kind_of, known_paths, resolved, scenario_format, value_at
from simulation.scenario.decisions import with_decisions
from simulation.scenario.faults import Fault, Finding, ScenarioError, dotted, locate, nearest, one_of, show
from simulation.scenario.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.laboratory.sweep.factors import FactorKind
    from simulation.laboratory.sweep.sweep_file import FactorGiven, SweepFile, SweepGiven
    from simulation.scenario.faults import KeyPath
    from simulation.scenario.scenario import Scenario

__all__ = ["factors_of"]

_NOT_VARIED = {
    "arms": "`arms:` of the factor says in which arms it is set",
    "extends": "name the scenario in `scenario:`",
    "title": "words are for people only",
}
_FIXED = {
    ("horizon", "seed"): "`seed:` and `luck:` at the top of the sweep file",
    ("horizon", "replications"): "`replications:` at the top of the sweep file",
}


def factors_of(
    file: SweepFile, given: SweepGiven, arms: Mapping[str, Scenario]
) -> tuple[tuple[Factor, ...], list[Fault]]:
    """Return the factors, and every fault in them; with faults, the factors are not to be used.

    Parameters
    ----------
    file, given
        The sweep as it was read.
    arms
        The arms to run, as they are before any factor.
    """
    data = {name: arm.model_dump(mode="json") for name, arm in arms.items()}
    factors: list[Factor] = []
    faults: list[Fault] = []
    for name, of in given.factors.items():
        looked = _Lookup(file, name, of, data)
        factors.append(looked.factor(needs_base=given.design.kind == "one_at_a_time"))
        faults += looked.faults
    faults += [file.fault(finding) for finding in _overlaps(factors)]
    return tuple(factors), faults


def _overlaps(factors: list[Factor]) -> Iterator[Finding]:
    """Yield the pairs of factors that set the same value in the same arm."""
    for one, other in combinations(factors, 2):
        shared = [a for a in one.paths for b in other.paths if a[: len(b)] == b or b[: len(a)] == a]
        if shared and "files" not in {one.kind, other.kind} and set(one.arms) & set(other.arms):
            message = f"sets what factor `{one.name}` sets, too ({dotted(shared[0])})"
            yield Finding(
                path=("factors", other.name, "path"), message=message, allowed="one factor for a value in an arm"
            )


class _Lookup:
    """Looks up one factor in every arm that it applies to, and notes the faults on the way."""

    def __init__(self, file: SweepFile, name: str, given: FactorGiven, data: Mapping[str, Any]) -> None:
        self.file, self.given = file, given
        self.here: KeyPath = ("factors", name)
        self.faults: list[Fault] = []
        self.name = name
        self.arms = self._arms(list(data))
        self.data = {arm: data[arm] for arm in self.arms}
        self.paths = [path for position, text in enumerate(given.path or ()) if (path := self._path(position, text))]

    def factor(self, *, needs_base: bool) -> Factor:
        given = self.given
        kinds = [kind_of(scenario_format().at(path) or {}) for path in self.paths]
        kind = self._kind(kinds)
        for position, at in enumerate(kinds):
            self._check_kind(position, kind, at)
        whole = "whole" in kinds
        options = self._fragments() if kind == "files" else {word(value): value for value in given.choices or ()}
        for position, level in enumerate(given.levels or ()):
            if whole and level != round(level):
                self._add(("levels", position), f"{show(level)} is not allowed", "a whole number", show(level))
        values: list[Value] = list(given.levels or options)
        base = self._base(kind, values) if needs_base and not self.faults else None
        return Factor(
            name=self.name, kind=kind, paths=tuple(self.paths), arms=tuple(self.arms), label=given.label, unit=given.unit,
            low=given.low, high=given.high, scale=given.scale, levels=tuple(given.levels or ()), options=options,
            whole=whole, base=base,
        )  # fmt: skip

    def _add(
        self, at: tuple[str | int, ...], message: str, allowed: str = "", value: str = "", hint: str | None = None
    ) -> None:
        finding = Finding(path=(*self.here, *at), value=value, message=message, allowed=allowed, nearest=hint)
        self.faults.append(self.file.fault(finding))

    def _arms(self, known: list[str]) -> list[str]:
        asked = known if self.given.arms is None else self.given.arms
        for position, arm in enumerate(asked):
            if arm not in known:
                message = f"{show(arm)} is not an arm that the sweep runs"
                self._add(("arms", position), message, one_of(known), arm, nearest(arm, known))
        return [arm for arm in known if arm in asked]

    def _path(self, position: int, text: str) -> KeyPath | None:
        """Return the keys that a path means, the same in every arm; None if there is nothing."""
        top = text.partition(".")[0]
        if top in _NOT_VARIED:
            self._add(self._at_path(position), f"`{text}` is not for a factor to set", _NOT_VARIED[top], text)
            return None
        for arm, data in self.data.items():
            path = resolved(text, data)
            if path is None:
                where = "" if len(self.data) == 1 or self._nowhere(text) else f" in arm `{arm}`"
                hint = nearest(text, known_paths(data)) if not where else None
                allowed = "the dotted path of a value, such as incentives.shared_weight" if not where else "see `arms:`"
                self._add(self._at_path(position), f"there is no `{text}` in the scenario{where}", allowed, text, hint)
                return None
            if path in _FIXED:
                self._add(self._at_path(position), f"`{text}` is not for a factor to set", _FIXED[path], text)
                return None
        return path if self.data else None

    def _at_path(self, position: int) -> tuple[str | int, ...]:
        return ("path", position) if len(self.given.path or ()) > 1 else ("path",)

    def _nowhere(self, text: str) -> bool:
        return all(resolved(text, data) is None for data in self.data.values())

    def _kind(self, at: list[Kind]) -> FactorKind:
        """What its values are; of a table's factor that gives none: what stands at its path."""
        given = self.given
        if given.low is not None or given.high is not None:
            return "range"
        if given.files is not None:
            return "files"
        if given.levels is not None:
            return "levels"
        if given.choices is None and at and at[0] in {"number", "whole"}:
            return "levels"
        return "choices"

    def _check_kind(self, position: int, kind: FactorKind, at: Kind) -> None:
        """A fault where the values cannot stand at the path."""
        text = (self.given.path or [])[position]
        if kind in {"range", "levels"} and at not in {"number", "whole"}:
            self._add(self._at_path(position), f"`{text}` holds {_HOLDS[at]}, no number", _INSTEAD[at], text)
        elif kind == "files" and at != "mapping":
            self._add(self._at_path(position), f"`{text}` holds {_HOLDS[at]}, no mapping", "levels or choices", text)
        elif kind == "choices" and at in {"mapping", "list"}:
            self._add(self._at_path(position), f"`{text}` holds {_HOLDS[at]}, no single value", _INSTEAD[at], text)

    def _fragments(self) -> dict[str, Any]:
        """Read the fragments; each is called by its file's name without ending."""
        found: dict[str, Any] = {}
        for position, name in enumerate(self.given.files or ()):
            path = self.file.folder / name
            label = Path(name).stem
            if label in found:
                self._add(
                    ("files", position), f"{show(name)}: another fragment is called `{label}`, too", "other names", name
                )
            try:
                layer, faults = read_file(path)
            except ScenarioError as error:
                for fault in error.faults:
                    if fault.line is None:
                        self._add(("files", position), f"{show(name)}: {fault.message}", fault.allowed, name)
                    else:
                        self.faults.append(fault)
                continue
            layer, unread = with_decisions(layer, path.parent)
            self.faults += [*faults, *unread]
            for key in ("arms", "extends", "horizon"):
                if key in layer.raw and not self.paths:
                    self.faults.append(_refused(layer.places, key))
            found[label] = layer.raw
        return found

    def _base(self, kind: FactorKind, values: list[Value]) -> Value | None:
        """Return the value while others vary: as given, else as in the scenario (of fragments: the first)."""
        given = self.given
        if given.base is not None:
            return self._given_base(kind, values)
        if kind == "files":
            return values[0]
        found = {word(value_at(data, path)): value_at(data, path) for data in self.data.values() for path in self.paths}
        if len(found) > 1:
            message = f"has no one value in the scenario ({', '.join(found)})"
            self._add(("path",), message, "`base:`, the value while other factors vary")
            return None
        ((said, value),) = found.items()
        if kind == "choices":
            if said not in values:
                self._add(("choices",), f"leave out what the scenario has ({said})", "it among the choices, or `base:`")
            return said
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._add(
                ("path",), f"has no number in the scenario ({said})", "`base:`, the value while other factors vary"
            )
            return None
        return float(value)

    def _given_base(self, kind: FactorKind, values: list[Value]) -> Value | None:
        base = self.given.base
        if kind in {"range", "levels"}:
            if isinstance(base, (int, float)) and not isinstance(base, bool):
                return float(base)
            self._add(("base",), f"{show(base)} is not allowed", "a number", show(base))
            return None
        said = word(base)
        if said not in values:
            known = [str(value) for value in values]
            self._add(("base",), f"{show(base)} is not allowed", one_of(known), said, nearest(said, known))
        return said


_HOLDS: dict[Kind, str] = {
    "number": "a number",
    "whole": "a whole number",
    "truth": "true or false",
    "choice": "a word",
    "text": "a word",
    "mapping": "a mapping",
    "list": "a list",
}
_INSTEAD: dict[Kind, str] = {
    "number": "low and high, or levels",
    "whole": "low and high, or levels",
    "truth": "choices: [true, false]",
    "choice": "choices",
    "text": "choices",
    "mapping": "the path of a value in it, or files: fragments to merge over it",
    "list": "the path of a value in it, by its position: 0, 1, ...",
}


def _refused(places: Mapping[KeyPath, Any], key: str) -> Fault:
    return locate(Finding(path=(key,), value=key, message="is not for a fragment to change"), places)
