"""The debrief's page: what its template shows, and its chart; the same for the screen and for the file to take home."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

__all__ = ["bonus_and_loyalty", "shown"]

FEW = 6
"""Firms that are named beside their marks; more would cover each other. Our assumption."""
LINES = 5
"""Lines of the ledger that are shown for an act."""


def shown(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows of the session's figures."""
    acts = [act for act in figures["acts"] if act["played"]]
    return {
        "title": figures["title"],
        "currency": figures["currency"],
        "start": figures["start"],
        "acts": [_act(figures, act) for act in acts],
        "quotes": figures["quotes"],
        "replays": figures["replays"],
        "titles": {act["name"]: act["title"] for act in figures["acts"]},
        "best": [_best(figures, best) for best in figures["best"]],
        "story": figures["story"],
        "chart": bonus_and_loyalty(figures) if figures["plays"] else "",
    }


def _act(figures: Mapping[str, Any], act: Mapping[str, Any]) -> dict[str, Any]:
    plays = [play for play in figures["plays"] if play["act"] == act["name"]]
    learners = [
        {**play, "name": "nobody sits: learners only"} for play in figures["learners"] if play["act"] == act["name"]
    ]
    known = [play["change"]["loyalty"] for play in plays if play["change"]["loyalty"] is not None]
    return {
        **act,
        "plays": [*plays, *learners],
        "bonus": sum(play["bonus"]["total"] / play["rounds"] for play in plays) / len(plays) if plays else None,
        "loyalty": sum(known) / len(known) if known else None,
        "ledger": _pains(plays),
    }


def _pains(plays: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pain that was felt at one department and caused by another, mean over the firms of an act; the greatest first."""
    sums: dict[tuple[str, str, str], float] = {}
    for play in plays:
        for line in play["ledger"]["lines"]:
            at = (line["where"], line["owner"], line["due"])
            sums[at] = sums.get(at, 0.0) + line["pain"]
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:LINES]
    return [
        {"where": where, "owner": owner, "due": due, "pain": pain / len(plays)} for (where, owner, due), pain in ordered
    ]


def _best(figures: Mapping[str, Any], best: Mapping[str, Any]) -> dict[str, Any]:
    """The best that was possible, with each lever in the words of its nearer end."""
    words = {f"{each['department']}.{each['lever']}": each for play in figures["plays"][:1] for each in play["levers"]}
    levers = [
        {"name": words[key]["name"], "setting": setting, "low": words[key]["low"], "high": words[key]["high"]}
        for key, setting in best["settings"].items()
        if key in words
    ]
    return {**best, "levers": levers}


def bonus_and_loyalty(figures: Mapping[str, Any]) -> str:
    """Bonus against loyalty, a mark for each firm and act, as the address of a picture."""
    from matplotlib.lines import Line2D

    from simulation.views.style import INK, MUTED, arm_style, look, page, save

    acts = [act for act in figures["acts"] if act["played"]]
    style = {act["name"]: arm_style(place) for place, act in enumerate(acts)}
    marked: dict[str, Any] = {"linestyle": "", "markersize": 12}
    with look():
        handles = [
            Line2D(
                [], [], color=style[act["name"]].colour, marker=style[act["name"]].marker, label=act["title"], **marked
            )
            for act in acts
        ]
        handles.append(Line2D([], [], color=MUTED, marker="o", markerfacecolor="none", label="nobody sits", **marked))
        if figures["best"]:
            handles.append(
                Line2D([], [], color=INK, marker="*", label="best in hindsight", linestyle="", markersize=16)
            )
        figure = page(
            title="What departments won, and what customers thought of the firm",
            note="One mark for each firm and act: all its departments' bonus a round; loyalty (0-100) in the last round less that "
            "before the first. All firms and acts met the same customers with the same luck.",
            handles=handles,
        )
        axes = figure.add_subplot()
        _marks(axes, figures, style)
        axes.axhline(0, color=MUTED, linewidth=1)
        axes.set_xlabel(f"Bonus of all departments [{figures['currency']} a round]")
        axes.set_ylabel("Loyalty since the start [points]")
        axes.margins(0.2, 0.15)
        with tempfile.TemporaryDirectory() as folder:
            picture = save(figure, Path(folder), "debrief")[0].read_bytes()
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _marks(axes: Axes, figures: Mapping[str, Any], style: Mapping[str, Any]) -> None:
    from simulation.views.style import INK

    few = len({play["firm"] for play in figures["plays"]}) <= FEW
    named: list[tuple[str, tuple[float, float], str]] = []
    for play, hollow in [
        *((play, False) for play in figures["plays"]),
        *((play, True) for play in figures["learners"]),
    ]:
        change = play["change"]["loyalty"]
        if change is None or play["act"] not in style:
            continue
        of, at = style[play["act"]], (play["bonus"]["total"] / play["rounds"], change)
        axes.plot(*at, marker=of.marker, color=of.colour, markersize=12, linestyle="",
                  markerfacecolor="none" if hollow else of.colour)  # fmt: skip
        if few and not hollow:
            named.append((play["name"], at, of.colour))
    for best in figures["best"]:
        if best["change"]["loyalty"] is not None:
            at = (best["bonus"] / best["rounds"], best["change"]["loyalty"])
            axes.plot(*at, marker="*", color=INK, markersize=18, linestyle="")
            named.append((f"best for {best['objective']}", at, INK))
    _name(axes, named)


def _name(axes: Axes, named: Sequence[tuple[str, tuple[float, float], str]]) -> None:
    """Write names beside marks: each where it covers no other name or mark; where there is no room, the table names it."""
    from matplotlib.transforms import Bbox

    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.canvas.draw()  # names are placed in pixels, so the axes must have their place
    marks = [tuple(axes.transData.transform(at)) for _, at, _ in named]
    taken = [Bbox.from_bounds(x - 14, y - 14, 28, 28) for x, y in marks]
    for (name, at, colour), own in zip(named, list(taken), strict=True):
        for offset, side in (((9, 5), "left"), ((9, -14), "left"), ((-9, 5), "right"), ((-9, -14), "right")):
            text = axes.annotate(name, at, offset, textcoords="offset points", color=colour, ha=side)
            place = text.get_window_extent()
            if not any(place.overlaps(other) for other in taken if other is not own):
                taken.append(place)
                break
            text.remove()
