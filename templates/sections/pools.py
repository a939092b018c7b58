"""What traders hold against pools, in no total."""

from oirisk.schemas.report.uncounted import PoolRow
from oirisk.templates.blocks import Section, Sql, TableOf, hint
from oirisk.templates.tables import Column, number, word

_COLUMNS: tuple[Column[PoolRow], ...] = (
    word("Asset", "asset"),
    word("Pools of", "venues", without="phone"),
    number("Longs", "oi_long"),
    number("Shorts", "oi_short"),
    number("Pools net", "pool_net", signed=True),
    number("Larger side, USD", "oi_usd"),
    number("Lean", "imbalance", signed=True),
    number("Markets", "markets", without="mail"),
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
    media="page mail",
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
