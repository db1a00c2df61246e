"""What a facilitator prints before a workshop: a run sheet, a card for each department, slides."""

from simulation.views.handouts.handouts import FILES, Play, handouts, rules_words, write_handouts

__all__ = ["FILES", "Play", "handouts", "rules_words", "write_handouts"]
