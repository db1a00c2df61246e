"""The reduced journey in AgentPy: one object a person, plain Python floats."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING, Any

import agentpy
import numpy as np
from draws import NAMES, Draws

if TYPE_CHECKING:
    from collections.abc import Callable


class Person(agentpy.Agent):
    """Somebody who has bought."""

    def setup(self, people: dict[str, float], touch: list[list[float]]) -> None:
        self.people, self.touch, self.customer = people, touch, True

    def feel(self, quality: float, gain: float, loss: float, notice: float) -> None:
        """Feel an encounter and learn what to expect."""
        p = self.people
        gap = (1.0 - p["assimilation"]) * quality + p["assimilation"] * self.will - self.should
        felt = (gain if gap >= 0.0 else loss) * gap
        happened = min(max(p["anchor"] + felt, 0.02), 1.0)
        new = (1.0 - p["memory_weight"]) * (1.0 if gap < 0.0 else notice)
        self.kept *= 1.0 - new
        self.weight += new
        self.weighted += new * sqrt(happened)
        self.worst = max(self.worst, p["anchor"] - happened)
        self.trust = min(max(self.trust + p["trust_learning"] * (quality - self.will), 0.0), 1.0)
        self.will += p["will_learning"] * (quality - self.will)
        self.should += p["should_learning"] * max(gap, 0.0)

    def live(self, meets: list[float], luck: list[float], leave: float) -> None:
        """Live one week."""
        p = self.people
        self.should += p["should_forgetting"] * (self.norm - self.should)
        self.worst *= 1.0 - p["worst_fading"]
        self.kept, self.weight, self.weighted = 1.0, 0.0, 0.0
        for (weekly, quality, spread, gain, loss, notice), u, z in zip(self.touch, meets, luck, strict=True):
            if u < weekly:
                self.feel(quality + spread * z, gain, loss, notice)
        if self.weight > 0.0:
            self.memory += (1.0 - self.kept) * (self.weighted / self.weight - self.memory)
        self.trust = min(max(self.trust + p["trust_recovery"] * (p["trust_neutral"] - self.trust), 0.0), 1.0)
        self.satisfaction = min(max(self.memory * self.memory, 0.02), 1.0)
        target = p["weight"] * self.satisfaction + (1.0 - p["weight"]) * self.trust
        self.loyalty += p["speed"] * (target - self.loyalty)
        if self.customer and leave < p["defection"] * exp(p["sensitivity"] * (p["neutral"] - self.loyalty)):
            self.customer = False


class Firm(agentpy.Model):
    """Everybody, a week at a time."""

    def setup(self) -> None:
        given = self.p.given
        people = {name: float(value) for name, value in given.items() if value.ndim == 0}
        touch, size = given["touch"].tolist(), len(given["norm"])
        self.people = agentpy.AgentList(self, size, Person, people=people, touch=touch)
        for name in NAMES:
            for person, value in zip(self.people, given[name].tolist(), strict=True):
                setattr(person, name, value)
        self.draws = Draws(size, len(touch))

    def step(self) -> None:
        meets, luck, leave = self.draws.week()
        for person, u, z, v in zip(self.people, meets.T.tolist(), luck.T.tolist(), leave.tolist(), strict=True):
            person.live(u, z, v)


def firm(given: dict[str, Any]) -> tuple[Callable[[], None], Callable[[], float]]:
    """Return what lives a week, and what tells the mean satisfaction."""
    model = Firm({"given": given})
    model.sim_setup()
    return model.step, lambda: float(np.mean([person.satisfaction for person in model.people]))
