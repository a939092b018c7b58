"""Contracts of the report: what one briefing says."""
