"""Assemble a report from the published copy alone: queries in, one ``Report`` out."""

from oirisk.flows.briefing.report import next_run, read_report

__all__ = ["next_run", "read_report"]
