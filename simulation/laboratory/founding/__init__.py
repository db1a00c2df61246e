"""From a few answers to a scenario of one's own: a short commented overlay on a firm that exists."""

from simulation.laboratory.founding.answers import ARMS, Answers, Start, starts
from simulation.laboratory.founding.figures import Figure, figures_of
from simulation.laboratory.founding.writing import checked, text_of

__all__ = ["ARMS", "Answers", "Figure", "Start", "checked", "figures_of", "starts", "text_of"]
