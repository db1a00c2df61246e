"""The text of a scenario file: what differs from the scenario that it extends, and all of it where that cannot be said."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter

from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from simulation.scenario.loading import LoadedScenario

__all__ = ["difference", "scenario_text", "yaml_text"]


def scenario_text(base: Mapping[str, Any], loaded: LoadedScenario, *, extends: str, source: str) -> tuple[str, bool]:
    """Return the text of a scenario file, and whether it stands alone.

    Parameters
    ----------
    base
        Merged data of the scenario that it extends, which the file names `extends`.
    source
        Name of the workbook, for the comment on top.
    """
    changes = difference(base, loaded.raw)
    alone = not same(apply(base, changes), loaded.raw)
    content = loaded.raw if alone else {"extends": extends, **changes}
    says = "everything" if alone else "only what differs from the scenario that it extends"
    head = f"# Made from {_comment(source)} by silosim import. It says {says}.\n"
    return head + yaml_text(content), alone


def yaml_text(content: Mapping[str, Any]) -> str:
    """Plain data as YAML."""
    yaml = YAML()
    yaml.Representer = _Plainly
    yaml.width = 120
    file = io.StringIO()
    yaml.dump(content, file)
    return file.getvalue()


class _Plainly(RoundTripRepresenter):
    """Writes null as a word: an empty place looks forgotten."""


_Plainly.add_representer(type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null"))


def difference(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What to put over `base` so that it becomes `changed`; None deletes.

    Examples
    --------
    >>> difference({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 4}})
    {'a': {'c': 4}, 'd': None}
    """
    found: dict[str, Any] = {}
    for key, value in changed.items():
        before = base.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            if inner := difference(before, value):
                found[key] = inner
        elif key not in base or value != before:
            found[key] = value
    gone = {key: None for key, before in base.items() if key not in changed and before != {}}
    return found | gone


def same(one: object, other: object) -> bool:
    """Equal, and in the same order: the order of touchpoints and departments has a meaning. What is empty may be missing."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        left, right = ({key: value for key, value in part.items() if value != {}} for part in (one, other))
        return ([*left] == [*right] and all(same(left[key], right[key]) for key in left)) or (
            {*left} == {*right} and not _ordered(left) and all(same(left[key], right[key]) for key in left)
        )
    return one == other


def _ordered(part: Mapping[str, Any]) -> bool:
    """Whether the order of a part's keys can have a meaning: a collection of named parts."""
    return all(isinstance(value, Mapping) for value in part.values())


def _comment(text: str) -> str:
    return text if text.isprintable() else repr(text)
