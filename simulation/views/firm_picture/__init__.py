"""The firm as a picture: who runs which touchpoint, whose levers move it, and whose KPI counts it."""

from simulation.views.firm_picture.drawing import KINDS, firm_picture, picture_bytes

__all__ = ["KINDS", "firm_picture", "picture_bytes"]
