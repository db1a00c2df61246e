"""The documentation says what the code does: generated parts, equations, sources, links, the list of what is public."""

from __future__ import annotations

import doctest
import importlib
import inspect
import math
import pkgutil
import random
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "docs"))  # the generator is no part of the package

import generate
from generating import architecture, commands, tables
from generating.equations import GROUPS, Equation, all_equations
from generating.parameters import PARTS
from test_layers import LAYERS

import simulation.rules
from simulation.rules.information import Evidence
from simulation.scenario.schema import docstrings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*generate.pages(), ROOT / "CONTRIBUTING.md"]

# -- generated parts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", generate.pages(), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_generated_parts_are_what_the_code_gives(page: Path) -> None:
    """If not: `python docs/generate.py`."""
    text = page.read_text(encoding="utf-8")
    assert generate.renewed(text) == text


def test_a_changed_part_is_seen_and_mended() -> None:
    text = "before\n<!-- generated: schemes -->\n| an old table |\n<!-- end of schemes -->\nafter\n"
    mended = generate.renewed(text)
    assert mended != text
    assert "`split_pool`" in mended
    assert mended.startswith("before\n")
    assert mended.endswith("\nafter\n")
    assert generate.renewed(mended) == mended


def test_the_reader_of_sources_does_what_it_shows() -> None:
    assert doctest.testmod(tables).attempted > 1
    assert doctest.testmod(tables).failed == 0


def test_every_part_that_can_be_generated_stands_in_a_page() -> None:
    shown = {name for page in generate.pages() for name in re.findall(r"<!-- generated: (.+?) -->", page.read_text())}
    assert shown == set(generate.PARTS)


# -- equations -------------------------------------------------------------------------------------------------------


def test_equations_are_numbered_without_gaps() -> None:
    assert [equation.number for equation in all_equations()] == list(range(1, len(all_equations()) + 1))


def test_every_equation_stands_in_the_odd_once_with_a_source() -> None:
    odd = (DOCS / "ODD.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| E(\d+) \| `([\w.]+)` \|", odd, flags=re.MULTILINE)
    expected = {(str(e.number), f"{Path(e.file).stem}.{e.name}") for e in all_equations()}
    assert len(rows) == len(expected)
    assert set(rows) == expected
    assert [e.number for e in all_equations() if not e.source] == []
    assert {e.file for e in all_equations()} == {file for files in GROUPS.values() for file in files}


NO_EQUATIONS = {"Evidence", "LearningRule", "PeopleValues", "Scores", "Terms", "rule_named", "values_of"}
"""What rules export that computes nothing: types, and ways to name and make things."""


def test_every_rule_has_an_equation() -> None:
    numbered = {(e.module, e.name) for e in all_equations()}
    rules = [
        importlib.import_module(f"simulation.rules.{found.name}")
        for found in pkgutil.iter_modules(simulation.rules.__path__)
    ]
    exported = {(rule.__name__, name) for rule in rules for name in getattr(rule, "__all__", ())}
    callables = {
        (module, name) for module, name in exported if callable(getattr(importlib.import_module(module), name))
    }
    assert {(module, name) for module, name in callables - numbered if name not in NO_EQUATIONS} == set()


SIGNED = {
    *(
        "appraisal",
        "at",
        "backlog",
        "days_late",
        "found",
        "gain",
        "gain_per_unit",
        "gap",
        "gap_",
        "log_odds_of_voice",
        "luck",
    ),
    *(
        "luck_of_arrival",
        "move",
        "noise",
        "one",
        "opens_at",
        "other",
        "own_score",
        "part",
        "promise",
        "pull",
        "rivals",
        "score",
    ),
    *("shared_score", "target", "tone", "x"),
}
"""Arguments that may be below 0."""
NOT_BY_THE_FIGURES = {"appraise", "worth", "gain", "sight_of"}
"""Rules whose equation names other rules instead of figures."""


def evaluated() -> list[Equation]:
    """The equations that figures can be put into: those of rules and of uniform numbers."""
    return [
        equation
        for equation in all_equations()
        if equation.text
        and (equation.module.startswith("simulation.rules") or equation.module == "simulation.randomness")
        and equation.name not in NOT_BY_THE_FIGURES
    ]


def drawn(name: str, luck: random.Random) -> Any:
    """A value for an argument of this name."""
    special: dict[str, Callable[[], Any]] = {
        "channel": lambda: luck.choice((0, 1, 2)),
        "direction": lambda: luck.choice((-1, 1)),
        "optimised": lambda: luck.random() < 0.5,
        "follow_up": lambda: luck.random() < 0.5,
        "rule": lambda: luck.choice(("trial_and_error", "local_search")),
        "settings": lambda: [luck.random() for _ in range(luck.randint(1, 5))],
        "fidelities": lambda: [luck.random() for _ in range(luck.randint(0, 4))],
        "diagnosis": lambda: [luck.randint(0, 3) for _ in range(5)],
        "seen evidence": lambda: Evidence(
            here=luck.uniform(-1, 1), elsewhere=luck.uniform(-1, 1), change=luck.uniform(-1, 1)
        ),
    }
    if name in special:
        return special[name]()
    if name in {"word", "word0", "word1"}:
        return luck.randrange(2**32)
    if name in {"ordered_at", "due"}:
        return luck.randrange(20 * 7168)
    if name in {"departments", "sharers", "areas", "seen", "opened"}:
        return luck.randint(1, 9)
    return luck.uniform(-0.95, 0.95) if name in SIGNED else luck.uniform(0.05, 0.95)


