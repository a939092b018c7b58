"""Write the report fixtures of this folder: ``python tests/golden/report/make_cases.py``.

The numbers are made up by formula, so that running this twice changes nothing. The cases: a rich
night, a quiet one, a degraded one, a simulated one, one whose every text is hostile, and one with
every statement that a report can make. Of the rich and of the last the plain text, ``rich.txt`` and
``stated.txt``, is compared word by word and is not written here; nor is ``before.json``, the rich
night as the version before statements stored it.
"""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from oirisk.schemas.report import briefing as parts
from oirisk.schemas.report import liquidations as risk
from oirisk.schemas.report import options as desk
from oirisk.schemas.report.briefing import Figure, Report
from oirisk.schemas.report.limits import Limits
from oirisk.schemas.report.parts import Band, Statement, Value

HERE = Path(__file__).parent
AS_OF = datetime(2026, 9, 21, 0, 5, tzinfo=UTC)
ATTACK = "<script>alert(1)</script>\"'; drop table x;--\n\x1b[31m&amp;]]>{{ 7*7 }}"
VENUES = ("binance", "bybit", "okx", "gate", "hyperliquid", "bitget", "kucoinfutures", "deribit")
SHARES = (0.363, 0.189, 0.142, 0.101, 0.087, 0.062, 0.033, 0.023)
COINS = (
    ("BTC", 84_300.0, 412_300.0),
    ("ETH", 2_512.34, 5_210_000.0),
    ("SOL", 141.27, 31_400_000.0),
    ("XRP", 2.4312, 812_000_000.0),
    ("DOGE", 0.16431, 6_300_000_000.0),
    ("HYPE", 38.114, 14_200_000.0),
    ("BNB", 611.05, 1_020_000.0),
    ("SUI", 3.1187, 190_000_000.0),
    ("ADA", 0.70114, 640_000_000.0),
    ("LINK", 14.902, 26_000_000.0),
    ("PEPE", 0.000011234, 19_800_000_000_000.0),
    ("AVAX", 21.44, 12_900_000.0),
)


def known(value: float, unit: parts.Unit) -> Figure:
    return Figure(value=value, unit=unit)


def missing(unit: parts.Unit, reason: str) -> Figure:
    return Figure(value=None, unit=unit, reason=reason)


def wave(place: int, size: float) -> float:
    return size * math.sin(place * 1.7 + 0.4)


def asset(place: int) -> parts.AssetRow:
    name, price, base = COINS[place % len(COINS)]
    name = name if place < len(COINS) else f"{name}{place}"
    cells = ("new_longs_trend", "short_squeeze_covering", "new_shorts_trend", "neutral")
    new = place == 5
    return parts.AssetRow(
        asset=name,
        oi_base=known(base, "base"),
        oi_usd=known(base * price, "usd"),
        change_24h_pct=known(wave(place, 4.2), "pct"),
        change_7d_pct=missing("pct", "first seen 3 days ago, 7 days are needed")
        if new
        else known(wave(place + 3, 11.0), "pct"),
        flow_usd_24h=known(base * price * wave(place, 0.042), "usd"),
        price=known(price, "price"),
        price_change_24h_pct=known(wave(place + 1, 3.1), "pct"),
        cell=cells[place % 4],
        funding_8h=missing("rate", "no perpetual of this asset published a funding rate")
        if new
        else known(wave(place, 0.00013), "rate"),
        funding_covered=known(0.84 - 0.02 * (place % 7), "share"),
        oi_to_volume=known(0.4 + place * 0.07, "ratio"),
        volume_covered=known(1.0 if place % 2 else 0.91, "share"),
        top_venue=VENUES[place % 3],
        top_venue_share=known(0.363 - place * 0.01, "share"),
        coverage=known(1.0 if place % 3 else 0.9996, "share"),
    )


def cluster(place: int) -> parts.ClusterRow:
    coin, price, _ = COINS[place % 2]
    distance = (-4.6, 3.1, -8.9, 7.4, 11.8)[place]
    peak = price * (1 + distance / 100)
    return parts.ClusterRow(
        asset=coin,
        kind="entry",
        side="long" if distance < 0 else "short",
        price_low=peak * 0.992,
        price_high=peak * 1.009,
        price_peak=peak,
        base=1.2e9 / peak,
        usd=1.2e9 - place * 1.3e8,
        usd_low=known(0.9e9 - place * 1.3e8, "usd"),
        usd_high=missing("usd", "no run with the higher rotation was made")
        if place == 4
        else known(1.6e9 - place * 1.3e8, "usd"),
        share=0.034 - place * 0.003,
        distance_pct=distance,
        venues_hhi=known(0.27, "ratio"),
        age_hours=known(31.5 * (place + 1), "hours"),
        status=("grown", "born", "stable", "shrunk", "stable")[place],
    )


