"""The plain customers: the executable specification of a week; `simulation.model.plain.customer` reads from the top."""
