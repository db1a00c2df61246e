"""A firm as a spreadsheet: a template that silosim writes, and a filled one read back as a scenario."""

from simulation.laboratory.spreadsheet.reading import Imported, read_firm
from simulation.laboratory.spreadsheet.template import template

__all__ = ["Imported", "read_firm", "template"]