FUNCTIONS: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("ceil", "exp", "floor", "log", "prod", "sinh", "sqrt", "e")},
    "abs": abs,
    "len": len,
    "max": max,
    "min": min,
    "sum": sum,
    "ln": math.log,
    "clip": lambda x, low, high: min(max(x, low), high),
}


@pytest.mark.parametrize("equation", evaluated(), ids=lambda e: f"E{e.number} {e.name}")
def test_an_equation_gives_what_its_function_gives(equation: Equation) -> None:
    rule = getattr(importlib.import_module(equation.module), equation.name)
    rule = getattr(rule, "py_func", rule)
    names = list(inspect.signature(rule).parameters.values())
    luck = random.Random(equation.number)  # the same points each time: a failure can be looked at
    for _ in range(40):
        given = {item.name: drawn(item.name, luck) for item in names}
        if equation.name == "seen":
            given["evidence"] = drawn("seen evidence", luck)
        if equation.name == "clip":
            given["low"], given["high"] = sorted((given["low"], given["high"]))
        if equation.name in {"log", "power"}:
            given["x"] = luck.uniform(0.01, 5.0)
        positional = [given[item.name] for item in names if item.kind is item.POSITIONAL_OR_KEYWORD]
        unpacked = [value for item in names if item.kind is item.VAR_POSITIONAL for value in given[item.name]]
        keyword = {item.name: given[item.name] for item in names if item.kind is item.KEYWORD_ONLY}
        expected = eval(equation.text, {"__builtins__": {}}, {**FUNCTIONS, **given})
        assert rule(*positional, *unpacked, **keyword) == pytest.approx(expected, rel=1e-7, abs=1e-9), given


# -- sources of defaults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PARTS)
def test_every_key_is_described_and_every_figure_has_a_source(place: str) -> None:
    """A default of 0 or 1 that leaves things as they are needs none."""
    part = PARTS[place]
    words = dict(docstrings(part))
    assert set(part.model_fields) - set(words) == set()
    without = [
        name
        for name, field in part.model_fields.items()
        if isinstance(field.default, int | float)
        and not isinstance(field.default, bool)
        and field.default not in {0, 1}
        and not re.search(r"Source:\s\S|[Oo]ur assumption", words[name])
    ]
    assert without == []


# -- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_the_documentation_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|^\S+<!-- page -->$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if not target.startswith(("http", "mailto:"))]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_pages_that_are_taken_in_are_named_as_they_are_linked() -> None:
    taken = [
        (page, *found)
        for page in generate.pages()
        for found in re.findall(
            r"^\[(\S+)\]\((\S+)\)<!-- page -->$", page.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    ]
    assert len(taken) > 10
    assert [name for page, name, target in taken if (page.parent / target).resolve() != ROOT / name] == []


def shown_commands(page: Path) -> list[list[str]]:
    """Words after `silosim` in each command that a page shows, in blocks and in its text."""
    text = page.read_text(encoding="utf-8")
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    lines += re.findall(r"`(silosim [^`]+)`", text)
    words = [shlex.split(line, comments=True) for line in lines if line.startswith("silosim ")]
    return [line[1:] for line in words if line[1] != "COMMAND"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_show_exist_with_their_options(page: Path) -> None:
    known = commands.options()
    wrong = [
        [name, *arguments]
        for name, *arguments in shown_commands(page)
        if {word for word in arguments if word.startswith("--")} - known.get(name, set()) or name not in known
    ]
    assert wrong == []


# -- what is public, and the map -------------------------------------------------------------------------------------


def listed(heading: str) -> dict[str, str]:
    """Names and the version since which they are public, from a section of the list."""
    section = (DOCS / "public_api.md").read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (\d+\.\d+\.\d+) \|", section, flags=re.MULTILINE))


def test_the_list_of_public_names_is_complete() -> None:
    """A name that is new goes into docs/public_api.md with the version that brings it; one that goes is a break."""
    assert set(listed("Names")) == {f"simulation.{name}" for name in simulation.__all__}


def test_the_list_of_commands_is_complete() -> None:
    assert set(listed("Commands")) == {f"silosim {name}" for name in commands.names()}


def test_the_map_shows_imports_that_go_downwards() -> None:
    imports = architecture.imports_of()
    assert set(imports) <= set(LAYERS)
    assert [
        (part, other) for part, others in imports.items() for other in others if LAYERS[other] >= LAYERS[part]
    ] == []
    assert imports["rules"] == {"scenario"}  # the reader of imports sees what there is
