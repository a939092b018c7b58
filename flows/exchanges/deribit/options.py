"""Deribit's options: volatility and premium in the summary of a currency.

Greeks and the volatility of quotes stand in tickers alone, which would be a request an option.
"""

from oirisk.schemas.option_figures import OptionFigures, UnderlyingKind
from oirisk.schemas.venue import Row
from oirisk.transforms.decode import rows_or_object_at


def _is_inverse(row: Row) -> bool:
    """Tell options that are quoted in coins: BTC-27SEP24-40000-C, not BTC_USDC-27SEP24-40000-C."""
    return "_" not in str(row.get("instrument_name")).partition("-")[0]


def _kind(row: Row) -> UnderlyingKind:
    return "spot" if row.get("underlying_index") == "index_price" else "forward"


OPTIONS = OptionFigures(
    venue="deribit",
    rows=rows_or_object_at("result"),
    market_id="instrument_name",
    evidence="Deribit API v2, ticker: underlying_index names the future or the synthetic one "
    "behind underlying_price, or index_price. Measured on a ticker of 2023-11-10: Black "
    "1976 at underlying_price until 08:00 gives the premium in coins times that price "
    "(8452.85 for 8453.62) and delta (0.59622 for 0.59621); adjusted by the premium it "
    "would be 0.379",
    told_by=("summary",),
    mark_iv="mark_iv",
    mark_price="mark_price",
    premium_in_coins=_is_inverse,
    underlying_price="underlying_price",
    underlying_kind=_kind,
    iv_scale=100,
    observed_at="creation_timestamp",
)
