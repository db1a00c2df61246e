"""The catalogue of charts, and drawing all of them into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.views.drift import lever_drift
from simulation.views.felt_caused import felt_versus_caused
from simulation.views.journey_curve import journey_curve
from simulation.views.style import look, save
from simulation.views.trends import loyalty_and_nps, loyalty_difference
from simulation.views.watermelon import watermelon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from simulation.views.compared import Compared
    from simulation.views.style import Format

__all__ = ["CHARTS", "draw_all"]


def draw_all(comparison: Compared, folder: Path, *, formats: Sequence[Format] = ("png",)) -> list[Path]:
    """Draw every chart into `folder`, which is made if need be; the same bytes for the same numbers.

    Parameters
    ----------
    comparison
        What was compared; with a single arm the charts of differences are left out.
    folder
        Where the files go.
    formats
        `png` (1536 pixels wide), `svg` (for print and editing; takes twice as long), or both.

    Returns
    -------
    list of Path
        The files written: `<chart>.png`, or `<chart>_<page>.png` where a chart has several pages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with look():
        for name, draw in CHARTS.items():
            for page, figure in draw(comparison).items():
                written += save(figure, folder, f"{name}_{page}" if page else name, formats=formats)
    return written


CHARTS: dict[str, Callable[[Compared], dict[str, Figure]]] = {
    "loyalty_and_nps": loyalty_and_nps,
    "loyalty_difference": loyalty_difference,
    "watermelon": watermelon,
    "lever_drift": lever_drift,
    "journey_curve": journey_curve,
    "felt_versus_caused": felt_versus_caused,
}
"""Name -> function that draws one chart: its pages by name (a single page: the empty name).

Call it inside `style.look()`.
"""
