"""What somebody has moved on a page, and the scenario that it makes: an overlay on the one that was opened."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulation._version import __version__
from simulation.laboratory.exploring.knobs import MOST, knobs_of
from simulation.laboratory.sweep.paths import value_at, with_value
from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show
from simulation.scenario.library import shipped
from simulation.scenario.loading import load_dict
from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.laboratory.exploring.knobs import Knob
    from simulation.scenario.faults import KeyPath
    from simulation.scenario.loading import LoadedScenario

__all__ = ["EVERY_ARM", "Explored", "Move", "Settings", "Variant", "explored", "first_settings", "saved"]

EVERY_ARM = ""
"""Instead of an arm's name: the move counts in all arms."""
AS_IT_IS = "as_it_is"
"""Name of the arm that stands for a scenario which gives no arms."""
_WHAT_IF = "what_if"
"""Name of the arm beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A knob at a value, in one arm or in every arm; None leaves it open, false takes a body away."""

    key: str
    value: object
    arm: str = EVERY_ARM


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One more arm, which begins as a copy of another."""

    name: str
    title: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that was chosen; moves in the order in which they were made.

    Attributes
    ----------
    arms
        Those to compare, in the order of the file; none named: all.
    baseline
        The one of them that the others are compared with; empty: the first.
    """

    arms: tuple[str, ...] = ()
    baseline: str = ""
    variants: tuple[Variant, ...] = ()
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """The scenario that settings make.

    Attributes
    ----------
    loaded
        The scenario, checked; `compare` of it is what the page shows.
    overlay
        What is laid over the opened scenario; None where no overlay can say it (then it is saved with everything merged).
    """

    loaded: LoadedScenario
    overlay: dict[str, Any] | None


def first_settings(loaded: LoadedScenario) -> Settings:
    """Return what a page begins with: nothing moved; a scenario without arms gets one to move beside it as it is."""
    variant = Variant(name=_WHAT_IF, title="What if", of=AS_IT_IS)
    return Settings(variants=() if loaded.scenario.arms else (variant,))


def explored(loaded: LoadedScenario, settings: Settings) -> Explored:
    """Return the scenario that settings make of the one that was opened.

    Raises
    ------
    ScenarioError
        With every fault, in the words of the scenario's own checks: an unknown arm or knob, a value that is not allowed,
        values that do not go together; `key` is the knob's, or a place within it.
    """
    knobs = {knob.key: knob for knob in knobs_of(loaded)}
    wanted = copy.deepcopy(loaded.raw)
    wanted["arms"] = wanted.get("arms") or {AS_IT_IS: {"title": "As it is"}}
    faults = [*_add(wanted["arms"], settings.variants), *_unknown(wanted["arms"], knobs, settings)]
    if faults:
        raise ScenarioError(faults)
    for move in sorted(settings.moves, key=lambda move: knobs[move.key].kind != "part"):  # bodies before what they need
        wanted = _moved(wanted, knobs[move.key], move)
    if settings.arms:
        wanted["arms"] = {name: arm for name, arm in wanted["arms"].items() if name in settings.arms}
    if settings.baseline:
        wanted["arms"] = {settings.baseline: wanted["arms"][settings.baseline]} | wanted["arms"]
    if _same(wanted, loaded.raw) or (not loaded.raw.get("arms") and len(wanted["arms"]) == 1 and not settings.moves):
        return Explored(loaded=loaded, overlay={})
    # None of a page's values is without a meaning for the loader, but some are no plain data (NaN is): it says so.
    over = _overlay(loaded.raw, wanted)
    merged = apply(loaded.raw, over)
    short = _same(merged, wanted)
    found = load_dict(merged if short else wanted, name="")
    _check_sizes(found)
    return Explored(loaded=replace(found, path=loaded.path), overlay=over if short else None)


