"""The what-if explorer: move something, see what it does to the same customers with the same luck."""
