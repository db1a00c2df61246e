"""The reduced journey in mesa-frames: people as one polars frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from draws import NAMES, Draws
from mesa_frames import AgentSetPolars, ModelDF
from polars import col

if TYPE_CHECKING:
    from collections.abc import Callable


class People(AgentSetPolars):
    """Everybody."""

    def __init__(self, model: ModelDF, given: dict[str, Any]) -> None:
        super().__init__(model)
        self.people = {name: float(value) for name, value in given.items() if value.ndim == 0}
        self.touch, size = given["touch"].tolist(), len(given["norm"])
        start = {name: given[name] for name in NAMES}
        self.add(pl.DataFrame({"unique_id": np.arange(size), **start, "customer": True}))
        self.draws = Draws(size, len(self.touch))

    def met(self, frame: pl.DataFrame, numbers: list[float], u: np.ndarray, luck: np.ndarray) -> pl.DataFrame:
        """Let those who meet a touchpoint feel it and learn what to expect."""
        p, (weekly, quality, spread, gain, loss, notice) = self.people, numbers
        met = pl.Series(u < weekly)
        frame = frame.with_columns(quality=pl.Series(quality + spread * luck))
        perceived = (1.0 - p["assimilation"]) * col("quality") + p["assimilation"] * col("will")
        frame = frame.with_columns(gap=perceived - col("should"))
        felt = pl.when(col("gap") >= 0.0).then(gain).otherwise(loss) * col("gap")
        frame = frame.with_columns(happened=(p["anchor"] + felt).clip(0.02, 1.0))
        surprise = col("quality") - col("will")
        weight = (1.0 - p["memory_weight"]) * pl.when(col("gap") < 0.0).then(1.0).otherwise(notice)
        new = {
            "kept": col("kept") * (1.0 - weight),
            "weight": col("weight") + weight,
            "weighted": col("weighted") + weight * col("happened").sqrt(),
            "worst": pl.max_horizontal("worst", p["anchor"] - col("happened")),
            "trust": (col("trust") + p["trust_learning"] * surprise).clip(0.0, 1.0),
            "will": col("will") + p["will_learning"] * surprise,
            "should": col("should") + p["should_learning"] * col("gap").clip(0.0, None),
        }
        return frame.with_columns(**{name: pl.when(met).then(it).otherwise(col(name)) for name, it in new.items()})

    def step(self) -> None:
        p = self.people
        meets, luck, leave = self.draws.week()
        frame = self.agents.with_columns(
            should=col("should") + p["should_forgetting"] * (col("norm") - col("should")),
            worst=col("worst") * (1.0 - p["worst_fading"]),
            kept=pl.lit(1.0),
            weight=pl.lit(0.0),
            weighted=pl.lit(0.0),
        )
        for numbers, u, z in zip(self.touch, meets, luck, strict=True):
            frame = self.met(frame, numbers, u, z)
        week = col("memory") + (1.0 - col("kept")) * (col("weighted") / col("weight") - col("memory"))
        frame = frame.with_columns(memory=pl.when(col("weight") > 0.0).then(week).otherwise(col("memory")))
        frame = frame.with_columns(
            trust=(col("trust") + p["trust_recovery"] * (p["trust_neutral"] - col("trust"))).clip(0.0, 1.0),
            satisfaction=(col("memory") * col("memory")).clip(0.02, 1.0),
        )
        target = p["weight"] * col("satisfaction") + (1.0 - p["weight"]) * col("trust")
        frame = frame.with_columns(loyalty=col("loyalty") + p["speed"] * (target - col("loyalty")))
        stays = pl.Series(leave) >= p["defection"] * (p["sensitivity"] * (p["neutral"] - col("loyalty"))).exp()
        self.agents = frame.with_columns(customer=col("customer") & stays).drop(
            "quality", "gap", "happened", "kept", "weight", "weighted"
        )


def firm(given: dict[str, Any]) -> tuple[Callable[[], None], Callable[[], float]]:
    """Return what lives a week, and what tells the mean satisfaction."""
    model = ModelDF()
    people = People(model, given)
    return people.step, lambda: float(people.agents["satisfaction"].mean())