def saved(opened: LoadedScenario, made: Explored, *, title: str = "") -> str:
    """Return settings as a scenario file: short, laid over the one that was opened, and with the same numbers.

    Parameters
    ----------
    opened, made
        The scenario that was opened, and what `explored` made of it.
    title
        Another title; empty: the same.
    """
    from ruamel.yaml import YAML

    whole = made.overlay is None or opened.path is None
    told: dict[str, Any] = dict(made.loaded.raw if whole else made.overlay or {})
    told["title"] = title or made.loaded.scenario.title
    head = {} if whole else {"extends": _base(opened)}
    yaml, text = YAML(), io.StringIO()
    yaml.width = 120
    yaml.representer.add_representer(
        type(None), lambda to, _none: to.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    text.write(f"# Made on the page of `silosim explore` (silosim {__version__}).\n")
    text.write("# Compare it with: silosim compare FILE\n")
    yaml.dump({"title": told.pop("title"), **head, **told}, text)
    return text.getvalue()


def _base(opened: LoadedScenario) -> str:
    """What the saved file extends: a shipped scenario by its name, any other by its full path, as it may lie anywhere."""
    assert opened.path is not None
    return opened.path.stem if shipped().get(opened.path.stem) == opened.path else str(opened.path.resolve())


def _add(arms: dict[str, Any], variants: tuple[Variant, ...]) -> Iterator[Fault]:
    """Add variants as arms; faults where that cannot be."""
    for variant in variants:
        if variant.name in arms:
            yield Fault(f"there is an arm {show(variant.name)} already", key="arms", value=variant.name)
        elif variant.of not in arms:
            yield _no_arm(variant.of, arms)
        else:
            changes = copy.deepcopy(arms[variant.of].get("changes", {}))
            arms[variant.name] = {"title": variant.title} | ({"changes": changes} if changes else {})


def _unknown(arms: Mapping[str, Any], knobs: Mapping[str, Knob], settings: Settings) -> Iterator[Fault]:
    """Arms and knobs that there are not."""
    baseline = [settings.baseline] if settings.baseline else []
    for name in [*settings.arms, *baseline, *(move.arm for move in settings.moves if move.arm != EVERY_ARM)]:
        if name not in arms:
            yield _no_arm(name, arms)
    if settings.arms and settings.baseline in arms and settings.baseline not in settings.arms:
        yield Fault(f"{show(settings.baseline)} is not among the arms to compare", key="arms",
                    value=settings.baseline, allowed=one_of(settings.arms))  # fmt: skip
    for move in settings.moves:
        knob = knobs.get(move.key)
        if knob is None:
            yield Fault(f"{show(move.key)} is nothing that can be moved here", key=move.key, value=move.key,
                        nearest=nearest(move.key, knobs))  # fmt: skip
        elif knob.common and move.arm != EVERY_ARM:
            yield Fault("is the same in every arm", key=move.key, allowed="a value for all arms")


def _no_arm(name: str, arms: Mapping[str, Any]) -> Fault:
    return Fault(f"{show(name)} is not an arm of this scenario", key="arms", value=name, allowed=one_of(arms),
                 nearest=nearest(name, arms))  # fmt: skip


def _moved(raw: dict[str, Any], knob: Knob, move: Move) -> dict[str, Any]:
    """Return the scenario with one knob moved: at the top for every arm, and in each arm that says otherwise.

    What needs a body is moved only in arms that have it.
    """
    if knob.needs:
        named = [move.arm] if move.arm != EVERY_ARM else list(raw["arms"])
        for name in named:
            arm = apply(raw, raw["arms"][name].get("changes", {}))
            if isinstance(value_at(arm, knob.path[:-1]), Mapping):
                raw = _put(raw, ("arms", name, "changes"), knob, move.value)
        return raw
    if move.arm != EVERY_ARM:
        return _put(raw, ("arms", move.arm, "changes"), knob, move.value)
    found = _put(raw, (), knob, move.value)
    for name, arm in raw["arms"].items():
        if _says(arm.get("changes", {}), knob.path):
            found = _put(found, ("arms", name, "changes"), knob, move.value)
    return found


def _says(changes: Any, path: KeyPath) -> bool:
    """True when an arm's changes reach a place: a value stands there or within, or what holds it is replaced."""
    for key in path:
        if not isinstance(changes, Mapping):
            return True
        if key not in changes:
            return False
        changes = changes[key]
    return True


def _put(raw: dict[str, Any], root: KeyPath, knob: Knob, value: object) -> dict[str, Any]:
    """Set a knob in the scenario (`root` empty) or in an arm's changes; left open, its key goes, or hides what is above."""
    path = (*root, *knob.path)
    if knob.kind == "part":
        if value is True and isinstance(value_at(raw, path), Mapping):
            return raw
        value = {True: {}, False: None}.get(value, value) if isinstance(value, bool) else value
    if value is not None:
        return with_value(raw, path, value)  # type: ignore[no-any-return]
    above = value_at(raw, knob.path) if root else None
    return with_value(raw, path, None) if above is not None else _without(raw, path)  # type: ignore[no-any-return]


def _without(raw: Any, path: KeyPath) -> Any:
    """Return plain data without a key; what lies on the way is copied."""
    key, rest = path[0], path[1:]
    if not isinstance(raw, Mapping) or key not in raw:
        return raw
    if not rest:
        return {each: value for each, value in raw.items() if each != key}
    return {**raw, str(key): _without(raw[str(key)], rest)}


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True for the same values with arms in the same order: the first is what the others are compared with."""
    return one == other and list(one.get("arms", ())) == list(other.get("arms", ()))


def _overlay(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the least that, laid over `old`, gives `new`; where nothing can, what it gives differs from `new`."""
    found: dict[str, Any] = {}
    for key, value in new.items():
        if key in old and isinstance(value, Mapping) and isinstance(old[key], Mapping):
            if inner := _overlay(old[key], value):
                found[key] = inner
        elif key not in old or type(old[key]) is not type(value) or old[key] != value:
            found[key] = value
    return found | {key: None for key in old if key not in new}


def _check_sizes(loaded: LoadedScenario) -> None:
    """Refuse what would fill the machine's memory beside a browser."""
    horizon = loaded.scenario.horizon.model_dump()
    more = "`silosim compare` takes more"
    faults = [
        Fault(f"{value:,} is more than a page takes", key=key, value=str(value), allowed=f"at most {most:,}; {more}")
        for key, most in MOST.items()
        if (value := horizon[key.partition(".")[2]]) > most
    ]
    if faults:
        raise ScenarioError(faults)
