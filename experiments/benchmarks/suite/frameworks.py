"""The reduced journey in AgentPy or mesa-frames, run by the Python that has them: `python frameworks.py NAME FILE`.

It stands alone (nothing of silosim is imported), since these frameworks want other versions of its libraries. FILE is a numpy archive with the
people and the parameters. Each line read from standard input is a number of weeks to live; the answer is the processor time that they took
[seconds] and the mean satisfaction. Draws come from numpy's own generator, all of a week's at once, so that the frameworks do not pay for our
counter-based ones.
"""

from __future__ import annotations

import sys
import time
from math import exp, sqrt

import numpy as np

NAMES = ("halo", "memory", "satisfaction", "worst", "trust", "loyalty", "will", "should")


class Draws:
    """A week's random numbers for everybody: who meets what, luck, and who leaves."""

    def __init__(self, people, touchpoints):
        self.random, self.shape = np.random.default_rng(1), (touchpoints, people)

    def week(self):
        """Return meeting [touchpoint, person], luck [touchpoint, person] and leaving [person]."""
        luck = (self.random.random((4, *self.shape)).sum(axis=0) - 2.0) * sqrt(3.0)
        return self.random.random(self.shape), luck, self.random.random(self.shape[1])


def agentpy_model(given):
    """Return (step, mean satisfaction) of an AgentPy model: one object a person, plain Python floats."""
    import agentpy

    p, touch = {k: float(v) for k, v in given.items() if v.ndim == 0}, given["touch"].tolist()

    class Person(agentpy.Agent):
        def setup(self):
            self.customer = True

        def feel(self, quality, gain, loss):
            perceived = (1.0 - p["assimilation"]) * quality + p["assimilation"] * self.will
            gap = perceived - self.should
            felt = (gain if gap >= 0.0 else loss) * gap
            happened = min(max(p["anchor"] + self.halo + felt, 0.02), 1.0)
            self.memory += (1.0 - p["memory_weight"]) * (sqrt(happened) - self.memory)
            self.worst = max(self.worst, p["anchor"] - happened)
            self.trust = min(max(self.trust + p["trust_learning"] * (quality - self.will), 0.0), 1.0)
            self.will += p["will_learning"] * (quality - self.will)
            self.should += p["should_learning"] * max(gap, 0.0)

        def live(self, meets, luck, leave):
            self.should += p["should_forgetting"] * (p["norm"] - self.should)
            self.worst *= 1.0 - p["worst_fading"]
            for (weekly, quality, gain, loss), u, z in zip(touch, meets, luck):
                if u < weekly:
                    self.feel(quality + p["noise"] * z, gain, loss)
            self.trust = min(max(self.trust + p["trust_recovery"] * (p["trust_neutral"] - self.trust), 0.0), 1.0)
            self.satisfaction = min(max(self.memory * self.memory, 0.02), 1.0)
            weight = p["weight"]
            self.loyalty += p["speed"] * (weight * self.satisfaction + (1.0 - weight) * self.trust - self.loyalty)
            if self.customer and leave < p["defection"] * exp(p["sensitivity"] * (p["neutral"] - self.loyalty)):
                self.customer = False

    class Firm(agentpy.Model):
        def setup(self):
            self.people = agentpy.AgentList(self, len(given["halo"]), Person)
            for name in NAMES:
                for person, value in zip(self.people, given[name].tolist()):
                    setattr(person, name, value)
            self.draws = Draws(len(given["halo"]), len(touch))

        def step(self):
            meets, luck, leave = self.draws.week()
            for person, *draws in zip(self.people, meets.T.tolist(), luck.T.tolist(), leave.tolist()):
                person.live(*draws)

    model = Firm()
    model.sim_setup()
    return model.step, lambda: float(np.mean([person.satisfaction for person in model.people]))


def mesa_frames_model(given):
    """Return (step, mean satisfaction) of a mesa-frames model: people as one polars frame."""
    import polars as pl
    from mesa_frames import AgentSetPolars, ModelDF

    p, touch = {k: float(v) for k, v in given.items() if v.ndim == 0}, given["touch"].tolist()
    col = pl.col

    class People(AgentSetPolars):
        def __init__(self, model):
            super().__init__(model)
            start = {name: given[name] for name in NAMES}
            self.add(pl.DataFrame({"unique_id": np.arange(len(given["halo"])), **start, "customer": True}))
            self.draws = Draws(len(given["halo"]), len(touch))

        def touchpoint(self, frame, weekly, quality, gain, loss, u, luck):
            met = pl.Series(u < weekly)
            frame = frame.with_columns(quality=pl.Series(quality + p["noise"] * luck))
            perceived = (1.0 - p["assimilation"]) * col("quality") + p["assimilation"] * col("will")
            frame = frame.with_columns(gap=perceived - col("should"))
            felt = pl.when(col("gap") >= 0.0).then(gain).otherwise(loss) * col("gap")
            frame = frame.with_columns(happened=(p["anchor"] + col("halo") + felt).clip(0.02, 1.0))
            surprise = col("quality") - col("will")
            new = {
                "memory": col("memory") + (1.0 - p["memory_weight"]) * (col("happened").sqrt() - col("memory")),
                "worst": pl.max_horizontal("worst", p["anchor"] - col("happened")),
                "trust": (col("trust") + p["trust_learning"] * surprise).clip(0.0, 1.0),
                "will": col("will") + p["will_learning"] * surprise,
                "should": col("should") + p["should_learning"] * col("gap").clip(0.0, None),
            }
            return frame.with_columns(**{name: pl.when(met).then(value).otherwise(col(name)) for name, value in new.items()})

        def step(self):
            meets, luck, leave = self.draws.week()
            frame = self.agents.with_columns(
                should=col("should") + p["should_forgetting"] * (p["norm"] - col("should")),
                worst=col("worst") * (1.0 - p["worst_fading"]),
            )
            for numbers, u, z in zip(touch, meets, luck):
                frame = self.touchpoint(frame, *numbers, u, z)
            frame = frame.with_columns(
                trust=(col("trust") + p["trust_recovery"] * (p["trust_neutral"] - col("trust"))).clip(0.0, 1.0),
                satisfaction=(col("memory") * col("memory")).clip(0.02, 1.0),
            )
            target = p["weight"] * col("satisfaction") + (1.0 - p["weight"]) * col("trust")
            frame = frame.with_columns(loyalty=col("loyalty") + p["speed"] * (target - col("loyalty")))
            stays = pl.Series(leave) >= p["defection"] * (p["sensitivity"] * (p["neutral"] - col("loyalty"))).exp()
            self.agents = frame.with_columns(customer=col("customer") & stays).drop("quality", "gap", "happened")

    model = ModelDF()
    people = People(model)
    model.agents += people
    return lambda: model.agents.do("step"), lambda: float(next(iter(model.agents._agentsets)).agents["satisfaction"].mean())


MODELS = {"agentpy": agentpy_model, "mesa-frames": mesa_frames_model}


def main(name, archive):
    """Answer lines with weeks by lines with seconds and mean satisfaction."""
    step, mean = MODELS[name](dict(np.load(archive)))
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            step()
        print(time.process_time() - start, mean(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
