"""What traders hold against pools, in no total."""

from oirisk.schemas.report.uncounted import PoolRow
from oirisk.templates.blocks import DRAWN, Section, Sql, TableOf, hint
from oirisk.templates.tables import Column, number, quantity, word

_COLUMNS: tuple[Column[PoolRow], ...] = (
    word("Asset", lambda row: row.asset),
    word("Pools of", lambda row: row.venues, on_phone=False),
    number("Longs", lambda row: row.oi_long),
    number("Shorts", lambda row: row.oi_short),
    number("Pools net", lambda row: quantity(row.pool_net, signed=True)),
    number("Larger side, USD", lambda row: row.oi_usd),
    number("Lean", lambda row: quantity(row.imbalance, signed=True)),
    number("Markets", lambda row: row.markets, in_mail=False),
)

_HINT = (
    "A pool is on the other side of every trade, so longs and shorts differ; it holds shorts "
    "less longs. Its prices come from an oracle and it has no order book, so no total of "
    "futures holds these amounts. marts.pools."
)

SECTION = Section(
    id="pools",
    place=130,
    nav="Pools",
    title="Perpetuals against pools",
    titles={"mail": "Against pools, in no total"},
    media=DRAWN,
    when=lambda edition: (
        edition.medium == "page" or bool(edition.report.pools and not edition.is_quiet)
    ),
    blocks=(
        TableOf(
            "pools",
            "Perpetuals against pools, in coins, in no total; lean: longs less shorts over both",
            _COLUMNS,
            lambda report: report.pools,
            empty="No venue that is asked is a pool.",
        ),
        hint(_HINT, lambda report: report.pools),
        Sql({"pools": ("pools",)}),
    ),
)
