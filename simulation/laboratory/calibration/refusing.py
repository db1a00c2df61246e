"""Figures that a calibration refuses after its first wave: what runs cannot observe, and what no run comes near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.scenario.faults import Fault, ScenarioError

if TYPE_CHECKING:
    from simulation.laboratory.calibration.calibrating import Calibration, Wave
    from simulation.laboratory.calibration.inference import Fitted

__all__ = ["check_observed", "check_reached"]

BEYOND = 3.0
"""Standard deviations (luck and error) outside of all runs from which a figure counts as out of reach. Our assumption."""
OBSERVED_ENOUGH = 0.8
"""Share of the runs that must give every figure. Our assumption."""


def check_observed(asked: Calibration, wave: Wave) -> None:
    """Refuse figures that too many runs cannot give."""
    if wave.errors and len(wave.errors) > (1.0 - OBSERVED_ENOUGH) * len(wave.points):
        message = f"{len(wave.errors)} of {len(wave.points)} runs failed, the first: {wave.errors[0]}"
        raise ScenarioError([Fault(message, key="--fit", allowed="narrower ranges")])
    seen = np.isfinite(wave.figures).mean(axis=0)
    allowed = "a larger --population, or the figure left out"
    faults = [
        Fault(f"{target.label} cannot be observed in {100 * (1 - share):.0f} % of the runs: nothing was met or answered",
              asked.data.file, target.line, allowed=allowed)
        for target, share in zip(asked.targets, seen, strict=True) if share < OBSERVED_ENOUGH
    ]  # fmt: skip
    if faults:
        raise ScenarioError(faults)


def check_reached(asked: Calibration, wave: Wave, whole: Fitted) -> None:
    """Refuse figures that the firm gives nowhere in the ranges: to go on would bend all parameters to no avail."""
    scales, emulator = whole.scales, whole.emulator
    figures = scales.to(wave.figures[np.isfinite(wave.figures).all(axis=1)])
    margin = BEYOND * np.sqrt(np.diag(emulator.spread) + whole.errors**2)
    low, high = figures.min(axis=0), figures.max(axis=0)
    beyond = (whole.observed < low - margin) | (whole.observed > high + margin)
    least, most = scales.back(low), scales.back(high)
    allowed = "the right unit, wider ranges (--fit PATH=LOW..HIGH), another parameter, or the figure left out"
    faults = []
    for at in np.flatnonzero(beyond).tolist():
        target = asked.targets[at]
        given = f"{target.value:.4g} against {least[at]:.4g} to {most[at]:.4g} {target.measure.unit}"
        message = f"{target.label}, {target.told}, is beyond what the firm gives anywhere in the fitted ranges: {given}"
        faults.append(Fault(message, asked.data.file, target.line, "value", allowed=allowed))
    if faults:
        raise ScenarioError(faults)
