"""`silosim attribute` and `silosim align`: what they leave, say and refuse; their pictures and words."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fake_runner import tiny_scenario
from ruamel.yaml import YAML
from test_charts import assert_legible
from typer.testing import CliRunner
from worlds import WORKSHOP, workshop

from simulation.analysis.folder import CHARTS, PROVENANCE
from simulation.cli import app
from simulation.laboratory.alignment.alignment_map import COLUMNS, LEVER_COLUMNS, Alignment
from simulation.laboratory.alignment.probes import FirmProbe
from simulation.laboratory.attribution.coalition_game import Game, game_between
from simulation.views.laboratory.alignment_chart import alignment_chart
from simulation.views.laboratory.alignment_words import Told, alignment_page, alignment_title
from simulation.views.laboratory.attribution_chart import attribution_chart
from simulation.views.laboratory.attribution_words import attribution_page, headline, sentences, window_words
from simulation.views.style import look

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SMALL = ("--population", "100", "--weeks", "12", "--replications", "2", "--workers", "1", "--quiet")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "tiny.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(tiny_scenario(), file)
    return tmp_path


def silosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="silosim")


# --- commands ---------------------------------------------------------------------------------------------------------


def test_attribute_leaves_a_whole_folder_that_it_can_replace(here: Path) -> None:
    words = ("attribute", "tiny.yaml", "--from", "own", "--to", "half", *SMALL, "--out", "out")
    done = silosim(*words)
    assert done.exit_code == 0, done.output
    assert {entry.name for entry in (here / "out").iterdir()} == {
        *("attribution.csv", "coalitions.csv", "attribution.md"),
        *(PROVENANCE, CHARTS),
    }
    assert {entry.name for entry in (here / "out" / CHARTS).iterdir()} == {
        "attribution_recorded.png",
        "attribution_relearning.png",
    }
    table = pd.read_csv(here / "out" / "attribution.csv")
    assert list(table["kind"].unique()) == ["recorded", "relearning"]
    for _, each in table.groupby("kind"):
        parts = each[each["what"].isin(["department", "section", "trials"])]["value"].sum()
        assert parts == pytest.approx(each[each["what"] == "gap"]["value"].iloc[0])
    told = json.loads((here / "out" / PROVENANCE).read_text(encoding="utf-8"))
    assert [each["kind"] for each in told["attribution"]] == ["recorded", "relearning"]
    assert silosim(*words).exit_code == 2
    assert silosim(*words, "--overwrite", "--kind", "recorded", "--no-charts").exit_code == 0
    assert not (here / "out" / CHARTS).exists()


def test_attribute_says_the_cost_first_and_stops_where_asked(here: Path) -> None:
    done = silosim("attribute", str(WORKSHOP), "--estimate", *SMALL)
    assert done.exit_code == 0
    assert "recorded: 4 player(s)" in done.stdout
    assert "36 runs" in done.stdout  # two replications of 16 coalitions and both arms
    assert "34 runs" in done.stdout  # two replications of 16 coalitions and a burn-in
    assert not (here / "results").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("attribute", "tiny.yaml", "--from", "owm"), "did you mean `own`"),
        (("attribute", "tiny.yaml", "--to", "same", "--kind", "relearning"), "say the same"),
        (("attribute", "tiny.yaml", "--outcome", "loyalti"), "did you mean `loyalty`"),
        (("attribute", "tiny.yaml", "--from", "own", "--to", "own"), "takes two arms"),
        (("align", "tiny.yaml", "--arm", "halv"), "did you mean `half`"),
        (("align", "tiny.yaml", "--value", "love"), "lifetime_value"),
    ],
)
def test_faults_are_exit_2_in_plain_words(here: Path, words: tuple[str, ...], said: str) -> None:
    done = silosim(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert not (here / "results").exists()


def test_ctrl_c_in_the_second_kind_keeps_the_first(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.laboratory.attribution import attribution

    play = attribution.play

    def stopped(game: Game, **options: object) -> attribution.Played:
        if game.kind == "relearning":
            raise KeyboardInterrupt
        return play(game, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(attribution, "play", stopped)
    done = silosim("attribute", "tiny.yaml", "--to", "half", *SMALL, "--no-charts", "--out", "out")
    assert done.exit_code == 130
    assert list(pd.read_csv(here / "out" / "attribution.csv")["kind"].unique()) == ["recorded"]


def test_align_leaves_a_whole_folder(here: Path) -> None:
    done = silosim("align", str(WORKSHOP), "--value", "loyalty", *SMALL, "--out", "out")
    assert done.exit_code == 0, done.output
    assert {entry.name for entry in (here / "out").iterdir()} == {
        *("alignment.csv", "alignment_levers.csv", "alignment.md"),
        *(PROVENANCE, CHARTS),
    }
    assert (here / "out" / CHARTS / "alignment.png").stat().st_size > 10_000
    table = pd.read_csv(here / "out" / "alignment.csv")
    assert list(table["department"]) == list(workshop().departments)
    assert "No effect" in done.stdout or "no effect" in done.stdout  # two replications tell nothing


def test_align_says_the_cost_first(here: Path) -> None:
    done = silosim("align", str(WORKSHOP), "--estimate", *SMALL)
    assert done.exit_code == 0
    assert " runs of about " in done.stdout
    assert not (here / "results").exists()


# --- words and pictures -------------------------------------------------------------------------------------------------


def game(better: str = "loyalty") -> Game:
    arms = {"own": workshop(), "shared": workshop().model_copy(
        update={"incentives": workshop().incentives.model_copy(update={"shared_weight": 0.5})})}  # fmt: skip
    titles = {"own": "Own KPI only", "shared": "Half the weight on shared metrics, and a title that goes on and on"}
    return game_between(
        arms, first="own", second="shared", kind="relearning", outcome=better, seed=1, replications=10, titles=titles
    )


def table(*, clear: bool = True) -> pd.DataFrame:
    """Made up: marketing adds 3 of 4 points, the counter 1, a half of which comes of changing together."""
    spread = 0.5 if clear else 9.0
    rows = []
    for what, name, label, value in (
        ("from", "own", "Own KPI only", 60.0), ("department", "marketing", "Marketing", 3.0),
        ("department", "counter", "Counter of a long name that must be broken", 1.0), ("to", "shared", "Half", 64.0),
        ("gap", "gap", "Gap", 4.0),
    ):  # fmt: skip
        row: dict[str, object] = {"kind": "relearning", "what": what, "name": name, "label": label, "n": 10}
        player = what == "department"
        for measure, mean in (
            ("value", value),
            ("alone", value / 2),
            ("last", value * 1.5),
            ("interaction", value / 2),
        ):
            held = mean if measure == "value" or player else math.nan
            row |= {measure: held, f"{measure}_low": held - spread * 0.4, f"{measure}_high": held + spread * 0.4}
        rows.append(row)
    return pd.DataFrame(rows)


def test_the_largest_part_is_in_the_title() -> None:
    assert headline(game(), table()) == (
        "Loyalty is higher by 4.00 points under “Half the weight on shared metrics, and a title that goes on and on”; "
        "Marketing accounts for 75 % of it (with relearning)"
    )
    assert "does not differ" in headline(game(), table(clear=False).assign(value_low=-9.0, value_high=9.0))


def test_one_replication_tells_nothing_and_says_so() -> None:
    alone = table().assign(n=1, value_low=math.nan, value_high=math.nan)
    said = headline(game(), alone)
    assert said.startswith("Whether loyalty differs")
    assert "cannot be told from one replication" in said


def test_a_short_run_has_no_last_52_weeks() -> None:
    weeks = game().first.horizon.weeks
    assert weeks < 52
    assert window_words(game()) == f"mean of all {weeks} weeks"
    assert f"figures are those of all {weeks} weeks" in alignment_page(*angles())


def test_sentences_say_how_far_others_matter() -> None:
    said = sentences(game(), table())
    assert said[1].startswith("- Marketing: +3.00 (2.80 to 3.20); alone +1.50")
    assert said[1].endswith("Others' changing as well makes its part larger.")
    page = attribution_page([(game(), table())])
    assert "## With relearning" in page
    assert "| Marketing | +3.00 (2.80 to 3.20) |" in page


def angles() -> tuple[Alignment, Told]:
    verdicts = ["against", "with", "no_value"]
    rows = [
        {
            "department": department,
            "angle": at,
            "low": at - 10,
            "high": at + 10,
            "verdict": verdict,
            "levers": 2,
            "n": 9,
        }
        for department, at, verdict in zip(workshop().departments, [120.0, 10.0, math.nan], verdicts, strict=False)
    ]
    lever = {"department": "marketing", "lever": "marketing.hype", "kpi": 1.0, "kpi_low": 0.9, "kpi_high": 1.1,
             "value": -2.0, "value_low": -2.1, "value_high": -1.9, "pull": "opposite", "n": 9}  # fmt: skip
    found = Alignment(
        angles=pd.DataFrame(rows, columns=list(COLUMNS)),
        levers=pd.DataFrame([lever]),
        replications=9,
        interrupted=False,
    )
    assert {name.removesuffix("_low").removesuffix("_high") for name in lever} == set(LEVER_COLUMNS)
    probe = FirmProbe(scenario=workshop(), value="loyalty", seed=1)
    return found, Told(probe=probe, arm_title="Own KPI only", step=0.1)


def test_the_map_says_who_pulls_where() -> None:
    found, told = angles()
    names = [told.name(str(name)) for name in found.angles["department"]]
    assert alignment_title(found, told).startswith(
        f"What {names[0]} is measured on pulls against loyalty; what {names[1]} is measured on pulls with it"
    )
    page = alignment_page(found, told)
    assert f"- {names[0]}: 120 degrees (110 to 130): pulls against it. Most at odds: " in page


@pytest.mark.parametrize("which", ["attribution", "alignment"])
def test_pictures_are_legible(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with look():
        figure = attribution_chart(game(), table()) if which == "attribution" else alignment_chart(*angles())
        assert len(assert_legible(figure, monkeypatch)) > 10
