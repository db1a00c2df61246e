"""What all tests share: numpy errors raise, charts need no screen, random examples repeat."""

from __future__ import annotations

import os
from functools import cache

# Before anything imports matplotlib or rich: no screen, no colours, one width, whatever machine runs the tests.
os.environ["MPLBACKEND"] = "Agg"
os.environ["NO_COLOR"] = "1"
os.environ["COLUMNS"] = "120"
os.environ["TZ"] = "UTC"

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from in_browser import ARGUMENTS, CHROMIUM

from simulation.scenario import loading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_read_once = cache(loading.read_file)

# Underflow to zero is right wherever a rate or a memory fades; everything else is a mistake.
np.seterr(all="raise", under="ignore")

settings.register_profile("silosim", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("silosim")


@pytest.fixture(scope="module")
def files_read_once() -> Iterator[None]:
    """Parse each scenario file once, for tests that load the same ones again and again and write none of them twice."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loading, "read_file", _read_once)
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, as it comes; a machine without one skips."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield opened
        opened.close()
