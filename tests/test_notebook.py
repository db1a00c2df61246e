"""The consultant's notebook runs from the first cell to the last, and is kept as it was run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "experiments" / "consultant"
NOTEBOOK = FOLDER / "consultant.ipynb"
SMALL = "replications, population, weeks, runs, whose = 4, 200, 30, 60, '--customer 3'"


def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def code() -> list[Any]:
    return [cell for cell in notebook().cells if cell.cell_type == "code"]


def test_it_is_kept_with_what_every_cell_showed_in_order_and_small() -> None:
    assert [cell.execution_count for cell in code()] == list(range(1, len(code()) + 1))
    assert not [out for cell in code() for out in cell.outputs if out.output_type == "error"]
    assert NOTEBOOK.stat().st_size < 1_500_000


def test_what_it_shows_names_no_machine_and_loads_nothing() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.])/(?:home|tmp|root|Users)/", text)
    assert not re.findall(r"<script|<iframe|src=\\\\?[\"']http", text)


def test_its_commands_are_those_that_there_are() -> None:
    from simulation.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    used = {name for cell in code() for name in re.findall(r"silosim\(\s*f?['\"](\w+)", cell.source)}
    assert {"new", "show", "template", "import", "compare", "map"} <= used <= known


@pytest.mark.full
def test_it_runs_from_the_first_cell_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, at a small size; a cell that fails fails here."""
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setenv("PYTHONWARNINGS", "default")  # its kernel is a user's, not a test
    from execute import executed

    todo = notebook()
    (sizes,) = [cell for cell in todo.cells if "parameters" in cell.metadata.get("tags", ())]
    sizes.source = SMALL
    done = executed(todo, tmp_path)
    assert {"report.html", "report.xlsx", "report.pptx"} <= {path.name for path in (tmp_path / "results").iterdir()}
    assert all(cell.execution_count for cell in done.cells if cell.cell_type == "code")
