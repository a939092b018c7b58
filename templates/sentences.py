"""The words of statements: the one place where figures of a report become sentences.

A sentence names the values of its statement in braces. A figure is written by its unit; what
follows a colon says otherwise: ``+`` writes the sign of a gain, ``n`` a plain count, ``g`` a plain
number, ``whole`` a share in whole percent, ``in words`` a small count, ``name`` an identifier in
words. Of several values it is what stands between them, a comma and a space where nothing is said.
Where ``low`` and ``high`` read the same, the sentence is the one whose id ends in ``_alike``;
``short`` is written with as many digits as tell it from the ``limit`` that it falls short of.
"""

from collections.abc import Callable, Mapping

from oirisk.schemas.errors import ContractViolationError
from oirisk.schemas.report.parts import Figure, Said, Statement, Value
from oirisk.templates import formats

SENTENCES: Mapping[str, str] = {
    # the bottom line
    "total": "Futures open interest stands at {oi_usd}, single-sided; like for like and at "
    "constant prices positions moved {change_24h_pct} in 24 hours, at mean prices "
    "{flow_usd_24h:+}.",
    "total_alone": "Futures open interest stands at {oi_usd}, single-sided; no comparable "
    "snapshot a day earlier, so no change is given.",
    "total_withheld": "The total is not published: {why}.",
    "shortfall": "coverage is {short}, {limit} is needed{who}",
    "shortfall_of": " ({venues} incomplete)",
    "nothing_fresh": "nothing was fresh",
    "asset": "{asset} holds {oi_base} {asset}{parts:|}.",
    "asset_moved": ", positions {change_24h_pct} over 24 hours",
    "asset_read": " while the price moved {price_change_24h_pct}: {cell:name} (price-inferred)",
    "asset_neutral": " while the price moved {price_change_24h_pct}: {cell:name}",
    "nearest": "The nearest concentration of entries is {asset} at {prices} ({where}), {size}"
    "{known}.",
    "largest": "The largest of {n:n} concentrations of entries around a price is {asset} at "
    "{prices} (around the price), {size}{known}.",
    "known_part": ", of the {coverage} of its open interest that is known tonight",
    "range": "{low} to {high}",
    "range_alike": "{low}",
    "around": "around the price",
    "away": "{distance_pct}",
    "size": "{usd}",
    "size_modelled": "modelled at {low} to {high}",
    "size_modelled_alike": "modelled at {low} under every assumption tried",
    "size_unbounded": "of a modelled size without a band",
    "jumped": "Do not read the change of {venues}: its figures moved by one round factor at once, "
    "as a change of unit or counting does.",
    "incomplete": "Incomplete tonight: {venues}.",
    "contradicted": "Not counted, for what the figures show contradicts the unit registry: "
    "{found:; }{more}.",
    "contradiction": "{venue} {product} {field}: {verdict:verdict} since {since} ({test}, n "
    "{n:n}{chance})",
    "chance": "{p_value:chance}",
    "and_more": "; and {n:n} more",
    # beside the totals
    "weekly": "In none of these totals: {exchange}, {amounts}{more}, by the CFTC's report as of "
    "the close of {date}, {age_hours} before this snapshot.",
    "amount": "{oi_base} {asset}",
    "amount_usd": "{oi_base} {asset} ({oi_usd})",
    "no_size": "no size known",
    "in_the_table": " and {n:n} more in the table",
    "pools": "In none of these totals: {oi_usd} against the pools of {venues}, the larger side of "
    "each market. Traders hold {sides:; }.",
    "sides": "{oi_long_base} {asset} long and {oi_short_base} {asset} short",
    # headline numbers
    "weighted_covered": "weighted by open interest, {funding_covered_share} of it covered",
    # changes
    "positions_moved": "positions {change_24h_pct} in 24 hours, like for like; {oi_usd} in all"
    "{price}",
    "price_moved": "; price {price_change_24h_pct}",
    "share_moved": "share of open interest {share_change_24h_pp} in 24 hours at constant prices; "
    "{share} now",
    "cluster_changed": "{status}: {asset} {kind:name} {prices}, {held}",
    "cluster_side_changed": "{status}: {asset} {kind:name} ({side}) {prices}, {held}",
    "size_before": "{size} before",
    "size_before_unknown": "size before unknown",
    "answered": "{earlier_status} in the last report, {status} now",
    # what is withheld
    "assets": "{assets}",
    "assets_more": "{assets} and {n:n} more assets",
    "uncounted": "{venue}: {n:n} instruments, for example {symbol}",
    "uncounted_one": "{venue}: 1 instrument, {symbol}",
    "stress": "stress of {asset}",
    "stress_at": "stress of {asset} with {depths: and } of the depth",
    "depth": "{share}",
    "no_weekly": "no weekly report of the CFTC is stored; `oirisk backfill --venue cftc` asks for "
    "it",
    # assumptions
    "at_par": "Stablecoins that quote or settle contracts are taken at 1 USD each; one that prices "
    "show to be more than {band:whole} off is not counted.",
    "contested": "Contested, since what the exchange says and what its figures show contradict "
    "each other: whether it adds up longs and shorts. Counted as it says, and possibly wrong by "
    "a factor of 2: {venues}.",
    "counting_assumed": "Counted once per contract by assumption, since the exchange does not say: "
    "{venues}.",
    "unit_assumed": "Unit taken by assumption: {venues}.",
    "imported": "Imported figures are taken to be what their files must hold, coins of one side: "
    "{venues}.",
    "unfunded": "Averages of funding leave out, since rate or interval is not known: {venues}.",
    "entries": "Entry prices are modelled from changes of open interest along the price path; the "
    "band is the range over rotation 0, {rotation:g} and {most:g}. Positions older than the "
    "history are not placed at any price.",
    "levels": "Liquidation levels rest on these entries, on isolated margin and on assumed mixes "
    "of leverage; the range is over {mixes:in words} mixes.",
    # options
    "options": "{asset} options: {oi_base} {asset} ({oi_usd}) open, puts over calls "
    "{put_call_ratio}; gross gamma {gex_gross_usd} per 1 % move, whoever holds it{part}; 25-delta "
    "risk reversal of 30 days {risk_reversal}.{large}",
    "greeks_part": " (greeks known of {greeks_covered})",
    "large_expiry": " Next large expiry {at}: {oi_base} {asset} ({oi_usd}), puts over calls "
    "{put_call_ratio}, max pain {max_pain} ({distance} from the price).",
    "options_withheld": "{asset} options are not published: {why}.",
    "options_counted": "Of {told:n} options told {counted:n} count; in {zero:n} of them nothing is "
    "open. Left out: {expired:n} expired, {stale:n} not of now, {suspect:n} suspect, {left_out:n} "
    "on another thing than the asset, {without_interest:n} quoted without open interest, "
    "{terms_unknown:n} of unknown terms. Of those that count {crossed:n} have crossed quotes, "
    "{stale_underlying:n} a stale underlying, {without_iv:n} no volatility and so no greeks.",
    "too_little": "{what} are known of {short} of what is open, {limit} is needed",
    "few_returns": "{n:n} of 30 daily returns are known, {needed:n} are needed",
    # forced closes, and why there are none
    "observed": "{accounts_answered:n} of {accounts_listed:n} accounts answered on {venue}, "
    "{positions_accepted:n} positions stored, {positions_rejected:n} refused{note}",
    "missing": ". Missing: {what}",
    "few_books": "exchanges whose order books were read hold {short} of its open interest, {limit} "
    "are needed",
    "no_history": "no asset has enough history for a liquidation map yet",
    "not_mapped": "no map was made of this instant",
    "no_charted": "no charted asset has a price and a map",
    "unscored": "the first map is scored a night after it was made",
    "no_stress": "order-book depth was not measured for the charted assets; none is invented",
    "stress_withheld": "withheld; the reasons are below what was not published",
    "no_contagion": "no exchange has its order books read for {needed:whole} of what it holds, in "
    "coins of which {needed:whole} are held where books were read; none is invented",
    "no_risk": "fewer than {days:n} past days of prices are stored",
    "no_mix": "no mix of leverage is stored",
    "no_accounts": "no list of accounts is configured ([observe] accounts_file)",
    "no_positions": "the accounts on the list hold no position, or none answered",
    "not_asked": "the accounts on the list were not asked in this run",
}

