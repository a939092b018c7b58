"""Open interest of one asset: levels by venue, candles, and where positions cluster.

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
        "are apart. A total that is not published, for want of coverage, is left out."
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


if __name__ == "__main__":
    app.run()