def strike() -> parts.ClusterRow:
    """Calls at one strike: published, hence without a band, and nobody knows how old."""
    coin, price, base = COINS[0]
    return parts.ClusterRow(
        asset=coin,
        kind="strike",
        side="call",
        price_low=89_500.0,
        price_high=90_500.0,
        price_peak=90_000.0,
        base=base * 0.04,
        usd=base * 0.04 * price,
        usd_low=missing("usd", "published, not modelled"),
        usd_high=missing("usd", "published, not modelled"),
        share=0.081,
        distance_pct=(89_500.0 / price - 1) * 100,
        venues_hhi=known(0.82, "ratio"),
        age_hours=missing("hours", "no exchange says when an option was opened"),
        status="grown",
    )


def venue(place: int) -> parts.VenueRow:
    name = VENUES[place]
    assumed = name in {"hyperliquid", "bitget"}
    return parts.VenueRow(
        venue=name,
        product="linear perpetuals",
        field="info.singleOpenInterest" if name == "bybit" else "openInterest",
        unit="contracts" if place % 2 else "base",
        unit_evidence="official" if place % 3 else "measured",
        counting_factor=0.5 if name == "bitget" else 1.0,
        counting_evidence="assumed" if assumed else "official",
        other_rules="bybit.linear.openInterest" if name == "bybit" else "",
        oi_usd=known(34.8e9 * SHARES[place], "usd"),
        share=known(SHARES[place], "share"),
        share_change_24h_pp=known(wave(place, 0.9), "pp"),
        instruments=540 - place * 31,
        age=known((1.2 + place) / 60, "hours"),
    )


def covered(place: int) -> parts.CoverageRow:
    total = 540 - place * 31
    refused = 2 if place == 2 else 0
    return parts.CoverageRow(
        venue=VENUES[place],
        status="ok",
        expected=total,
        received=total,
        accepted=total - refused,
        rejected=refused,
        requests=2 + place % 3,
        seconds=1.4 + place * 0.6,
        error="",
    )


def history(place: int) -> parts.OiHistory:
    name, price, base = COINS[place]
    points = []
    for step in range(181):
        gap = 96 <= step < 104 or step in (120, 122)
        level = base * (0.94 + step / 3000 + 0.015 * math.sin(step / 9) + 0.004 * math.sin(step))
        mark = price * (0.97 + step / 6000 + 0.02 * math.sin(step / 14 + place))
        points.append(
            parts.OiPoint(
                at=AS_OF - timedelta(hours=4 * (180 - step)),
                oi_base=None if gap else base if step == 180 else round(level, 2),
                oi_usd=None if gap else round((base if step == 180 else level) * mark, 2),
                price=price if step == 180 else round(mark, 4),
            )
        )
    return parts.OiHistory(asset=name, points=tuple(points))


def profile(place: int) -> parts.Profile:
    name, price, base = COINS[place]
    bins = []
    for step in range(-72, 73):
        low = price * 1.0025**step
        for side, centre in (("long", -19), ("short", 13)):
            shape = math.exp(-((step - centre) ** 2) / 160) + 0.5 * math.exp(
                -((step + 40) ** 2) / 60
            )
            usd = base * price * 0.016 * (shape + 0.12 * abs(math.sin(step)))
            bins.append(
                parts.ProfileBin(
                    side="long" if side == "long" else "short",
                    price_low=round(low, 6),
                    price_high=round(low * 1.0025, 6),
                    usd=round(usd, 2),
                )
            )
    return parts.Profile(asset=name, price=price, bins=tuple(bins))


def band(usd: float) -> Band:
    return Band(usd=usd, low=usd * 0.55, high=usd * 2.4)


def levels(place: int) -> risk.LiquidationMap:
    name, price, _ = COINS[place]
    bins = []
    for step in (*range(-60, -3), *range(4, 60)):
        usd = 4e8 * math.exp(-((abs(step) - 22) ** 2) / 150) + 2e7 * abs(math.sin(step))
        bins.append(
            risk.MapBin(
                side="long" if step < 0 else "short",
                price_low=round(price * 1.0025**step, 6),
                price_high=round(price * 1.0025 ** (step + 1), 6),
                modelled=band(round(usd, 2)),
                measured=round(usd / 9, 2) if place == 0 and step % 4 == 0 else 0.0,
            )
        )
    return risk.LiquidationMap(asset=name, price=price, bins=tuple(bins))


