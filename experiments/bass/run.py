"""Does word of mouth bring the diffusion of Bass (1969)? Run `python experiments/bass/run.py`; see the README beside it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.optimize import curve_fit

from simulation.analysis.intervals import mean_interval
from simulation.analysis.parallel import in_order
from simulation.analysis.run import run_arms
from simulation.analysis.sources import COMPARISON, Stamp
from simulation.scenario.loading import load
from simulation.views import style

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

HERE = Path(os.path.relpath(Path(__file__).parent))
KEPT = HERE / "results"
RESPONSES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
"""How far what is heard moves the log of the response (`people.reputation_response`); the scenario has 3."""


def bass(week: NDArray[np.float64], p: float, q: float) -> NDArray[np.float64]:
    """Return the share that has adopted after so many weeks: (1 - e) / (1 + q/p e), e = exp(-(p + q) week). Source: Bass 1969."""
    left = np.exp(-(p + q) * week)
    return (1.0 - left) / (1.0 + q / p * left)


def fitted(adopted: NDArray[np.float64], burn_in: int) -> dict[str, float]:
    """Return p and q [a week] by nonlinear least squares (Srinivasan & Mason 1986), R2 and the week of most adoptions."""
    week = np.arange(len(adopted)) + burn_in + 1.0
    (p, q), _ = curve_fit(bass, week, adopted, p0=(0.005, 0.02), bounds=([1e-6, -0.05], [1.0, 1.0]))
    left = adopted - bass(week, p, q)
    unexplained = float(np.sum(left**2) / np.sum((adopted - adopted.mean()) ** 2))
    return {"p": p, "q": q, "r2": 1.0 - unexplained, "rmse": float(np.sqrt(np.mean(left**2)))}


def arms_at(response: float) -> dict[str, Scenario]:
    """Return the arms of the scenario with another response to what is heard."""
    arms = load(HERE / "word_of_mouth.yaml").arms
    return {
        name: arm.model_copy(update={"people": arm.people.model_copy(update={"reputation_response": response})})
        for name, arm in arms.items()
    }


def replication(number: int, *, replications: int) -> list[dict[str, object]]:
    """Run one replication at one response; return a row per arm, with the adopted share of every week."""
    at, luck = divmod(number, replications)
    arms = arms_at(RESPONSES[at])
    found = []
    for run in run_arms(arms, seed=1, replication=luck):
        adopted = np.asarray(run.weekly["customers"]) / 100.0
        row: dict[str, object] = {"response": RESPONSES[at], "arm": run.arm, "replication": luck}
        found.append({**row, **fitted(adopted, arms[run.arm].horizon.burn_in), "curve": adopted})
    return found


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return p, q and R2 by response and arm: mean and 95 % interval over replications."""
    found = []
    for (response, arm), part in rows.groupby(["response", "arm"], sort=False):
        row: dict[str, object] = {"response": response, "arm": arm, "n": len(part)}
        for name in ("p", "q", "r2", "rmse"):
            interval = mean_interval(part[name].to_numpy(dtype=float))
            row |= {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}
        found.append(row)
    return pd.DataFrame(found)


def picture(rows: pd.DataFrame, table: pd.DataFrame) -> Figure:
    """Draw the adopted share by week with Bass's curve, and q over how far people heed what they hear."""
    figure = Figure(figsize=(style.WIDTH, style.HEIGHT), layout="constrained")
    curves, over = figure.subplots(1, 2, width_ratios=[3, 2])
    titles = {name: arm.title for name, arm in load(HERE / "word_of_mouth.yaml").scenario.arms.items()}
    burn_in = load(HERE / "word_of_mouth.yaml").scenario.horizon.burn_in
    at_three = table[table["response"] == 3.0].set_index("arm")
    for position, (arm, title) in enumerate(titles.items()):
        part = rows[(rows["arm"] == arm) & (rows["response"] == 3.0)]
        mean = np.mean(np.stack(part["curve"].tolist()), axis=0)
        look = style.arm_style(position)
        week = np.arange(len(mean)) + burn_in + 1.0
        curves.plot(week, 100 * mean, color=look.colour, linewidth=4, alpha=0.45, label=title)
        fit = bass(week, float(at_three.loc[arm, "p"]), float(at_three.loc[arm, "q"]))
        words = f"Bass: p {at_three.loc[arm, 'p']:.4f}, q {at_three.loc[arm, 'q']:.3f} a week"
        curves.plot(week, 100 * fit, color=look.colour, linestyle=look.line, linewidth=1.5, label=words)
        each = table[table["arm"] == arm]
        errors = np.abs(each[["q_low", "q_high"]].to_numpy(dtype=float).T - each["q"].to_numpy(dtype=float))
        over.errorbar(each["response"], each["q"], yerr=errors, color=look.colour, marker=look.marker, linestyle=look.line,
                      capsize=3, label=title)  # fmt: skip
    curves.set(xlabel="weeks since launch", ylabel="adopters [% of people]", ylim=(0, 102))
    curves.legend(fontsize=style.SMALL - 2, loc="upper left", frameon=False)
    over.set(xlabel="how far what is heard moves the response [log]", ylabel="Bass's q, imitation [a week]")
    over.axhline(0, color=style.MUTED, linewidth=1)
    over.legend(fontsize=style.SMALL - 2, frameon=False)
    figure.suptitle("People who tell their acquaintances bring the S-curve of Bass; silence does not",
                    fontsize=style.TITLE, color=style.INK, x=0.01, ha="left")  # fmt: skip
    return figure


def main(replications: int = 20) -> None:
    """Run everything and keep the table and the picture."""
    made_by = Stamp.of(COMPARISON)
    work = partial(replication, replications=replications)
    rows = pd.DataFrame([row for each in in_order(work, len(RESPONSES) * replications, workers=2) for row in each])
    table = table_of(rows)
    KEPT.mkdir(exist_ok=True)
    table.to_csv(KEPT / "bass.csv", index=False, float_format="%.6g", lineterminator="\n")
    with style.look():
        style.save(picture(rows, table), KEPT, "bass")
    made_by.write(KEPT / "provenance.json", {"replications": replications})


if __name__ == "__main__":
    main()
