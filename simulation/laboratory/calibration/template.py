"""The template of a client's file: every metric of a scenario, with its units, to be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.laboratory.calibration.measures import NAMES, measures_of
from simulation.laboratory.calibration.table import COLUMNS
from simulation.laboratory.calibration.units import Clock, known_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.scenario.loading import LoadedScenario

__all__ = ["template"]

_HEAD = """\
# Figures of a firm, for: silosim calibrate {scenario} --data THIS_FILE
# Take the # away from the rows that you have figures for, and write the figures. Lines that begin with # are not read.
#
# metric     one of the names below
# value      a number with a point: 12.5
# unit       always; one of those that stand above the metric
# month      1, 2, ... for monthly figures; nothing: over the whole time
# n          how many people or answers the figure comes from, if known: it says how exact it is
# tolerance  half the width within which the figure holds in 95 of 100 cases, in its own unit; with n, the wider counts.
#            Without both an error of 5 % (3 points on a scale) is assumed.
# where      a touchpoint or department; nothing: the whole firm
#
# Touchpoints: {touchpoints}
# Departments: {departments}
# Counts of the whole market (`a month`, `a week`) need --market N, the number of people in it.
"""


def template(loaded: LoadedScenario, *, name: str) -> str:
    """Return a commented CSV file that names every metric, unit and place of a scenario.

    Parameters
    ----------
    loaded
        The scenario.
    name
        As its user calls it.
    """
    scenario = loaded.scenario
    head = _HEAD.format(
        scenario=name, touchpoints=", ".join(scenario.journey), departments=", ".join(scenario.departments)
    )
    return "\n".join([head + ",".join(COLUMNS), *_lines(loaded)]) + "\n"


def _lines(loaded: LoadedScenario) -> Iterator[str]:
    measures = measures_of(loaded.scenario)
    currency = loaded.scenario.market.currency
    for name in dict.fromkeys(each for each, _ in measures):
        of_name = [measure for (each, _), measure in measures.items() if each == name]
        first = of_name[0]
        units = known_units(first.family, clock=Clock(), currency=currency, own=first.unit, staying=first.staying)
        if name == "handle_time":
            units = ["minutes at 0.60"]
        meaning = NAMES.get(name, f"KPI: {first.label}")
        yield f"#\n# {meaning}. Unit: {' | '.join(units)}"
        place = next((measure.where for measure in of_name if measure.where), "")
        unit = f'"{units[0]}"' if "," in units[0] else units[0]
        for where in dict.fromkeys((of_name[0].where, place)):
            yield f"# {name},,{unit},,,,{where}"
