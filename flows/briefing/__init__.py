"""Assemble a report from the published copy alone: queries in, one ``Report`` out."""

from oirisk.flows.briefing.assemble import assemble

__all__ = ["assemble"]
