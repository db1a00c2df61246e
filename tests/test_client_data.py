"""A client's figures: every fault told with its line, all at once; none turned into a wrong target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulation.laboratory.calibration.client_data import read_client_data
from simulation.laboratory.calibration.measures import measures_of
from simulation.laboratory.calibration.template import template
from simulation.laboratory.calibration.units import WEEKS_A_MONTH, Clock
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.calibration.client_data import ClientData, Target

HEADER = "metric,value,unit,month,n,tolerance,where\n"
FIRM = load("baseline")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "client.csv"


def read(file: Path, text: str | bytes, *, market: float | None = None) -> ClientData:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_client_data(file, FIRM.scenario, clock=Clock(market=market))


def target(file: Path, row: str, *, market: float | None = None) -> Target:
    (found,) = read(file, f"{HEADER}{row}\n", market=market).targets
    return found


def faults(file: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(file, text)
    return [str(fault).removeprefix(str(file)) for fault in caught.value.faults]


# --- units ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("nps,30,points,,,,", 30.0),
        ("csat,58,%,,,,", 58.0),
        ("csat,.58,share,,,,", 58.0),
        ("csat,4,stars,,,,", 75.0),
        ("conversion,215,\"per 1,000\",,,,shop", 21.5),
        ("churn,1.9,% a month,,,,", 1000 * (1 - 0.981 ** (1 / WEEKS_A_MONTH))),
        ("retention,80,% a year,,,,", 1000 * (1 - 0.8 ** (1 / 52))),
        ("retention,.8,share a year,,,,", 1000 * (1 - 0.8 ** (1 / 52))),
        ("complaints,26,\"per 1,000 customers a month\",,,,", 26 / WEEKS_A_MONTH),
        ("contacts,2.6,a customer a year,,,,", 50.0),
        ("leads,4000,a month,,,,", 1000 * 4000 / WEEKS_A_MONTH / 50_000),
        ("wait,7,days,,,,delivery", 1.0),
        ("handle_time,6,minutes at 0.5,,,,service_call", 3.0),
        ("order_value,61.5,EUR,,,,", 61.5),
        ("upgrades,9,\"per 1,000 uses\",,,,", 9.0),
    ],
)  # fmt: skip
def test_figures_are_brought_to_native_units(file: Path, row: str, value: float) -> None:
    assert target(file, row, market=50_000).value == pytest.approx(value)


def test_the_error_is_the_tolerance_or_comes_from_n_or_is_assumed(file: Path) -> None:
    assert target(file, "nps,30,points,,,4,").sd == pytest.approx(4 / 1.96)
    assert target(file, "conversion,20,%,,400,,shop").sd == pytest.approx(2.0)
    assert target(file, "nps,30,points,,400,,").sd == pytest.approx(4.0)
    assert target(file, "order_value,60,EUR,,,,").sd == pytest.approx(3.0)
    both = target(file, "nps,30,points,,400,1,")
    assert (both.sd, both.basis) == (pytest.approx(4.0), "n")


def test_comments_empty_lines_and_a_byte_order_mark_do_not_matter(file: Path) -> None:
    found = read(
        file, b"\xef\xbb\xbf# ours\r\n" + HEADER.encode() + b"\r\n# nps,99,points,,,,\r\nnps,30,points,,,,\r\n"
    )
    assert [(each.value, each.line) for each in found.targets] == [(30.0, 5)]


def test_what_is_told_twice_under_two_names_counts_once(file: Path) -> None:
    found = read(file, f"{HEADER}churn,20,% a year,,,,\nretention,80,% a year,,,,\n")
    assert [each.measure.name for each in found.targets] == ["churn"]
    assert "Line 3 (retention) says the same as line 2 (churn) and counts once." in found.remarks


# --- bad data ---------------------------------------------------------------------------------------------------------

BAD = {
    "nps,,points,,,,": "value: is missing: a number; leave the whole row out where there is none",
    "nps,good,points,,,,": "value: 'good' is no number: a number with a point and without other marks, such as 1240.5",
    "nps,nan,points,,,,": "value: 'nan' is no number",
    "csat,58%,%,,,,": "value: '58%' is no number: a number without %: the unit stands in the column unit",
    'csat,"58,5",%,,,,': "value: '58,5' is no number: a number with a point and without commas: 3.5",
    "csat,58,5,%,,,,": "has 8 cells, the header 7: a point in numbers (3.5, not 3,5; 1240, not 1,240)",
    "csat,58,share,,,,": "value: '58' cannot be in `share`: from 0 to 1; a percentage? Then the unit is `%`",
    "csat,.58,%,,,,": "value: '.58' in `%` may be a share or a percentage: 58 if 0.58 of all is meant (or unit `share`)",
    "churn,.2,% a year,,,,": "value: '.2' in `% a year` may be a share or a percentage",
    "nps,130,points,,,,": "value: '130' cannot be in `points`: from -100 to 100",
    "complaints,-3,\"per 1,000 customers a week\",,,,": "value: '-3' cannot be in `per 1,000 customers a week`: from 0 upwards",
    "csat,70,,,,,": "unit: is missing: `points of 100` or `%` or `share` or `stars`",
    "churn,2,percent,,,,": "unit: 'percent' is no unit of churn: `% a year` or `% a month`",
    "handle_time,6,minutes,,,,shop": "unit: 'minutes' is no unit of handle_time: `minutes at 0.60`",
    "leads,900,a month,,,,": "unit: 'a month' counts the whole market: --market N",
    "npss,30,points,,,,": "metric: 'npss' is not known; did you mean `nps`?",
    ",30,points,,,,": "metric: is missing",
    "loyalty,60,%,,,,": "metric: 'loyalty' is nothing that a firm can observe",
    "conversion,20,%,,,,": "where: is missing: conversion is measured at a touchpoint or department",
    "conversion,20,%,,,,shopp": "where: 'shopp' is no place for conversion",
    "nps,30,points,,,,shop": "where: 'shop' is no place for nps: nothing: it is of the whole firm",
    "nps,30,points,0,,,": "month: '0' is not allowed: a whole number from 1 to 60, or nothing",
    "nps,30,points,1.5,,,": "month: '1.5' is not allowed",
    "nps,30,points,,-4,,": "n: '-4' is not allowed: a whole number from 1",
    "nps,30,points,,,0,": "tolerance: '0' is not allowed: a number above 0",
}  # fmt: skip


@pytest.mark.parametrize(("row", "said"), BAD.items(), ids=BAD)
def test_bad_rows_are_told_with_their_line(file: Path, row: str, said: str) -> None:
    assert [
        text for text in faults(file, f"{HEADER}csat,4,stars,,,,website\n{row}\n") if text.startswith(f":3: {said}")
    ]


def test_all_faults_are_told_at_once(file: Path) -> None:
    assert len(faults(file, HEADER + "\n".join(BAD) + "\n")) >= len(BAD)


CONTRADICTIONS = {
    "nps,30,points,1,,,\nnps,45,points,1,,,": ":3: value: nps 45 points of month 1 contradicts line 2: nps 30 points",
    "nps,30,points,,,,\nnps,30,points,,,,": ":3: NPS is given already, in line 2: each figure once",
    "churn,20,% a year,,,,\nretention,90,% a year,,,,": ":3: value: retention 90 % a year contradicts line 2: churn 20 % a year",
    "conversion,.6,share,1,,,shop\nconversion,1.2,%,2,,,shop": ":2: value: .6 share here and 1.2 % in line 3",
}


@pytest.mark.parametrize(("rows", "said"), CONTRADICTIONS.items())
def test_contradictions_are_told(file: Path, rows: str, said: str) -> None:
    (told,) = faults(file, f"{HEADER}{rows}\n")
    assert told.startswith(said)


FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ": is empty: a header (metric,value,unit,month,n,tolerance,where), then a row for each figure"),
    "nothing filled in": (
        HEADER.encode() + b"# nps,,points,,,,\n",
        ": holds no figures: a row for each figure, below the header; in a template, take the # away",
    ),
    "header only": (HEADER.encode(), ": holds no figures"),
    "semicolons": (b"metric;value;unit\nnps;30;points\n", ":1: has semicolons between its cells: commas between cells"),
    "tabs": (b"metric\tvalue\tunit\nnps\t30\tpoints\n", ":1: has tabs between its cells"),
    "UTF-16": ("metric,value,unit\n".encode("utf-16"), ": is text in UTF-16, or no text: a text file in UTF-8"),
    "Latin-1": ("metric,value,unit\n# für\n".encode("latin-1"), ":2: is not text in UTF-8 here: a text file in UTF-8"),
    "workbook": (b"PK\x03\x04...", ": is a workbook (Excel, LibreOffice), no CSV file"),
    "column": (b"metric,value,unti\n", ":1: column 'unti' is not known: one of metric, value, unit"),
    "twice": (b"metric,value,unit,unit\n", ":1: column 'unit' stands there twice"),
}


@pytest.mark.parametrize(("content", "said"), FILES.values(), ids=FILES)
def test_bad_files_are_told(file: Path, content: bytes, said: str) -> None:
    assert faults(file, content)[0].startswith(said)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no such file"):
        read_client_data(tmp_path / "none.csv", FIRM.scenario, clock=Clock())


# --- the template -----------------------------------------------------------------------------------------------------


def test_every_row_of_the_template_can_be_filled_in(file: Path) -> None:
    """Uncommented, with any number, each row is read; and every metric of the scenario has one."""
    lines = template(FIRM, name="baseline").splitlines()
    rows = [line[2:] for line in lines if line.startswith("# ") and line.count(",,") >= 1 and ",,," in line]
    named = {row.split(",")[0] for row in rows}
    assert named == {name for name, _ in measures_of(FIRM.scenario)}
    for row in rows:
        metric, rest = row.split(",,", 1)
        needs_place = (metric, "") not in measures_of(FIRM.scenario) and rest.endswith(",")
        if not needs_place:
            assert target(file, f"{metric},2,{rest}").measure.name == metric
