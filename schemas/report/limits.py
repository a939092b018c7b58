"""Numbers of the methods that a report states in words.

Those of :class:`Limits` are the report's own and travel with it, since a report is rendered from
what is stored. The warehouse's SQL has the others; a test holds them to it.
"""

from oirisk.schemas.report.parts import Figure, Part

NEEDED_COVERED = Figure(value=0.6, unit="share")
"""Least part of the open interest whose order books must be read: ``core.is_covered``."""

PEG_BAND = Figure(value=0.05, unit="share")
"""How far off a stablecoin may be before it is not counted: ``core.is_at_par``."""

HIGHEST_ROTATION = 0.2
"""The upper end of the band of entries: ``int_position_moves``."""

LEAST_SCENARIOS = 20
"""Past days without which there are no liquidations at risk: ``marts.liquidations_at_risk``."""


class Limits(Part):
    """Bounds and counts that captions and verdicts name.

    Attributes:
        coverage: Least coverage of a total, 0 to 1, as configured.
        mixes: Mixes of leverage that a modelled range is over.
        risk_days: Past days below which liquidations at risk mean little.
        scored_bins: Bins of the maps that price must have crossed before they are judged.
    """

    coverage: float = 0.9
    mixes: int = 4
    risk_days: int = 250
    scored_bins: int = 10
