"""The picture of a firm: every mark stands for an effect that the scenario has, and all of it can be read."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from synthetic import reference_firm, tiny_firm
from typer.testing import CliRunner

from simulation.cli import app
from simulation.scenario.loading import load, load_dict
from simulation.views.firm_picture import firm_picture, picture_bytes
from simulation.views.firm_picture.marks import blocks, reach_sentence
from simulation.views.style import SMALL, look

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from simulation.views.firm_picture.marks import Block, Line

HARD = [
    "baseline",
    pytest.param("software_vendor", marks=pytest.mark.full),
    pytest.param("online_offline", marks=pytest.mark.full),
]


@cache
def firm_blocks() -> list[Block]:
    return blocks(reference_firm())


def block(name: str) -> Block:
    return next(found for found in firm_blocks() if found.name == name)


def line(department: str, name: str) -> Line:
    return next(found for found in block(department).lines if found.name == name)


def test_marks_say_what_is_felt() -> None:
    """By hand from the reference firm: dearer care, promises, more calls that solve less."""
    assert line("Fulfilment", "Economy before care").feels == {"delivery": "worse"}
    assert line("Fulfilment", "Narrow delivery slots").feels == {"delivery": "better"}
    assert line("Sales", "Promises in the consultation").feels == {"consultation": "both"}
    assert line("Customer Service", "Pressure on handling time").feels == {"service_call": "both"}
    assert line("Digital", "Self-service deflection").feels == {"self_service": "worse", "service_call": "unfelt"}
    assert line("Marketing", "Campaign volume").feels == {"newsletter": "unfelt", "campaign": "unfelt"}


def test_what_needs_others_is_told_apart() -> None:
    clear = line("Marketing", "Plain words about the offer")
    assert clear.feels == {}
    assert clear.jointly == {"consultation": "better", "use": "better"}
    together = line("Levers that work together", "An offer that is easy to understand (Marketing, Sales and Product)")
    assert together.jointly == clear.jointly


def test_own_stands_for_every_touchpoint_of_a_lever_that_all_have() -> None:
    coaching = line("Every department also has", "Coaching the survey answer")
    assert set(coaching.feels) == set(reference_firm().journey)


def test_stars_are_the_touchpoints_that_the_own_kpi_counts() -> None:
    assert block("Digital").counted == ("website", "self_service")
    assert block("Sales").counted == ("consultation",)


def test_who_reaches_into_others() -> None:
    assert reach_sentence(reference_firm()) == (
        "own levers of Marketing, Digital, Sales and Product also move touchpoints that others run"
    )
    changes = {"extends": "baseline", "joint_effects": {"clear_offer": None}, "title": "Apart"}
    changes |= {"departments": {"digital": {"levers": {"deflection": None}}}}
    apart = load_dict(changes).scenario
    assert reach_sentence(apart) == "no department's own levers move a touchpoint that another runs"


@pytest.mark.parametrize("name", HARD)
def test_everything_is_named_inside_the_page_and_nothing_overlaps(name: str) -> None:
    firm = load(name).scenario
    with look():
        figure = firm_picture(firm)
        texts = drawn(figure)
        said = " ".join(" ".join(text.get_text() for text in texts).split())
        parts = [*firm.departments.values(), *firm.journey.values(), *firm.every_department.values()]
        parts += [lever for part in firm.departments.values() for lever in part.levers.values()]
        assert [part.name for part in parts if part.name.split()[0] not in said] == []
        assert min(text.get_fontsize() for text in texts) >= SMALL
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # a legend finds its place when it is drawn
        boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts]
    wide, tall = figure.get_size_inches() * figure.dpi
    assert [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > wide or box.y1 > tall] == []
    shrunk = [(text, box.padded(-2)) for text, box in boxes]
    assert [(one, two) for (one, a), (two, b) in combinations(shrunk, 2) if a.overlaps(b)] == []


def drawn(figure: Figure) -> list[Text]:
    return [found for found in figure.findobj(Text) if found.get_visible() and found.get_text().strip()]


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_same_firm_is_the_same_bytes(kind: str, begins: bytes) -> None:
    with look():
        first, second = (picture_bytes(firm_picture(tiny_firm()), kind) for _ in range(2))
    assert first.startswith(begins)
    assert first == second


def test_the_command_writes_once_and_refuses_other_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["show", "team_bonus_field", "--picture"]
    assert CliRunner().invoke(app, [*words, "firm.svg"]).exit_code == 0
    again = CliRunner().invoke(app, [*words, "firm.svg"])
    assert (again.exit_code, "--overwrite" in again.stderr) == (2, True)
    other = CliRunner().invoke(app, [*words, "firm.jpg"])
    assert (other.exit_code, ".png, .svg or .pdf" in other.stderr) == (2, True)
    assert [file.name for file in tmp_path.iterdir()] == ["firm.svg"]
