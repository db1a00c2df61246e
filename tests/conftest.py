"""What all tests share: numpy errors raise, charts need no screen, random examples repeat."""

from __future__ import annotations

import os

# Before anything imports matplotlib or rich: no screen, no colours, one width, whatever machine runs the tests.
os.environ["MPLBACKEND"] = "Agg"
os.environ["NO_COLOR"] = "1"
os.environ["COLUMNS"] = "120"
os.environ["TZ"] = "UTC"

import numpy as np
from hypothesis import settings

# Underflow to zero is right wherever a rate or a memory fades; everything else is a mistake.
np.seterr(all="raise", under="ignore")

settings.register_profile("silosim", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("silosim")