def reach(place: int) -> risk.ReachRow:
    name, price, base = COINS[place // 2]
    usd = base * price * 0.004
    return risk.ReachRow(
        asset=name,
        side="short" if place % 2 else "long",
        price=price,
        within_2_pct=band(usd),
        within_5_pct=band(usd * 4),
        within_10_pct=band(usd * 9),
        depth_2pct_usd=missing("usd", "order-book depth was not measured")
        if place > 3
        else known(usd * 3, "usd"),
        mass_to_depth=missing("ratio", "order-book depth was not measured")
        if place > 3
        else known(1.3, "ratio"),
    )


def scored(place: int) -> risk.TrackRow:
    verdicts: tuple[risk.Verdict, ...] = ("better than chance", "no skill", "not meaningful")
    few = place == 2
    return risk.TrackRow(
        asset=("ALL", "BTC", "ETH")[place],
        prior="base",
        days=30,
        nights=29,
        bins=(812, 64, 7)[place],
        precision=known((0.36, 0.31, 0.5)[place], "share"),
        chance=known(0.26, "share"),
        lift=known(1.4 - place / 5, "ratio"),
        wilson_low=missing("share", "price crossed too few bins") if few else known(0.30, "share"),
        wilson_high=missing("share", "price crossed too few bins") if few else known(0.42, "share"),
        verdict=verdicts[place],
    )


def liquidations() -> risk.Liquidations:
    """A night with a map, a record, stress, and observed accounts; no contagion, no fit."""
    return risk.Liquidations(
        observed_at=AS_OF,
        observed_note="198 of 200 accounts answered on hyperliquid, 512 positions stored, "
        "1 refused. Missing: 2 accounts: HTTP 500",
        maps=(levels(0), levels(1)),
        reach=tuple(reach(place) for place in range(6)),
        track=tuple(scored(place) for place in range(3)),
        stress=tuple(
            risk.StressRow(
                asset="BTC",
                shock_pct=shock,
                depth_factor=factor,
                liquidated=band(2e8 * abs(shock) / factor),
                move_pct=abs(shock) * 1.2 / factor**0.3,
                move_low_pct=abs(shock),
                move_high_pct=abs(shock) * 2 / factor**0.3,
                reproduction_number=0.35 / factor**0.6,
                stop_reason="exhausted" if factor < 1 else "no_level_hit",
                covered_share=0.82,
            )
            for shock in (-5.0, 5.0)
            for factor in (1.0, 0.1)
        ),
        at_risk=tuple(
            risk.AtRiskRow(
                asset="BTC",
                alpha=alpha,
                at_risk=band(9e8),
                shortfall=band(1.4e9),
                scenarios=120,
                worst_return_pct=-9.4,
                is_meaningful=False,
            )
            for alpha in (0.95, 0.99)
        ),
        leverage=(
            risk.LeverageRow(
                source="stated",
                name="base",
                asset="",
                below_3x=0.363,
                from_3x_to_7x=0.485,
                above_7x=0.152,
                fit=missing("ratio", "stated, not learned"),
            ),
            risk.LeverageRow(
                source="learned",
                name="calibrated",
                asset="BTC",
                below_3x=0.28,
                from_3x_to_7x=0.47,
                above_7x=0.25,
                learned_at=AS_OF,
                fit=known(0.31, "ratio"),
                steps=8640,
            ),
        ),
        observed=(
            risk.ObservedRow(
                asset="BTC",
                venue="hyperliquid",
                accounts=181,
                positions=181,
                long_base=9_120.0,
                short_base=11_340.0,
                long_share=known(0.31, "share"),
                short_share=missing("share", "the exchange's open interest is not fresh"),
            ),
        ),
        missing={"contagion": "order-book depth was not measured"},
    )


WITHHOLD = "coverage 41.0% is below 90.0%: deribit failed"
SHORT = "25-delta beyond the strikes"


def option(place: int) -> desk.OptionRow:
    """Options of an asset: all that can be known, a young one, one that is withheld."""
    name, price, base = COINS[place]
    young = place == 1
    row = desk.OptionRow(
        asset=name,
        oi_base=known(base * 0.9, "base"),
        oi_usd=known(base * 0.9 * price, "usd"),
        change_24h=missing("base", "no option is known at both ends")
        if young
        else known(-1_312.5, "base"),
        put_call_ratio=known(0.542, "ratio"),
        expiry=datetime(2026, 9, 25, 8, tzinfo=UTC),
        expiry_oi_base=known(base * 0.31, "base"),
        expiry_oi_usd=known(base * 0.31 * price, "usd"),
        expiry_put_call_ratio=known(0.71, "ratio"),
        max_pain=known(price * 0.95, "price"),
        max_pain_high=known(price * (0.97 if young else 0.95), "price"),
        max_pain_distance=known(-3.0 if young else -5.0, "pct"),
        expiring_7d=known(0.344, "share"),
        atm_iv_30d=known(0.451, "share"),
        risk_reversal=missing("pp", "no smiles of expiries on both sides of 30 days")
        if young
        else known(-2.13, "pp"),
        realised_vol_30d=missing("share", "12 of 30 daily returns are known, 25 are needed")
        if young
        else known(0.384, "share"),
        iv_minus_realised=missing("pp", "12 of 30 daily returns are known, 25 are needed")
        if young
        else known(6.7, "pp"),
        gex_gross_usd=known(412e6, "usd"),
        gex_net_naive_usd=known(-37.5e6, "usd"),
        gex_net_short_all_usd=known(-412e6, "usd"),
        gamma_flip=missing("price", desk.NO_FLIP) if young else known(price * 1.031, "price"),
        dex_base=known(18_400.0, "base"),
        greeks_covered=known(0.982, "share"),
        coverage=known(1.0, "share"),
    )
    return withheld_option(row) if place == 2 else row


def withheld_option(row: desk.OptionRow) -> desk.OptionRow:
    """The same where the total is not published."""
    figures = {
        name: missing(part.unit, WITHHOLD)
        for name in desk.OptionRow.model_fields
        if isinstance(part := getattr(row, name), Figure)
    }
    return row.model_copy(update={**figures, "expiry": None, "coverage": known(0.41, "share")})


def expiring(place: int) -> desk.ExpiryRow:
    name, price, base = COINS[place % 2]
    days = (1.33, 4.33, 11.33, 95.33)[place // 2]
    short = days < 2
    return desk.ExpiryRow(
        asset=name,
        expiry=AS_OF.replace(hour=8, minute=0) + timedelta(days=int(days)),
        time_left=known(days * 24, "hours"),
        oi_base=known(base * 0.31, "base"),
        oi_usd=known(base * 0.31 * price, "usd"),
        put_call_ratio=known(0.5 + place / 10, "ratio"),
        premium_usd=missing("usd", "no exchange sent a mark price") if short else known(9e8, "usd"),
        premium_covered=known(0.0 if short else 0.96 if place == 2 else 1.0, "share"),
        max_pain=known(price * 0.95, "price"),
        max_pain_high=known(price * 0.97, "price"),
        max_pain_distance=known(-3.0, "pct"),
        atm_iv=known(0.42 + place / 50, "share"),
        risk_reversal=missing("pp", SHORT) if short else known(-1.5 - place / 4, "pp"),
        gex_gross_usd=known(1.1e8 / (place + 1), "usd"),
        greeks_covered=known(0.97 if place == 0 else 1.0, "share"),
    )


def future(place: int) -> desk.FutureRow:
    name, _, base = COINS[place % 2]
    days = (4.33, 95.33)[place // 4]
    absent = place == 2
    return desk.FutureRow(
        asset=name,
        venue=VENUES[2 + place % 4],
        symbol=f"{name}/USD:{name}-26{'0925' if place < 4 else '1225'}",
        expiry=AS_OF.replace(hour=8, minute=0) + timedelta(days=int(days)),
        time_left=known(days * 24, "hours"),
        basis=missing("pct", "no mark price") if absent else known(days / 73, "pct"),
        basis_annualised=missing("pct", "no mark price")
        if absent
        else known(4.2 + place / 3, "pct"),
        oi_usd=known(base * 41.0, "usd"),
    )


def ladder(place: int) -> desk.Ladder:
    name, price, base = COINS[place]
    strikes = tuple(
        desk.Strike(
            strike=round(price * (1 + step / 40), 2),
            call_oi_base=round(base * 0.02 * math.exp(-((step - 4) ** 2) / 20), 2),
            put_oi_base=round(base * 0.02 * math.exp(-((step + 3) ** 2) / 16), 2),
        )
        for step in range(-8, 9)
    )
    return desk.Ladder(asset=name, price=price, strikes=strikes)


def smile(place: int) -> desk.SmileHistory:
    """Volatility over ten nights, a gap among them; of the second coin over one."""
    return desk.SmileHistory(
        asset=COINS[place][0],
        points=tuple(
            desk.SmilePoint(
                at=AS_OF - timedelta(days=9 - night),
                atm_iv_30d=0.43 + 0.02 * math.sin(night),
                risk_reversal=None if night == 4 else wave(night, 2.4),
            )
            for night in range(9 if place else 0, 10)
        ),
    )


def options() -> desk.Options:
    return desk.Options(
        assets=tuple(option(place) for place in range(3)),
        assets_total=7,
        brief=(
            "BTC options: 371.1k BTC ($31.3bn) open, puts over calls 0.54.",
            "ETH options: 4.689m ETH ($11.8bn) open, puts over calls 0.54.",
        ),
        counted="Of 5123 options told 4870 count.",
        expiries=tuple(expiring(place) for place in range(8)),
        futures=tuple(future(place) for place in range(8)),
        ladders=(ladder(0), ladder(1)),
        smiles=(smile(0), smile(1)),
    )


TILES = (
    ("oi_usd", "Open interest", known(34.8e9, "usd"), "all futures, single-sided", "M02"),
    ("oi_btc", "BTC open interest, coins", known(412_300.0, "base"), "", "M02"),
    ("change_24h_pct", "Change 24 h", known(1.2, "pct"), "like-for-like, positions", "M03"),
    ("flow_usd_24h", "Flow 24 h", known(412e6, "usd"), "price effect removed", "M04"),
    ("funding_8h", "Funding, OI-weighted", known(0.0000978, "rate"), "10.7% a year", "M05"),
    ("oi_to_volume", "OI / volume", known(0.41, "ratio"), "days to turn over", "M15"),
    ("hhi", "Venue concentration", known(0.2602, "ratio"), "3.8 venues in effect", "M18"),
    ("next_expiry", "Largest price move", known(-0.35, "pct"), "BTC, 24 h", "M08"),
)
METHODS = (
    ("M02", "Contracts are turned into coins and USD by a registry of units, one rule per field."),
    ("M03", "A change compares only instruments that were fresh at both instants."),
    ("M04", "The USD change is split exactly into flow and revaluation."),
    ("M05", "Funding is scaled to eight hours and weighted by open interest."),
    ("M08", "Price and coin open interest together name the side that acted; inferred from price."),
    ("M15", "Open interest divided by the volume of 24 hours."),
    ("M18", "Sum of squared venue shares."),
    ("M20", "A level is where what is left of the margin is the maintenance asked for."),
    ("M22", "Mixes of leverage are stated or learned, and give the band."),
    ("M23", "Surviving entries times the mix of leverage make the map."),
    ("M25", "A shock hits levels, their closes walk the order book, until none is hit."),
    ("M26", "Forced sales on one exchange cost positions in the same coins on another."),
    ("M34", "Forced closes under each past return; the mildest and the mean of the worst."),
    ("M21", "Entry prices are modelled from changes of open interest along the price path."),
    ("M24", "Concentrations are runs of price bins above median plus two robust deviations."),
)
SQL = """select asset, oi_base, oi_usd
from marts.oi_by_asset
where snapshot_at = $as_of and oi_usd > 0
order by oi_usd desc;"""


def rich() -> Report:
    """A night on which something happened, with one venue short and one row refused."""
    return Report(
        run_id="0f3c5a1e",
        version="0.1.0",
        as_of=AS_OF,
        data_cutoff=AS_OF - timedelta(minutes=1),
        previous_as_of=AS_OF - timedelta(days=1),
        next_run=AS_OF + timedelta(days=1),
        is_simulated=False,
        is_degraded=False,
        venues_fresh=7,
        venues_total=8,
        oi_coverage=known(0.967, "share"),
        bottom_line=(
            parts.Sentence(
                text="Open interest stands at $34.8bn, positions +1.2% since yesterday.",
                method="M03",
            ),
            parts.Sentence(
                text="Longs of $1.20bn ($900m to $1.60bn) sit 4.6% below the BTC mark.",
                method="M24",
            ),
            parts.Sentence(text="kucoinfutures did not answer and is left out.", method="M03"),
        ),
        tiles=tuple(
            parts.Tile(id=key, label=label, figure=figure, note=note, method=method)
            for key, label, figure, note, method in TILES
        ),
        changes=(
            parts.Change(
                kind="asset", subject="SOL", text="open interest +4.1% in 24 h.", method="M03"
            ),
            parts.Change(
                kind="venue", subject="hyperliquid", text="share +0.80 pp to 8.7%.", method="M18"
            ),
            parts.Change(
                kind="cluster", subject="BTC longs", text="grown by 12.0% since.", method="M24"
            ),
            parts.Change(
                kind="coverage",
                subject="kucoinfutures",
                text="missing since tonight.",
                method="M03",
            ),
            parts.Change(
                kind="method", subject="bybit", text="field changed; not compared.", method="M03"
            ),
        ),
        assets=tuple(asset(place) for place in range(30)),
        assets_total=412,
        clusters=(
            *(cluster(place) for place in (1, 0)),
            strike(),
            *(cluster(place) for place in (3, 2, 4)),
        ),
        liquidations=liquidations(),
        options=options(),
        venues=tuple(venue(place) for place in range(8)),
        coverage=tuple(
            covered(place)
            if place != 6
            else covered(place).model_copy(
                update={
                    "status": "failed",
                    "received": 0,
                    "accepted": 0,
                    "error": "HTTP 503 three times: service unavailable, retry after 60 s",
                }
            )
            for place in range(8)
        ),
        rejects=(
            parts.RejectRow(
                venue="okx",
                check_name="oi_not_negative",
                count=2,
                example_symbol="ABC/USDT:USDT",
                example_reason="oi_contracts is -4, zero or more was needed",
            ),
        ),
        withheld=(
            parts.Withheld(
                what="OI / depth 2%", reason="order books are not collected by this version"
            ),
        ),
        assumptions=("Rotation of 5% of the volume beyond the change of open interest.",),
        history=(history(0), history(1)),
        venue_shares=tuple(
            parts.VenueShare(venue=name, oi_usd=34.8e9 * share, share=share)
            for name, share in zip(VENUES, SHARES, strict=True)
        ),
        profiles=(profile(0), profile(1)),
        queries=tuple(
            parts.Query(section=section, sql=SQL)
            for section in ("tiles", "assets", "clusters", "venues", "coverage", "else")
        ),
        methods=tuple(parts.Method(id=key, text=text) for key, text in METHODS),
    )


def quiet() -> Report:
    """Every venue answered and no threshold was crossed."""
    night = rich()
    return night.model_copy(
        update={
            "venues_fresh": 8,
            "oi_coverage": known(1.0, "share"),
            "bottom_line": (
                parts.Sentence(text="No threshold was crossed; $34.8bn is open.", method="M03"),
            ),
            "changes": (),
            "coverage": tuple(covered(place) for place in (0, 1, 3, 4, 5, 6, 7)),
            "rejects": (),
            "withheld": (),
            "clusters": night.clusters[:2],
        }
    )


def degraded() -> Report:
    """Totals withheld, first run, no history: nearly every figure is missing."""
    night = rich()
    low = "coverage 72.2% is below 90.0%, so no total is published"
    first = "no earlier snapshot to compare with"
    rows = tuple(
        row.model_copy(
            update={
                "oi_base": missing("base", low),
                "oi_usd": missing("usd", low),
                "change_24h_pct": missing("pct", first),
                "change_7d_pct": missing("pct", first),
                "flow_usd_24h": missing("usd", first),
                "cell": "",
                "cell_reason": first,
                "funding_8h": missing("rate", "funding is not collected from this venue"),
                "top_venue": "",
                "top_venue_share": missing("share", low),
                "coverage": known(0.722, "share"),
            }
        )
        for row in night.assets[:6]
    )
    return night.model_copy(
        update={
            "is_degraded": True,
            "data_cutoff": None,
            "previous_as_of": None,
            "next_run": None,
            "venues_fresh": 3,
            "oi_coverage": missing("share", "no earlier run says how much there is"),
            "bottom_line": (),
            "tiles": tuple(
                tile.model_copy(update={"figure": missing(tile.figure.unit, low)})
                for tile in night.tiles
            ),
            "changes": (),
            "assets": rows,
            "assets_total": 6,
            "clusters": (),
            "options": desk.Options(
                assets=tuple(withheld_option(row) for row in night.options.assets),
                assets_total=7,
                brief=(f"BTC options are not published: {WITHHOLD}.",),
                counted=night.options.counted,
                smiles=(smile(1).model_copy(update={"asset": "BTC"}),),
            ),
            "liquidations": risk.Liquidations(
                missing={"reach": "no asset has enough history for a liquidation map yet"}
            ),
            "venues": tuple(
                row.model_copy(
                    update={
                        "share": missing("share", low),
                        "share_change_24h_pp": missing("pp", first),
                        "age": missing("hours", "the venue sends no time"),
                    }
                )
                for row in night.venues[:3]
            ),
            "withheld": (parts.Withheld(what="all totals", reason=low),),
            "history": (
                parts.OiHistory(
                    asset="BTC",
                    points=(parts.OiPoint(at=AS_OF, oi_base=None, oi_usd=None, price=84_300.0),),
                ),
            ),
            "venue_shares": (),
            "profiles": (),
        }
    )


def simulated() -> Report:
    """The rich night, from simulated exchanges."""
    return rich().model_copy(update={"is_simulated": True})


def _poison(value: Any) -> Any:
    if isinstance(value, BaseModel):
        changed = {
            name: _poison(getattr(value, name))
            for name in type(value).model_fields
            if name not in {"unit", "value"} and not _is_closed(value, name)
        }
        if isinstance(value, Figure):
            changed = {"reason": f"{ATTACK} reason"} if value.value is None else {}
        return value.model_copy(update=changed)
    if isinstance(value, tuple):
        return tuple(_poison(part) for part in value)
    return f"{value[:12]}{ATTACK}" if isinstance(value, str) else value


def _is_closed(value: BaseModel, name: str) -> bool:
    """Say whether a field is a fixed vocabulary, or is needed to find a section."""
    return (type(value).__name__, name) in {
        ("Change", "kind"),
        ("ProfileBin", "side"),
        ("Tile", "id"),
        ("MapBin", "side"),
        ("ReachRow", "side"),
        ("TrackRow", "verdict"),
        ("LeverageRow", "source"),
        ("Query", "section"),
    }


def hostile() -> Report:
    """The rich night with markup, quotes, SQL and control characters in every text."""
    made = _poison(rich())
    return Report.model_validate(made.model_dump())


def said(name: str, **values: Value) -> Statement:
    return Statement(id=name, values=values)


USD, PCT, SHARE, COUNT = (
    known(412e6, "usd"), known(-1.25, "pct"), known(0.87, "share"), known(1_200, "count")
)  # fmt: skip
BITS = (
    said("asset_moved", change_24h_pct=PCT),
    said("asset_read", price_change_24h_pct=PCT, cell="new_longs_trend"),
)
SIZE = said("size_modelled", low=USD, high=known(1.6e9, "usd"))
LOW, HIGH = known(79_779, "price"), known(81_146, "price")
PRICES = {"prices": said("range", low=LOW, high=HIGH)}
ALIKE = said("size_modelled", low=USD, high=known(412.1e6, "usd"))
CLUSTER = {"status": "grown", "asset": "BTC", "kind": "liquidation", "side": "long", **PRICES}
CONTRADICTION = said(
    "contradiction", venue="okx", product="linear", field="oi", verdict="x0.5", test="ratio",
    since="2026-06-11", n=known(48, "count"), chance=(said("chance", p_value=known(2e-9, "ratio")),),
)  # fmt: skip
BOTTOM_LINE = (
    said("contradicted", found=(CONTRADICTION,), more=(said("and_more", n=known(2, "count")),)),
    said("total", oi_usd=USD, change_24h_pct=PCT, flow_usd_24h=USD),
    said("total_alone", oi_usd=USD),
    said("total_withheld", why=said("nothing_fresh")),
    said(
        "total_withheld",
        why=said(
            "shortfall", short=known(0.8999, "share"), limit=known(0.9, "share"),
            who=(said("shortfall_of", venues=("gate", "okx")),),
        ),
    ),
    said("asset", asset="BTC", oi_base=known(412_300, "base"), parts=BITS),
    said(
        "asset", asset="ETH", oi_base=known(5.2e6, "base"),
        parts=(said("asset_neutral", price_change_24h_pct=PCT, cell="neutral"),),
    ),
    said(
        "nearest", asset="BTC", **PRICES, where=said("around"), size=said("size_unbounded"),
        known=(said("known_part", coverage=SHARE),),
    ),
    said(
        "nearest", asset="BTC", prices=said("range", low=LOW, high=LOW), size=SIZE, known=(),
        where=said("away", distance_pct=PCT),
    ),
    said("largest", n=known(3, "count"), asset="BTC", **PRICES, size=ALIKE, known=()),
    said("jumped", venues=("bybit",)),
    said("incomplete", venues=("gate", "okx")),
)  # fmt: skip
BESIDE = (
    said(
        "weekly", exchange="CME", date="2026-09-15", age_hours=known(123, "hours"),
        amounts=(
            said("amount_usd", oi_base=known(28_000, "base"), asset="BTC", oi_usd=USD),
            said("amount", oi_base=known(900_000, "base"), asset="ETH"),
        ),
        more=(said("in_the_table", n=known(4, "count")),),
    ),
    said(
        "weekly", exchange="Coinbase Derivatives", date="2026-09-15",
        age_hours=known(123, "hours"), amounts=(said("no_size"),), more=(),
    ),
    said(
        "pools", oi_usd=USD, venues=("gmx", "jupiter"),
        sides=(
            said(
                "sides", asset="BTC", oi_long_base=known(31, "base"),
                oi_short_base=known(12.5, "base"),
            ),
        ),
    ),
)  # fmt: skip
CHANGED: tuple[tuple[Any, Statement], ...] = (
    ("asset", said(
        "positions_moved", change_24h_pct=PCT, oi_usd=USD,
        price=(said("price_moved", price_change_24h_pct=known(3.4, "pct")),),
    )),
    ("venue", said("share_moved", share_change_24h_pp=known(0.8, "pp"), share=SHARE)),
    ("cluster", said("cluster_changed", **CLUSTER, held=said("size", usd=USD))),
    ("cluster", said("cluster_side_changed", **CLUSTER, held=said("size_before", size=SIZE))),
    ("cluster", said("cluster_changed", **CLUSTER, held=said("size_before_unknown"))),
    ("coverage", said("answered", earlier_status="ok", status="failed")),
)  # fmt: skip
WITHHELD = (
    said("assets", assets=("BTC", "ETH")),
    said("assets_more", assets=("BTC", "ETH", "SOL", "XRP"), n=known(7, "count")),
    said("uncounted_one", venue="gate", symbol="ABC/USDT:USDT"),
    said("uncounted", venue="gate", n=COUNT, symbol="ABC/USDT:USDT"),
    said("stress", asset="SOL"),
    said("stress_at", asset="BTC", depths=(
        said("depth", share=known(1, "share")), said("depth", share=known(0.5, "share"))
    )),
)  # fmt: skip
WHO = {"venues": ("bitget", "hyperliquid")}
ASSUMED = (
    said("at_par", band=known(0.05, "share")),
    *(
        said(name, **WHO)
        for name in ("contested", "counting_assumed", "unit_assumed", "imported", "unfunded")
    ),
    said("entries", rotation=known(0.07, "ratio"), most=known(0.2, "ratio")),
    said("levels", mixes=known(4, "count")),
)
UNMAPPED = (
    "no_history", "not_mapped", "no_charted", "unscored", "no_stress", "stress_withheld", "no_mix",
    "no_accounts", "no_positions", "not_asked",
)  # fmt: skip


COUNTED = (
    "told", "counted", "zero", "expired", "stale", "suspect", "left_out",
    "without_interest", "terms_unknown", "crossed", "stale_underlying", "without_iv",
)  # fmt: skip


def stated_options(night: desk.Options) -> desk.Options:
    """The same options, with every statement on them."""
    first = night.assets[0]
    pain = said("range", low=first.max_pain, high=first.max_pain_high)
    large = said(
        "large_expiry", asset="BTC", at="2026-09-25 08:00 UTC", oi_base=first.expiry_oi_base,
        oi_usd=first.expiry_oi_usd, put_call_ratio=first.expiry_put_call_ratio, max_pain=pain,
        distance=first.max_pain_distance,
    )  # fmt: skip
    few = said("few_returns", n=known(12, "count"), needed=known(25, "count"))
    second = night.assets[1].model_copy(
        update={"realised_vol_30d": Figure(value=None, unit="share", reason=few)}
    )
    little = said(
        "too_little", what="mark prices", short=known(0.8996, "share"), limit=known(0.9, "share")
    )
    unmarked = night.expiries[0].model_copy(
        update={"premium_usd": Figure(value=None, unit="usd", reason=little)}
    )
    return night.model_copy(
        update={
            "assets": (first, second, *night.assets[2:]),
            "expiries": (unmarked, *night.expiries[1:]),
            "brief": (
                said(
                    "options", asset="BTC", oi_base=first.oi_base, oi_usd=first.oi_usd,
                    put_call_ratio=first.put_call_ratio, gex_gross_usd=first.gex_gross_usd,
                    risk_reversal=first.risk_reversal, large=(large,),
                    part=(said("greeks_part", greeks_covered=first.greeks_covered),),
                ),
                said("options_withheld", asset="SOL", why=WITHHOLD),
            ),
            "counted": said(
                "options_counted",
                **{name: known(5_123 - 400 * place, "count") for place, name in enumerate(COUNTED)},
            ),
        }
    )  # fmt: skip


def stated() -> Report:
    """The rich night, with every statement that a report can make."""
    night = rich()
    found = night.liquidations
    needed = {"needed": known(0.6, "share")}
    ratio = said("few_books", short=known(0.5999, "share"), limit=known(0.6, "share"))
    few = found.reach[-1].model_copy(
        update={"mass_to_depth": Figure(value=None, unit="ratio", reason=ratio)}
    )
    observed = said(
        "observed", accounts_answered=known(11, "count"), accounts_listed=known(12, "count"),
        positions_accepted=known(1_036, "count"), positions_rejected=known(0, "count"),
        venue="hyperliquid", note=(said("missing", what="one account timed out"),),
    )  # fmt: skip
    reasons = {name: said(name) for name in UNMAPPED}
    return night.model_copy(
        update={
            "limits": Limits(coverage=0.8),
            "bottom_line": tuple(parts.Sentence(text=one, method="M03") for one in BOTTOM_LINE),
            "beside": tuple(parts.Sentence(text=one, method="M43") for one in BESIDE),
            "changes": tuple(
                parts.Change(kind=kind, subject="subject", text=one, method="M24")
                for kind, one in CHANGED
            ),
            "tiles": (
                *night.tiles[:-1],
                night.tiles[-1].model_copy(
                    update={
                        "figure": Figure(value=None, unit="usd", reason=said("nothing_fresh")),
                        "note": said("weighted_covered", funding_covered_share=SHARE),
                    }
                ),
            ),
            "withheld": (
                *(parts.Withheld(what=one, reason="coverage is too low") for one in WITHHELD),
                parts.Withheld(what="CME and Coinbase Derivatives", reason=said("no_weekly")),
            ),
            "assumptions": ASSUMED,
            "options": stated_options(night.options),
            "liquidations": found.model_copy(
                update={
                    "reach": (*found.reach[:-1], few),
                    "observed_note": observed,
                    "contagion": (),
                    "at_risk": (),
                    "missing": {
                        **reasons,
                        "contagion": said("no_contagion", **needed),
                        "at_risk": said("no_risk", days=known(20, "count")),
                    },
                }
            ),
        }
    )


CASES = {
    "rich": rich,
    "quiet": quiet,
    "degraded": degraded,
    "simulated": simulated,
    "hostile": hostile,
    "stated": stated,
}


def main() -> None:
    """Write one JSON file per case."""
    for name, make in CASES.items():
        text = make().model_dump_json() + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
