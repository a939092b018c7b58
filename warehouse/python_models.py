"""The models that are not SQL: functions of ``transforms`` as nodes of the same graph."""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from oirisk.transforms.conventions.contradictions import judge
from oirisk.transforms.conventions.nights import measure
from oirisk.transforms.models.calibrate import calibrate
from oirisk.transforms.models.coupled import coupled_grid
from oirisk.transforms.models.forced_closes import opened_beside_forced
from oirisk.transforms.models.leverage_observed import observed_weights
from oirisk.transforms.models.stress import stress_grid
from oirisk.transforms.options.exposure import exposures
from oirisk.transforms.options.smile import smiles
from oirisk.transforms.options.value import value

_INSTANT = pl.Datetime("us", "UTC")


def _calibrated(
    steps: pl.DataFrame,
    positions: pl.DataFrame,
    *,
    rotation: float,
    maintenance_rate: float,
    until: datetime,
) -> pl.DataFrame:
    """Learn the mixes that are due; they are kept by instant, so that an old map can be rebuilt."""
    learned = calibrate(steps, rotation, maintenance_rate, positions)
    return learned.with_columns(pl.lit(until).cast(_INSTANT).alias("calibrated_at"))


def _nights_measured(
    figures: pl.DataFrame, pairs: pl.DataFrame, *, since: datetime
) -> pl.DataFrame:
    """Measure the nights of the window; earlier ones are there to be compared with."""
    return measure(figures, pairs, since)


PYTHON_MODELS: tuple[tuple[str, str, Callable[..., pl.DataFrame]], ...] = (
    (
        "map",
        """\
-- leverage_calibration: the leverage mix that an asset's positions are learned to be opened with.
-- Grain   one row per (calibrated_at, asset, prior, leverage_low) of the assets that are due
-- Inputs  int_liquidation_evidence, int_liquidation_observed
-- Params  $rotation          double, share of the volume beyond the change that swaps positions
--         $maintenance_rate  double, of a typical position
--         $until             timestamptz, the snapshot to build
-- Window  calibrated_at
""",
        _calibrated,
    ),
    (
        "positions",
        """\
-- int_position_opens: what each step opens beside forced closes, by side and prior.
-- Grain   one row per (instrument, until_at)
-- Inputs  int_position_flows, int_liquidation_distances
""",
        opened_beside_forced,
    ),
    (
        "liquidation",
        """\
-- int_liquidation_stressed: what a shock would set off.
-- Grain   one row per (asset, prior, shock_pct, depth_factor)
-- Inputs  int_liquidation_stressable, int_liquidation_depth
""",
        stress_grid,
    ),
    (
        "liquidation",
        """\
-- int_liquidation_coupled: a fall on two exchanges at once.
-- Grain   one row per (asset, venue_large, venue_other, shock_pct, coupling)
-- Inputs  int_liquidation_couplable
""",
        coupled_grid,
    ),
    (
        "observed",
        """\
-- observed_leverage: the mix of leverage of observed positions, by size.
-- Grain   one row per (snapshot_at, asset, leverage_low) that holds anything
-- Inputs  int_observed_evidence
-- Window  snapshot_at
""",
        observed_weights,
    ),
    (
        "conventions",
        """\
-- convention_nights: what the figures of each line of a venue are measured to mean, night by night.
-- Grain   one row per (venue, product, field, snapshot_at)
-- Inputs  int_convention_figures, int_convention_pairs
-- Params  $since  timestamptz, first night to measure
-- Window  snapshot_at
-- Slices  60 days
""",
        _nights_measured,
    ),
    (
        "conventions",
        """\
-- conventions: nights of whole lines whose figures contradict what their rule says.
-- Grain   one row per (venue, product, field, test)
-- Inputs  marts.convention_nights
-- Window  all
""",
        judge,
    ),
    (
        "options",
        """\
-- int_options_valued: volatility, value and greeks of the options that count.
-- Grain   one row per (snapshot_at, venue, symbol) of int_options_known that counts
-- Inputs  int_options_known
""",
        value,
    ),
    (
        "options",
        """\
-- int_options_smiles: volatility at the money and at 25 delta.
-- Grain   one row per (snapshot_at, asset, venue, expiry); venue ALL for all venues
-- Inputs  int_options_valued
""",
        smiles,
    ),
    (
        "options",
        """\
-- int_options_exposures: gamma and delta, gross and of assumed dealers.
-- Grain   one row per (snapshot_at, asset, venue, expiry); ALL for all venues, null for all
--         expiries
-- Inputs  int_options_valued, int_options_priced
""",
        exposures,
    ),
)
"""Family, header and function of each; a function takes its inputs in order, then parameters."""
