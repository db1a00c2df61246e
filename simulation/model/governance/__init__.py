"""Governance at work: what councils see, ask, agree and follow up, and what comes of it in departments."""
