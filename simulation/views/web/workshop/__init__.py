"""The workshop's pages: join, phone, facilitator, projector, debrief; the game itself is `simulation.workshop`."""
