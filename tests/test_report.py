"""The report: it stands alone, says what the figures say and no more, and lets no text of a scenario become markup."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from fake_runner import fake_arms, interrupted_at_3, tiny_scenario
from synthetic import synthetic_comparison, tiny_firm
from typer.testing import CliRunner

from simulation.analysis.comparison import Comparison, compare
from simulation.analysis.folder import FolderRefused
from simulation.analysis.reading import read
from simulation.analysis.storage import provenance, save
from simulation.cli.commands import app
from simulation.scenario.loading import load, load_dict
from simulation.views.phases import PHASES, phases_of
from simulation.views.report import report_html, write_report
from simulation.views.report.answer import answer
from simulation.views.report.ground import findings, source_counts
from simulation.views.report.numbers import line_of, rows_of
from simulation.views.words import amount, row_of, size_words

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><img src=x onerror=alert(1)>'\"&{{ 7*7 }}<!--"
EVIL = '<svg onload="alert(1)">\u2028]]>'


def scenario(*, arms: int = 3, currency: str = "CHF") -> dict[str, Any]:
    """The tiny shop with so many arms, of which every third shares fully and every third equals the first."""
    given = tiny_scenario()
    given["market"]["currency"] = currency
    weights = [0.0, 1.0, 0.0]
    given["arms"] = {
        f"arm_{at}": {
            "title": f"Alternative number {at}",
            "changes": {"incentives": {"shared_weight": weights[at % 3], "shared_metrics": {"spending": 1.0}}},
        }
        for at in range(arms)
    }
    return given


@cache
def compared(arms: int = 3, replications: int = 4) -> Comparison:
    return compare(scenario(arms=arms), replications=replications, weeks=20, workers=1, runner=fake_arms)


@cache
def page(arms: int = 3, replications: int = 4) -> str:
    of = compared(arms, replications)
    return report_html(of, told=provenance(of, command=["silosim", "compare", "x.yaml"]))


@cache
def real() -> Comparison:
    """Numbers with effects of their own in every metric."""
    of = synthetic_comparison(tiny_firm(arms=3), replications=5, weeks=40)
    loaded = load_dict(tiny_scenario())
    return Comparison(
        name="made_up",
        scenario=of.scenario,
        arms=dict.fromkeys(of.arm_titles, of.scenario),
        arm_titles=of.arm_titles,
        summary=of.summary,
        weekly=of.weekly,
        customers=pd.DataFrame(columns=["arm", "stage"]),
        journey=of.journey,
        ledger=of.ledger,
        council=pd.DataFrame(),
        raw=loaded.raw,
        hash=loaded.hash,
        seed=7,
        replications=5,
    )


class Reader(HTMLParser):
    """Elements with their attributes, ids, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        # What scripts hold is none of a reader's business, and long.
        self.feed(re.sub(r"<script>.*?</script>", "<script></script>", text, flags=re.DOTALL))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


# --- it stands alone -------------------------------------------------------------------------------------------------


