"""Figures of a client's file that do not go together: far apart, told twice, or against each other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.scenario.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulation.laboratory.calibration.client_data import Target

__all__ = ["once", "scale_faults"]

APART = 30.0
"""Figures of one metric that differ by this factor or more are not in one unit: a percentage among shares."""
CONTRADICTS = 3.0
"""Standard deviations of their errors by which two figures of the same thing differ that cannot both be true. Our assumption."""


def scale_faults(targets: Sequence[Target], file: str) -> Iterator[Fault]:
    """Yield figures of one metric that lie so far apart that they cannot be in one unit."""
    for group in _by_key(targets).values():
        positive = sorted((target for target in group if target.value > 0), key=lambda target: target.value)
        if (
            len(positive) > 1
            and positive[-1].value / positive[0].value >= APART
            and positive[0].measure.family != "nps"
        ):
            low, high = positive[0], positive[-1]
            yield Fault(
                f"{high.told} here and {low.told} in line {low.line}: {high.measure.said} cannot change so much", file, high.line,
                "value", allowed="one unit, and figures in it: a percentage among shares?",
            )  # fmt: skip


def _by_key(targets: Sequence[Target]) -> Mapping[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets:
        found.setdefault(target.measure.key, []).append(target)
    return found


def once(targets: Sequence[Target], file: str) -> tuple[list[Target], list[str], list[Fault]]:
    """Return each figure once, with a remark for each that was told twice, and a fault for each contradiction."""
    kept: dict[str, Target] = {}
    remarks: list[str] = []
    faults: list[Fault] = []
    for target in targets:
        first = kept.setdefault(target.name, target)
        if first is target:
            continue
        if abs(first.value - target.value) > CONTRADICTS * math.hypot(first.sd, target.sd):
            of = "" if target.month is None else f" of month {target.month}"
            message = f"{target.measure.said} {target.told}{of} contradicts line {first.line}: {first.measure.said} {first.told}"
            allowed = (
                "each figure once"
                if first.measure.name == target.measure.name
                else "those kept and those lost add up to all"
            )
            faults.append(Fault(message, file, target.line, "value", allowed=allowed))
        elif first.measure.name == target.measure.name:
            faults.append(
                Fault(
                    f"{target.label} is given already, in line {first.line}",
                    file,
                    target.line,
                    allowed="each figure once",
                )
            )
        else:
            same = f"says the same as line {first.line} ({first.measure.said}) and counts once."
            remarks.append(f"Line {target.line} ({target.measure.said}) {same}")
    return list(kept.values()), remarks, faults
