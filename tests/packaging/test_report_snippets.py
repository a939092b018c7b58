"""Every query that a report prints, pasted into a shell, gives the figures of its section."""

import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from oirisk.flows.cli.app import app
from oirisk.schemas.report.briefing import Figure, Report
from oirisk.schemas.report.parts import Rows, Source
from oirisk.templates.sentences import say

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

Row = dict[str, Any]
Answers = Mapping[str, list[list[Row]]]

_PRINTED = re.compile(r'<pre tabindex="0"><code>(.*?)</code></pre>', flags=re.DOTALL)
_HOSTILE = set('"$`\\!')
"""What a shell does not leave alone between double quotes."""


@pytest.fixture(scope="module")
def report(reader: Any) -> Report:
    path = max(reader.home.glob("reports/*/report.json"))
    return Report.model_validate_json(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def snippets(reader: Any) -> list[str]:
    path = max(reader.home.glob("reports/2*/index.html"))
    found = _PRINTED.findall(path.read_text(encoding="utf-8"))
    return list(dict.fromkeys(html.unescape(text) for text in found))


@pytest.fixture(scope="module")
def answers(reader: Any, snippets: list[str]) -> Answers:
    """Rows by the name that stands in a query's first line, one list for each time it is asked."""
    found = defaultdict(list)
    for text in snippets:
        asked = ["sql", "--home", str(reader.home), "--format", "json", text]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, (text, done.output)
        name = text.removeprefix("-- ").partition(":")[0]
        found[name].append(json.loads(done.stdout))
    return found


def test_a_snippet_survives_double_quotes(reader: Any, snippets: list[str]) -> None:
    assert len(snippets) > 20
    assert not [text for text in snippets if _HOSTILE & set(text)]
    quoted = " ".join(f'"{text}"' for text in snippets)
    done = reader.run(["bash", "-c", f"printf '%s\\0' {quoted}"])
    assert done.stdout.split("\0")[:-1] == snippets


def test_one_can_be_pasted_into_the_command_line(reader: Any, snippets: list[str]) -> None:
    (text,) = (text for text in snippets if text.startswith("-- market:"))
    command = f'oirisk sql --home oirisk-demo-home --format json "{text}"'
    done = reader.run(["bash", "-c", command])
    assert len(json.loads(done.stdout)) == 1, done.stderr


def test_one_can_be_pasted_into_standard_input(reader: Any, snippets: list[str]) -> None:
    (text,) = (text for text in snippets if text.startswith("-- market:"))
    command = f"oirisk sql - --home oirisk-demo-home --format json <<'SQL'\n{text}\nSQL"
    done = reader.run(["bash", "-c", command])
    assert len(json.loads(done.stdout)) == 1, done.stderr


def _values(part: object, *names: str) -> tuple[Any, ...]:
    """Return fields of a part of a report; of a figure its value."""
    found = (getattr(part, name) for name in names)
    return tuple(one.value if isinstance(one, Figure) else one for one in found)


def _columns(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _pairs(parts: Any, rows: list[Row], names: Mapping[str, str]) -> tuple[Any, Any]:
    """Pair what is printed with what is asked: fields of parts, and the columns of their names."""
    return (
        [_values(part, *names) for part in parts],
        [_columns(row, *names.values()) for row in rows],
    )


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _tiles(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = ("oi_usd", "change_24h_pct", "flow_usd_24h", "revaluation_usd_24h")
    tiles = {tile.id: tile.figure.value for tile in report.tiles}
    coverage = ("venues_fresh", "venues_asked", "coverage")
    return (
        [*(tiles[name] for name in names), report.venues_fresh, report.venues_total,
         report.oi_coverage.value],
        [*_columns(rows[0], *names), *_columns(rows[0], *coverage)],
    )  # fmt: skip


def _assets(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = _same("asset", "oi_base", "oi_usd", "change_24h_pct", "change_7d_pct", "flow_usd_24h",
                  "price", "price_change_24h_pct", "cell", "oi_to_volume", "top_venue",
                  "top_venue_share", "coverage")  # fmt: skip
    named = {
        **names,
        "funding_8h": "funding_8h_oi_weighted",
        "funding_covered": "funding_covered_share",
    }
    assert report.assets_total == len(rows)
    return _pairs(report.assets, rows[: len(report.assets)], named)


def _moved(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    told = [change.subject for change in report.changes if change.kind == "asset"]
    assert told
    return told, [row["asset"] for row in rows if abs(row["change_24h_pct"]) >= 1][:6]


def _clusters(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = _same("asset", "kind", "side", "price_low", "price_high", "price_peak", "usd",
                  "usd_low", "usd_high", "share", "distance_pct", "age_hours", "status")  # fmt: skip
    return _pairs(report.clusters, [row for row in rows if row["status"] != "consumed"], names)


def _products(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = _same("venue", "product", "field", "unit", "unit_evidence", "counting_factor",
                  "counting_evidence", "oi_usd")  # fmt: skip
    futures = [row for row in rows if row["kind_group"] == "futures"]
    shared = [part for part in report.venues if part.share.value is not None]
    more = _same("share", "share_change_24h_pp")
    printed, asked = _pairs(shared, futures, {**names, **more})
    whole = _pairs(report.venues, rows, {**names, "instruments": "instruments_fresh"})
    return [printed, whole[0]], [asked, whole[1]]


def _profiles(report: Report, rows: list[Row], place: int) -> tuple[Any, Any]:
    return _pairs(
        report.profiles[place].bins, rows, _same("side", "price_low", "price_high", "usd")
    )


def _maps(report: Report, rows: list[Row], place: int) -> tuple[Any, Any]:
    bins = report.liquidations.maps[place].bins
    printed = [
        (*_values(part, "side", "price_low", "measured"), part.modelled.usd) for part in bins
    ]
    return printed, [_columns(row, "side", "price_low", "measured", "usd") for row in rows]


def _reach(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    printed = [
        (part.asset, part.side, part.within_5_pct.usd, part.price)
        for part in report.liquidations.reach
    ]
    asked = [
        _columns(row, "asset", "side", "usd", "price") for row in rows if row["distance_pct"] == 5
    ]
    return printed, asked[: len(printed)]


def _track(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = {**_same("asset", "prior", "days", "nights", "precision", "chance"), "bins": "n_bins"}
    printed, asked = _pairs(report.liquidations.track, rows, names)
    assert printed
    return set(printed) - set(asked), set()


def _stress(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = _same("shock_pct", "depth_factor", "move_pct", "reproduction_number")
    return _pairs(report.liquidations.stress, rows, names)


def _at_risk(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    parts = report.liquidations.at_risk
    printed = [(part.asset, part.alpha, part.at_risk.usd, part.shortfall.usd) for part in parts]
    asked = [_columns(row, "asset", "alpha", "usd", "es_usd") for row in rows]
    return printed, asked[: len(printed)]


def _leverage(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = _same("source", "name", "asset", "below_3x", "from_3x_to_7x", "above_7x")
    return _pairs(report.liquidations.leverage, rows, names)


def _observed(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    names = _same("asset", "venue", "accounts", "positions", "long_share", "short_share")
    return _pairs(report.liquidations.observed, rows, names)


def _observations(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    (row,) = rows
    answered = f"{row['accounts_answered']} of {row['accounts_listed']} accounts answered"
    return say(report.liquidations.observed_note).startswith(answered), True


_OPTIONS = {
    **_same("asset", "oi_base", "oi_usd", "put_call_ratio", "expiry_oi_base", "max_pain",
            "atm_iv_30d", "realised_vol_30d", "gex_gross_usd", "gex_net_naive_usd",
            "gex_net_short_all_usd", "gamma_flip", "dex_base", "coverage"),
    "change_24h": "change_24h_base",
    "max_pain_distance": "max_pain_distance_pct",
    "expiring_7d": "share_expiring_7d",
    "greeks_covered": "greeks_covered_share",
}  # fmt: skip
_EXPIRIES = _same(
    "asset", "oi_base", "oi_usd", "put_call_ratio", "premium_usd", "max_pain", "max_pain_high",
    "atm_iv", "gex_gross_usd",
)  # fmt: skip
_FUTURES = {
    **_same("asset", "venue", "symbol", "oi_usd"),
    "basis": "basis_pct",
    "basis_annualised": "basis_annualised_pct",
}


def _options(report: Report, rows: list[Row]) -> tuple[Any, Any]:
    found = report.options
    assert found.assets_total == len(rows)
    assert found.assets
    return _pairs(found.assets, rows[: len(found.assets)], _OPTIONS)


def _of_options(part: str, names: Mapping[str, str]) -> Callable[..., tuple[Any, Any]]:
    """Compare a table of the section, which speaks of its assets alone."""

    def compared(report: Report, rows: list[Row]) -> tuple[Any, Any]:
        shown = {row.asset for row in report.options.assets}
        parts = getattr(report.options, part)
        assert parts
        return _pairs(parts, [row for row in rows if row["asset"] in shown], names)

    return compared


def _ladder(report: Report, rows: list[Row], place: int) -> tuple[Any, Any]:
    ladder = report.options.ladders[place]
    assert ladder.price == rows[0]["price"]
    return _pairs(ladder.strikes, rows, _same("strike", "call_oi_base", "put_oi_base"))


def _smiles(report: Report, rows: list[Row], place: int) -> tuple[Any, Any]:
    points = report.options.smiles[place].points
    printed, asked = _pairs(points, rows, _same("atm_iv_30d"))
    asked_points = [None if one is None else 100 * one
                    for one in (row["risk_reversal_25d_30d"] for row in rows)]  # fmt: skip
    return [printed, [point.risk_reversal for point in points]], [asked, asked_points]


def _history(report: Report, rows: list[Row], place: int) -> tuple[Any, Any]:
    return _pairs(report.history[place].points, rows, _same("oi_base", "oi_usd", "price"))


def _plain(part: str, *names: str) -> Callable[[Report, list[Row]], tuple[Any, Any]]:
    return lambda report, rows: _pairs(getattr(report, part), rows, _same(*names))


def _said_beside(report: Report, method: str) -> bool:
    return any(said.method == method for said in report.beside)


ONCE: dict[str, Callable[[Report, list[Row]], tuple[Any, Any]]] = {
    "market": _tiles,
    "assets": _assets,
    "moved": _moved,
    "clusters": _clusters,
    "products": _products,
    "venue_shares": _plain("venue_shares", "venue", "oi_usd", "share"),
    "coverage": _plain("coverage", "venue", "status", "received", "accepted", "rejected"),
    "rejects": _plain("rejects", "venue", "check_name", "count"),
    "quality": _plain("quality", "venue", "score", "completeness", "freshness", "findings"),
    "audit": _plain("audit", "venue", "check_name", "severity", "count", "detail"),
    "uncounted": lambda report, rows: (len(report.withheld), len(rows)),
    "liquidation_reach": _reach,
    "track_record": _track,
    "contagion": lambda report, rows: _pairs(
        report.liquidations.contagion, rows, _same("venue", "loss_usd", "most_hit")
    ),
    "liquidations_at_risk": _at_risk,
    "leverage": _leverage,
    "observed": _observed,
    "observations": _observations,
    "options": _options,
    "options_expiries": _of_options("expiries", _EXPIRIES),
    "options_futures": _of_options("futures", _FUTURES),
    "cftc": lambda report, rows: (_said_beside(report, "M02"), bool(rows)),
    "pools": lambda report, rows: (_said_beside(report, "M43"), bool(rows)),
    "contradictions": lambda report, rows: (
        any(said.method == "M38" for said in report.bottom_line),
        bool(rows),
    ),
}
EACH: dict[str, Callable[[Report, list[Row], int], tuple[Any, Any]]] = {
    "history": _history,
    "profile": _profiles,
    "liquidation_map": _maps,
    "options_ladder": _ladder,
    "options_smiles": _smiles,
}


def _by_contract() -> dict[str, Callable[[Report, list[Row]], tuple[Any, Any]]]:
    """Compare what is not compared above field by field, as the contract of its rows says."""
    found: dict[str, Callable[[Report, list[Row]], tuple[Any, Any]]] = {}
    for name, field in Report.model_fields.items():
        for rows in (part for part in field.metadata if isinstance(part, Rows)):
            kind = get_args(field.annotation)[0]
            names = {
                one: next((part.column for part in made.metadata if isinstance(part, Source)), "")
                or one
                for one, made in kind.model_fields.items()
            }
            found[rows.query] = partial(_contracted, name, names, rows.most)
    return found


def _contracted(
    name: str, names: Mapping[str, str], most: int | None, report: Report, rows: list[Row]
) -> tuple[Any, Any]:
    return _pairs(getattr(report, name), rows[:most], names)


def test_every_snippet_gives_the_figures_of_its_section(report: Report, answers: Answers) -> None:
    once = {**_by_contract(), **ONCE}
    assert set(answers) == {*once, *EACH, "stress"}
    for name, compared in once.items():
        (rows,) = answers[name]
        printed, asked = compared(report, rows)
        assert printed == asked, name
    for name, each in EACH.items():
        assert len(answers[name]) == 2, name
        for place, rows in enumerate(answers[name]):
            printed, asked = each(report, rows, place)
            assert printed
            assert printed == asked, name
    printed, asked = _stress(report, [row for rows in answers["stress"] for row in rows])
    assert printed == asked