def test_nothing_is_loaded_from_anywhere() -> None:
    reader = Reader(page())
    loads = [
        (tag, key, value)
        for tag, attributes in reader.elements
        for key, value in attributes.items()
        if key in {"src", "href", "xlink:href", "action", "data", "srcset", "poster"}
        and not (value or "").startswith("#")
    ]
    assert loads == []
    assert not [tag for tag, _ in reader.elements if tag in {"link", "iframe", "object", "embed", "base", "form"}]
    style = re.search(r"<style>(.*?)</style>", page(), re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


@pytest.mark.parametrize("arms", [1, 8])
def test_the_page_is_small_enough_to_send(arms: int) -> None:
    assert len(page(arms).encode()) < 5_000_000


def test_the_policy_allows_only_the_scripts_of_the_page() -> None:
    import base64
    import hashlib

    policy = next(
        of["content"] for of in Reader(page()).of("meta") if of.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy
    assert policy.startswith("default-src 'none'; ")
    allowed = set(re.findall(r"'(sha256-[^']+)'", policy))
    scripts = re.findall(r"<script>(.*?)</script>", page(), re.DOTALL)
    found = {"sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts}
    assert len(found) == 3
    assert allowed == found
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "unsafe-eval" not in policy


def test_headings_are_in_order_and_ids_are_one_of_a_kind() -> None:
    reader = Reader(page())
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [of["popovertarget"] for of in reader.of("button") if "popovertarget" in of]
    targets += [(of["href"] or "")[1:] for of in reader.of("a") + reader.of("use")]
    assert set(targets) <= set(ids)


def test_the_data_in_the_page_are_data() -> None:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page(), re.DOTALL)
    assert match
    data = json.loads(match[1])
    assert data["arms"] == list(compared().arm_titles.values())
    loyalty = next(course for course in data["customers"] if course["name"] == "loyalty")
    weekly = compared().weekly
    of_week = weekly.loc[(weekly["arm"] == "arm_1") & (weekly["week"] == loyalty["week"][0] - 1), "loyalty"]
    assert loyalty["arms"][1]["mean"][0] == pytest.approx(of_week.mean(), rel=1e-4)
    assert loyalty["arms"][0]["difference"] is None


# --- it says what the figures say ------------------------------------------------------------------------------------


def test_the_answer_agrees_with_the_summary() -> None:
    of = compared()
    customers, money = answer(of)
    row = row_of(of, "loyalty", arm="arm_1")
    assert row is not None
    assert row.clear
    span = size_words(row.difference_low, row.difference_high, decimals=1)
    assert customers == (
        f"Against “Alternative number 0”, loyalty in the last 20 weeks is higher by {amount(row.difference)} points "
        f"({span}) under “Alternative number 1” and is exactly the same under “Alternative number 2”."
    )
    assert money == (
        "Profit at equal bonus spend in the last 20 weeks is exactly the same under “Alternative number 1” and "
        "“Alternative number 2”."
    )
    assert customers in Reader(page()).words
    assert money in Reader(page()).words


@pytest.mark.parametrize("replications", [1, 2])
def test_too_few_replications_claim_nothing(replications: int) -> None:
    of = compared(3, replications)
    text = " ".join(answer(of))
    assert "higher" not in text
    assert "lower" not in text
    words = Reader(page(3, replications)).words
    assert "too few" in words
    assert "▲" not in words
    assert "▼" not in words


def test_where_the_interval_covers_zero_nothing_is_claimed() -> None:
    of = real()
    kinds = {"claimed": 0, "not claimed": 0}
    for metric in of.summary["metric"].unique():
        rows = rows_of(of, metric)
        for cell, row in zip(line_of(of, rows).cells, list(rows.values())[1:], strict=True):
            claims = cell.kind in {"better", "worse", "moved"}
            assert claims == row.clear
            assert claims or not re.search(r"\d", cell.words)
            kinds["claimed" if claims else "not claimed"] += 1
    assert min(kinds.values()) > 0  # else the loop would have shown nothing


@pytest.mark.parametrize("arms", [1, 3, 8])
def test_every_arm_is_in_every_part(arms: int) -> None:
    text = page(arms)
    for at in range(arms):
        assert f"Alternative number {at}" in Reader(text).words
        assert f"of-{at}" in text
    if arms == 8:
        assert "under 3 of 7 other arms" in answer(compared(8))[0]
        assert "Customers (2 of 2)" in text
    if arms == 1:
        assert "silosim run scenario.yaml --arm arm_0 --replications 4" in Reader(text).words
        assert "Under “Alternative number 0”, loyalty is" in answer(compared(1))[0]
        assert "Arms shown" not in text


def test_paper_leaves_out_only_lines_that_claim_nothing() -> None:
    text = page()
    left_out = re.findall(r'<tr role="row" class="quiet">.*?</tr>', text, flags=re.DOTALL)
    assert left_out
    assert not any('class="better"' in line or 'class="worse"' in line for line in left_out)
    assert "without one stand in the page itself" in text or "has a clear difference, so they stand" in text


def test_lanes_of_the_journey_show_each_arm_or_what_is_the_same_in_all() -> None:
    of, journey = compared(3), compared(3).journey
    busier = journey["encounters"].where(journey["arm"] != "arm_1", 2.0 * journey["encounters"] + 1.0)
    of = replace(of, journey=journey.assign(encounters=busier))
    lanes = re.findall(r'<tr class="lane">.*?</tr>', report_html(of, told=provenance(of)), flags=re.DOTALL)
    cells = [cell for lane in lanes for cell in re.findall(r"<td>(.*?)</td>", lane, flags=re.DOTALL)]
    assert len(cells) == len(lanes) * len(of.scenario.journey) > 0
    assert {cell.count("in-arm of-") for cell in cells} == {0, 3}


def test_an_interrupted_comparison_says_so() -> None:
    of = compare(scenario(), replications=6, weeks=20, workers=1, runner=interrupted_at_3)
    assert of.interrupted
    text = report_html(of, told=provenance(of))
    assert "was stopped early: 3 finished replication(s)" in Reader(text).words


def test_money_is_named_by_the_currency() -> None:
    of = compare(scenario(currency="Taler & Groschen"), replications=3, weeks=20, workers=1, runner=fake_arms)
    words = Reader(report_html(of, told=provenance(of))).words
    assert "Taler & Groschen per 1,000 people a week" in words


def test_how_it_was_made_is_told() -> None:
    words = Reader(page()).words
    assert "silosim compare x.yaml" in words
    assert "--replications 4 --seed 7 --report" in words
    assert compared().hash in words


# --- no text becomes markup ------------------------------------------------------------------------------------------


@cache
def hostile() -> Comparison:
    """A comparison in which every text that a file may hold tries to be markup."""
    given = scenario()
    given |= {"title": HOSTILE, "question": EVIL, "expect": HOSTILE, "source": HOSTILE}
    given["market"]["currency"] = "€<b>"
    for part in ("departments", "journey", "kpis"):
        for name, of in given[part].items():
            of["name"] = f"{name} {HOSTILE}"
    given["departments"]["sales"]["levers"]["hurry"] |= {"name": EVIL, "low": HOSTILE, "high": EVIL}
    given["arms"]["arm_1"]["title"] = HOSTILE
    return compare(given, replications=3, weeks=12, workers=1, runner=fake_arms)


def test_hostile_names_stay_text() -> None:
    spoilt = Reader(report_html(hostile(), told=provenance(hostile(), command=["silosim", HOSTILE])))
    plain = Reader(page())
    assert {tag for tag, _ in spoilt.elements} == {tag for tag, _ in plain.elements}
    assert not [key for _, attributes in spoilt.elements for key in attributes if key.startswith("on")]
    assert len(spoilt.of("script")) == len(plain.of("script"))
    assert HOSTILE in spoilt.words
    assert "7*7" in spoilt.words  # a template's own signs in a name are not carried out


# --- folders and commands --------------------------------------------------------------------------------------------


def test_a_stored_comparison_gives_the_same_page(tmp_path: Path) -> None:
    of = compared()
    told = provenance(of, command=["silosim", "compare", "x.yaml"])
    folder = save(of, tmp_path / "results", command=["silosim", "compare", "x.yaml"])
    stored = read(folder)
    assert stored.same_meaning
    told["date"] = stored.provenance["date"]
    assert report_html(stored.comparison, told=stored.provenance) == report_html(of, told=told)


def test_odd_names_of_arms_are_read_back(tmp_path: Path) -> None:
    given = scenario()
    given["arms"] = dict.fromkeys(("nan", "null", "none"), given["arms"]["arm_1"])
    of = compare(given, replications=3, weeks=12, workers=1, runner=fake_arms)
    again = read(save(of, tmp_path / "results")).comparison
    assert list(again.summary["arm"].unique()) == ["nan", "null", "none"]
    assert set(again.summary["better"]) == set(of.summary["better"])
    assert list(again.journey["arm"].unique()) == ["nan", "null", "none"]


def test_a_changed_meaning_is_told() -> None:
    of = compared()
    text = report_html(of, told=provenance(of), same_meaning=False)
    assert "reads the stored scenario otherwise" in text


@pytest.fixture
def quick_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written is the same; that it is right is for other tests."""
    monkeypatch.setattr("simulation.views.report.page.report_html", lambda *_, **__: "<!DOCTYPE html>")


@pytest.mark.usefixtures("quick_page")
def test_a_file_that_stands_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("mine", encoding="utf-8")
    of = compared()
    with pytest.raises(FolderRefused):
        write_report(of, path, told=provenance(of))
    assert path.read_text(encoding="utf-8") == "mine"
    write_report(of, path, told=provenance(of), overwrite=True)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("spoil", ["missing", "no json", "not ours", "no frame"])
def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, spoil: str) -> None:
    folder = save(compared(), tmp_path / "results")
    file = folder / "provenance.json"
    if spoil == "missing":
        file.unlink()
    elif spoil == "no json":
        file.write_text("{", encoding="utf-8")
    elif spoil == "not ours":
        file.write_text("[]", encoding="utf-8")
    else:
        (folder / "ledger.csv").unlink()
    with pytest.raises(FolderRefused, match="results"):
        read(folder)


@pytest.mark.usefixtures("quick_page")
def test_the_command_writes_refuses_and_replaces(tmp_path: Path) -> None:
    folder = str(save(compared(), tmp_path / "results"))
    run = CliRunner().invoke
    assert run(app, ["report", folder]).exit_code == 0
    page_file = tmp_path / "results" / "report.html"
    assert page_file.read_text(encoding="utf-8") == "<!DOCTYPE html>"
    refused = run(app, ["report", folder])
    assert refused.exit_code == 2
    assert "--overwrite" in refused.output
    assert run(app, ["report", folder, "--overwrite", "-q"]).exit_code == 0
    assert run(app, ["report", str(tmp_path)]).exit_code == 2
    # A folder with a report in it is still a folder of results, and may be replaced.
    save(compared(), folder, overwrite=True)
    assert not page_file.exists()


# --- what it rests on ------------------------------------------------------------------------------------------------


def test_every_touchpoint_of_the_shipped_firms_has_a_phase() -> None:
    for name in ("baseline", "software_vendor"):
        loaded = load(name).scenario
        phases = phases_of(loaded)
        assert set(phases) == set(loaded.journey)
        places = [PHASES.index(phase) for phase in phases.values()]
        assert places == sorted(places)


def test_the_origin_of_every_parameter_is_counted() -> None:
    people, *_ = source_counts(compared())
    assert people.total == len(type(compared().scenario.people).model_fields)
    assert min(people.fitted, people.cited, people.assumed) > 0


def test_the_evidence_is_found_and_told() -> None:
    assert {finding.verdict for finding in findings()} >= {"holds", "does not hold", "cannot be told"}
    assert findings()[0].says in Reader(page()).words


def test_long_names_and_a_firm_of_another_form_are_told_whole() -> None:
    words = Reader(report_html(real(), told=provenance(real()))).words
    assert all(title in words for title in real().arm_titles.values())
    assert real().scenario.departments["doctors"].name in words
