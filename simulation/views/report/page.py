"""The page put together: figures into templates, scripts and styles into the page, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.frames import columns_of
from simulation.record import COMPANY_METRICS
from simulation.views.firm_words import kpi_words
from simulation.views.report.answer import answer
from simulation.views.report.councils import councils
from simulation.views.report.glossary import terms
from simulation.views.report.ground import clear_by_luck, findings, parameters, source_counts
from simulation.views.report.journey import journey_map
from simulation.views.report.making import making, notes
from simulation.views.report.money import cumulative, money
from simulation.views.report.numbers import line_of, rows_of, tables_of, weekly_rows
from simulation.views.report.weeks import course
from simulation.views.report.why import chain, changes_of, levers, matrices
from simulation.views.saving import add_file
from simulation.views.series import closing_weeks, last_weeks, run_means
from simulation.views.watermelon import watermelon_sentence
from simulation.views.words import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from simulation.analysis.comparison import Comparison
    from simulation.record import Column
    from simulation.scenario.kpi import Kpi
    from simulation.scenario.scenario import Scenario
    from simulation.views.report.numbers import Table
    from simulation.views.story.page import Told

__all__ = ["REPORT", "TEMPLATES", "asset", "policy_of", "report_html", "write_report"]

REPORT = "report.html"
"""What the page is called in a folder of results."""
_HERE = Path(__file__).resolve().parent
TEMPLATES = _HERE / "templates"
_SCRIPTS = ("d3.min.js", "plot.umd.min.js", "report.js")
MOST_TERMS = 6
"""A KPI of more terms than this is not spelt out."""
_MONEY = ("revenue", "cost", "bonus", "profit", "profit_at_equal_bonus")


def write_report(
    compared: Comparison, path: Path, *, told: Mapping[str, Any], same_meaning: bool = True, overwrite: bool = False,
    stories: Sequence[Told] = (),
) -> Path:  # fmt: skip
    """Write the report to `path`, whole or not at all.

    Parameters
    ----------
    compared
        What was compared.
    path
        The file, `report.html` say.
    told
        The provenance: `simulation.analysis.storage.provenance`, or what was stored of it.
    same_meaning
        False: the scenario is read otherwise today than when it was run; the report says so.
    overwrite
        Replace a file that stands there.
    stories
        Customers to tell of (`simulation.views.story.page.told_stories`); without any there is no such section.

    Raises
    ------
    FolderRefused
        If the file exists and may not be replaced.
    """
    page = report_html(compared, told=told, same_meaning=same_meaning, stories=stories)
    return add_file(path, page.encode(), overwrite=overwrite)


def report_html(
    compared: Comparison, *, told: Mapping[str, Any], same_meaning: bool = True, stories: Sequence[Told] = ()
) -> str:
    """Return the report as one page of HTML that needs nothing else."""
    from simulation.views.templates import templates_in

    scripts = [asset(name) for name in _SCRIPTS]
    return (
        templates_in(TEMPLATES)
        .get_template("report.html")
        .render(
            **_content(compared, told, same_meaning=same_meaning),
            policy=policy_of(scripts, pictures=bool(stories)),
            told=stories,
            level="h3",
            scripts=scripts,
            style=asset("report.css"),
        )
    )


def asset(name: str) -> str:
    """Return a script or style that stands in the page itself."""
    text = (_HERE / "assets" / name).read_text(encoding="utf-8")
    assert "</script" not in text.lower(), f"{name} would end its own element"
    return text


def policy_of(scripts: Iterable[str], *, pictures: bool = False) -> str:
    """Nothing may be loaded from anywhere; only the scripts of this page run, and only pictures in it are shown, if any.

    Styles may stand in the page: marks are placed by them, and without a network they can send nothing anywhere.
    """
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    shown = "img-src data:; " if pictures else ""
    return f"default-src 'none'; {shown}script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def _content(compared: Comparison, told: Mapping[str, Any], *, same_meaning: bool) -> dict[str, Any]:
    columns = _columns(compared)
    first, *others = compared.arm_titles
    last, closing = (run_means(compared, weeks=weeks(compared)) for weeks in (last_weeks, closing_weeks))
    return {
        "compared": compared,
        "arms": [
            {"name": arm, "title": title, "changes": changes_of(compared, arm)}
            for arm, title in compared.arm_titles.items()
        ],
        "answer": answer(compared),
        "notes": notes(compared, same_meaning=same_meaning),
        "terms": terms(compared),
        "weeks": last_weeks(compared),
        "closing": closing_weeks(compared),
        "customers": _tables(compared, _of_group(columns, "customers"), caption="Customers"),
        "company": _tables(compared, _company(columns), caption="Market and behaviour"),
        "departments": _departments(compared, columns, last),
        "watermelon": [watermelon_sentence(compared, arm) for arm in compared.arm_titles],
        "value": money(compared),
        "money": _tables(compared, [columns[name] for name in _MONEY], caption="Money"),
        "map": journey_map(compared, last),
        "leaving": _tables(compared, [columns["defections"], columns["silent_lapses"]], caption="Customers who leave"),
        "councils": councils(compared),
        "levers": levers(compared, closing),
        "matrices": matrices(compared),
        "chains": [chain(compared, arm, closing) for arm in others],
        "luck": clear_by_luck(compared),
        "sources": source_counts(compared),
        "parameters": parameters(compared),
        "findings": findings(),
        "making": making(compared, told),
        "charts": _charts(compared, columns),
        "baseline": compared.arm_titles[first],
    }


def _columns(compared: Comparison) -> dict[str, Column]:
    """Every column with its meaning; that of a KPI says how it is counted."""
    from dataclasses import replace

    columns = columns_of(compared.arms)
    for name, kpi in compared.scenario.kpis.items():
        columns[name] = replace(columns[name], meaning=_counted(compared.scenario, kpi))
    return columns


def _counted(scenario: Scenario, kpi: Kpi) -> str:
    """How a KPI is counted; of one that adds up many places only what and over how many."""
    words = kpi_words(scenario, kpi).replace(" + -1 x ", " \N{MINUS SIGN} ").replace(" x ", " \N{MULTIPLICATION SIGN} ")
    terms = [*kpi.numerator, *kpi.denominator]
    if len(terms) <= MOST_TERMS:
        return f"Counted as {words}."
    counters = joined(list(dict.fromkeys(term.partition("@")[0].replace("_", " ") for term in terms)))
    places = len({place for term in terms if (place := term.partition("@")[2])})
    return f"Counted from {counters} at {places} touchpoints."


def _of_group(columns: Mapping[str, Column], group: str) -> list[Column]:
    return [column for name, column in columns.items() if column.group == group and name in COMPANY_METRICS]


def _company(columns: Mapping[str, Column]) -> list[Column]:
    """Behaviour in the market, then the KPIs of the whole company."""
    kpis = [column for name, column in columns.items() if column.group == "company" and name not in COMPANY_METRICS]
    return _of_group(columns, "company") + kpis


def _tables(compared: Comparison, columns: Iterable[Column], *, caption: str) -> list[Table]:
    lines = [
        line_of(compared, rows, meaning=column.meaning)
        for column in columns
        if (rows := rows_of(compared, column.name))
    ]
    return tables_of(compared, lines, caption=caption)


def _departments(compared: Comparison, columns: Mapping[str, Column], last: pd.DataFrame) -> list[Table]:
    """KPIs, appraisal and bonus of each department."""
    lines = []
    for name, given in compared.scenario.departments.items():
        lines += [
            line_of(compared, rows, meaning=columns[kpi].meaning, group=given.name)
            for kpi in given.kpis
            if (rows := rows_of(compared, kpi))
        ]
        for family, label in (("score", "Appraisal"), ("bonus", "Bonus")):
            column = columns[f"{family}.{name}"]
            meaning = "0 = par, 1 = full score." if family == "score" else "Paid to the whole department."
            lines.append(line_of(compared, weekly_rows(last, column), label=label, meaning=meaning, group=given.name))
    return tables_of(compared, lines, caption="Departments")


def _charts(compared: Comparison, columns: Mapping[str, Column]) -> dict[str, Any]:
    """Data of the charts that scripts draw."""
    scores = [columns[f"score.{name}"] for name in compared.scenario.departments]
    kpis = [columns[kpi] for given in compared.scenario.departments.values() for kpi in given.kpis]
    company = [*_of_group(columns, "customers"), *_of_group(columns, "company")]
    spent = [columns[name] for name in _MONEY if name in compared.weekly]
    return {
        "arms": list(compared.arm_titles.values()),
        "replications": compared.replications,
        "customers": [course(compared, column) for column in company],
        "kpis": [course(compared, column) for column in {column.name: column for column in kpis}.values()],
        "scores": [course(compared, column) for column in scores],
        "money": [*(course(compared, column) for column in spent), course(*cumulative(compared))],
    }
