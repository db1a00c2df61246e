"""Serve weeks of the reduced journey in AgentPy or mesa-frames: `python serve.py MODULE FILE`.

It is run by a Python of its own that has the frameworks, since they want other versions of silosim's libraries; nothing
of silosim is imported. FILE is a numpy archive with the people and the parameters. Each line read from standard input
is a number of weeks to live; the answer is the processor time that they took [seconds] and the mean satisfaction.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module

import numpy as np


def main(module: str, archive: str) -> None:
    """Answer lines with weeks by lines with seconds and mean satisfaction."""
    step, mean = import_module(module).firm(dict(np.load(archive)))
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            step()
        print(time.process_time() - start, mean(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