_FIGURES: Mapping[str, Callable[[float], str]] = {
    "n": "{:.0f}".format,
    "g": "{:g}".format,
    "whole": lambda value: f"{100 * value:g} %",
    "in words": formats.in_words,
    "chance": formats.chance,
}
_TEXTS: Mapping[str, Callable[[str], str]] = {
    "": str,
    "name": formats.readable,
    "verdict": formats.meaning,
}


class _Written:
    """A value of a statement, written as the sentence asks."""

    def __init__(self, value: Value) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        value = self._value
        if isinstance(value, str):
            return _TEXTS[spec](value)
        if isinstance(value, Statement):
            return say(value)
        if not isinstance(value, Figure):
            between = {"": ", ", "|": ""}.get(spec, spec)
            return between.join(say(part) for part in value)
        if value.value is None or spec in {"", "+"}:
            return figure(value, signed=spec == "+")
        return _FIGURES[spec](value.value)


def _told_apart(values: Mapping[str, Value]) -> dict[str, str]:
    """Write what falls ``short`` of a ``limit`` with digits that tell the two apart."""
    found = [values.get(name) for name in ("short", "limit")]
    shares = [part.value for part in found if isinstance(part, Figure) and part.value is not None]
    if len(shares) != len(found):
        return {}
    short, limit = formats.short_of(*shares)
    return {"short": short, "limit": limit}


def say(said: Said) -> str:
    """Put a statement in words; a text is said as it is.

    Raises:
        ContractViolationError: There is no such sentence, or a value that it names is not stated.
    """
    if isinstance(said, str):
        return said
    values = {name: _Written(part) for name, part in said.values.items()}
    is_alike = "low" in values and f"{values['low']}" == f"{values['high']}"
    try:
        sentence = SENTENCES[f"{said.id}_alike" if is_alike else said.id]
        return sentence.format_map({**values, **_told_apart(said.values)})
    except KeyError as error:
        raise ContractViolationError(
            "report.json", f"statement {said.id!r} cannot be said, it lacks {error}"
        ) from error


def figure(part: Figure, *, coin: str = "", signed: bool = False) -> str:
    """Write a figure, or a dash and the reason why there is none."""
    if part.value is None:
        return f"{formats.MISSING} {formats.one_line(say(part.reason))}"
    return formats.number(part.value, part.unit, coin=coin, signed=signed)
