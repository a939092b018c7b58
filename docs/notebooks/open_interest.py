"""Open interest of one asset: levels by venue, candles, where positions cluster, options.

``marimo edit docs/notebooks/open_interest.py`` opens it in a browser; ``python`` runs it. The home
folder is the one named by ``OIRISK_HOME`` (default ``oirisk-home``), the asset by
``OIRISK_NOTEBOOK_ASSET`` (default BTC). It reads the published copy and writes nothing.
"""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    copy = Path(os.environ.get("OIRISK_HOME", "oirisk-home")) / "published" / "warehouse.duckdb"
    asset = os.environ.get("OIRISK_NOTEBOOK_ASSET", "BTC")
    return alt, asset, copy, duckdb, mo


@app.cell
def _(asset, copy, duckdb):
    def rows(sql):
        """Run a query on the published copy; open no longer than it takes."""
        with duckdb.connect(str(copy), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.sql(sql, params={"asset": asset}).pl()

    simulated = rows(
        "select bool_or(is_simulated) as it from marts.oi_by_asset where asset = $asset"
    )
    return rows, simulated


@app.cell
def _(asset, mo, simulated):
    made_up = (
        "**Simulated data: this home was filled by `oirisk demo`.**" if simulated["it"][0] else ""
    )
    mo.md(
        f"# Open interest of {asset}\n\n{made_up}\n\n"
        "Single-sided: total long = total short = open interest. Futures and perpetuals; options "
        "are apart, below. A total that is not published, for want of coverage, is left out."
    )
    return


@app.cell
def _(alt, asset, rows):
    levels = rows(
        """
        select venues.snapshot_at, venues.venue, venues.oi_usd / 1e9 as oi_usd_bn
        from marts.oi_by_venue as venues
        inner join marts.oi_by_asset as totals
            using (snapshot_at, asset, kind_group)
        where venues.asset = $asset and venues.kind_group = 'futures' and totals.published
        order by all
        """
    )
    levels_chart = (
        alt.Chart(levels, title=f"{asset}: open interest by venue, billion USD")
        .mark_area()
        .encode(
            x=alt.X("snapshot_at:T", title="UTC"),
            y=alt.Y("oi_usd_bn:Q", title="billion USD", stack=True),
            color=alt.Color("venue:N", title=None),
            tooltip=["snapshot_at:T", "venue", alt.Tooltip("oi_usd_bn:Q", format=",.3f")],
        )
        .properties(width=720, height=260)
    )
    levels_chart
    return (levels_chart,)


@app.cell
def _(alt, asset, rows):
    candles = rows(
        """
        select bar_at, open, high, low, close, close >= open as has_grown
        from marts.oi_candles
        where asset = $asset and venue = 'ALL' and "interval" = '1d'
        order by bar_at
        """
    )
    base = alt.Chart(candles, title=f"{asset}: daily candles of open interest, coins").encode(
        x=alt.X("bar_at:T", title="UTC"),
        color=alt.condition("datum.has_grown", alt.value("#2a7f62"), alt.value("#b5403a")),
        tooltip=["bar_at:T", "open", "high", "low", "close"],
    )
    candles_chart = (
        base.mark_rule().encode(
            y=alt.Y("low:Q", title="coins", scale=alt.Scale(zero=False)), y2="high:Q"
        )
        + base.mark_bar(size=3).encode(y="open:Q", y2="close:Q")
    ).properties(width=720, height=260)
    candles_chart
    return (candles_chart,)


@app.cell
def _(alt, asset, rows):
    found = rows(
        """
        select kind, side, price_low, price_high, price_peak, usd / 1e6 as usd_m, status
        from clusters($asset)
        order by price_low
        """
    )
    clusters_chart = (
        alt.Chart(found, title=f"{asset}: clusters of positions at the latest snapshot")
        .mark_bar(opacity=0.6)
        .encode(
            x=alt.X("usd_m:Q", title="million USD"),
            x2=alt.datum(0),
            y=alt.Y("price_low:Q", title="price, USD", scale=alt.Scale(zero=False)),
            y2="price_high:Q",
            color=alt.Color("kind:N", title=None),
            tooltip=["kind", "side", "price_low", "price_high", "price_peak", "usd_m", "status"],
        )
        .properties(width=720, height=320)
    )
    clusters_chart
    return (clusters_chart,)


@app.cell
def _(asset, mo, rows):
    told = rows(
        """
        select oi_base, put_call_ratio, gex_gross_usd / 1e6 as gross_m,
            gex_net_naive_usd / 1e6 as naive_m, gex_net_short_all_usd / 1e6 as short_m,
            published, withheld_reason
        from options($asset)
        where venue = 'ALL'
        """
    ).to_dicts()
    if not told:
        words = "No exchange that was asked told of options."
    elif not told[0]["published"]:
        words = f"Not published: {told[0]['withheld_reason']}."
    else:
        known = {name: "unknown" if value is None else value for name, value in told[0].items()}
        words = (
            f"{known['oi_base']} coins are open, puts over calls {known['put_call_ratio']}. A move "
            f"of 1 % changes deltas by {known['gross_m']} million USD, whoever holds them; of a "
            "dealer on the other side of all clients, under an assumption each: "
            f"{known['naive_m']} million if long calls and short puts, {known['short_m']} million "
            "if short every option."
        )
    options_words = mo.md(f"## Options on {asset}\n\n{words}")
    options_words
    return (options_words,)


@app.cell
def _(alt, asset, rows):
    strikes = rows(
        """
        select expiry, strike, 'calls' as side, call_oi_base as coins
        from marts.options_by_strike
        where asset = $asset and venue = 'ALL' and snapshot_at = (
            select max(snapshot_at) from marts.options_by_asset where asset = $asset
        )
        union all
        select expiry, strike, 'puts' as side, -put_oi_base as coins
        from marts.options_by_strike
        where asset = $asset and venue = 'ALL' and snapshot_at = (
            select max(snapshot_at) from marts.options_by_asset where asset = $asset
        )
        order by all
        """
    )
    strikes_chart = (
        alt.Chart(strikes, title=f"{asset}: options by strike, coins; puts left, calls right")
        .mark_bar(size=4)
        .encode(
            x=alt.X("coins:Q", title="coins"),
            y=alt.Y("strike:Q", title="strike, USD", scale=alt.Scale(zero=False)),
            color=alt.Color("side:N", title=None),
            tooltip=["expiry:T", "strike", "side", "coins"],
        )
        .properties(width=720, height=320)
    )
    strikes_chart
    return (strikes_chart,)


@app.cell
def _(alt, asset, rows):
    terms = rows(
        """
        select expiry, 'at the money' as what, 100 * atm_iv as percent
        from marts.options_by_expiry
        where asset = $asset and venue = 'ALL' and atm_iv is not null and snapshot_at = (
            select max(snapshot_at) from marts.options_by_asset where asset = $asset
        )
        union all
        select expiry, 'basis, ' || venue as what, basis_annualised_pct as percent
        from term_structure($asset)
        where basis_annualised_pct is not null
        order by all
        """
    )
    terms_chart = (
        alt.Chart(terms, title=f"{asset}: volatility and basis of futures by expiry, % a year")
        .mark_line(point=True)
        .encode(
            x=alt.X("expiry:T", title="UTC"),
            y=alt.Y("percent:Q", title="% a year", scale=alt.Scale(zero=False)),
            color=alt.Color("what:N", title=None),
            tooltip=["expiry:T", "what", "percent"],
        )
        .properties(width=720, height=260)
    )
    terms_chart
    return (terms_chart,)


if __name__ == "__main__":
    app.run()
