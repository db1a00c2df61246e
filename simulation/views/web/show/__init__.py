"""The story on the projector: two arms side by side, week by week, with speaker notes and a rule changed on request."""
