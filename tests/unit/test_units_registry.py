"""The unit registry: complete, consistent, and every rule says how it is known."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.venue_catalogue import all_books
from oirisk.schemas import units
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.units import (
    UnitRule,
    add_rules,
    registry,
    rule_at,
    spans,
    suspect_rules,
    unit_rules,
)

RULE = {
    "id": "somewhere.endpoint.field", "venue": "somewhere", "product": "endpoint", "field": "field",
    "unit": "base", "counting_factor": "1", "unit_evidence": "official", "unit_source": "a",
    "counting_evidence": "assumed", "counting_source": "b",
}  # fmt: skip


def _of_histories(root: Path) -> set[str]:
    """Return the rules that the code of histories names."""
    files = (root / "flows" / "exchanges").glob("*/*history.py")
    text = "".join(file.read_text("utf-8") for file in files)
    return {name for name in registry() if name.split(".")[2] in text}


def test_every_rule_that_is_named_is_in_the_registry_and_no_rule_is_left_over(
    root: Path,
) -> None:
    used = {
        name
        for venue in all_venues().values()
        for endpoint in venue.endpoints
        for product in endpoint.products
        for name in product.rule_names()
    }
    named = {rule.id for name in used for rule in spans(registry(), name)}
    assert named | _of_histories(root) == set(registry())


def test_a_rule_speaks_of_the_venue_and_product_that_use_it() -> None:
    for venue in all_venues().values():
        for endpoint in venue.endpoints:
            for product in endpoint.products:
                for name in product.rule_names():
                    rule = unit_rules()[name]
                    shared = (venue.id, rule.venue) == ("coinbaseinternational", "deribit")
                    assert rule.venue == venue.id or shared, name
                    assert rule.product == product.name, name


def test_who_counts_both_sides() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    held = [rule for rule in registry().values() if rule.is_valid_at(now)]
    halved = {rule.id.rpartition(".")[0] for rule in held if float(rule.counting_factor) != 1}
    assert halved == {
        "bybit.linear", "bybit.inverse", "hyperliquid.perp", "hyperliquid.builder", "gate.usdt",
        "gate.btc", "htx.linear", "htx.linear.v5", "htx.coin_swap", "htx.coin_future",
    }  # fmt: skip
    assert {float(rule.counting_factor) for rule in held} == {1.0, 0.5}
    for rule in held:
        if rule.venue == "gate":
            assert (float(rule.counting_factor) == 0.5) is (rule.field == "open_interest"), rule.id


def test_how_the_sides_of_hyperliquid_and_htx_are_known() -> None:
    for rule in registry().values():
        if rule.venue == "hyperliquid":
            assert rule.counting_evidence == "measured"
            assert "151 of 15" in rule.counting_source
        if rule.venue == "htx":
            assert rule.counting_evidence == "contested"


@pytest.mark.parametrize("product", ["usdt", "btc"])
@pytest.mark.parametrize(
    ("at", "factor", "is_suspect"),
    [
        # 2851725 contracts on 2023-01-18: an odd number, no sum of longs and shorts
        ("2023-01-18 15:50", 1, False),
        ("2023-01-20 00:00", 1, True),
        ("2025-09-01 23:55", 1, True),
        # 2364 of 2371 figures of 2025-09 are even
        ("2025-09-02 00:00", 0.5, False),
        ("2026-12-01 00:00", 0.5, False),
    ],
)
def test_what_gates_history_meant_at_each_time(
    product: str, at: str, factor: float, is_suspect: bool
) -> None:
    when = datetime.fromisoformat(at).replace(tzinfo=UTC)
    rule = rule_at(registry(), f"gate.{product}.open_interest", when)
    assert rule is not None
    assert float(rule.counting_factor) == factor
    assert bool(rule.suspect_reason) is is_suspect
    assert (rule.id in suspect_rules()) is is_suspect


def test_no_figure_of_a_history_is_ever_without_a_meaning(root: Path) -> None:
    names = _of_histories(root)
    followed = {rule.follows for rule in registry().values()}
    assert len(names) > 8
    for name in names - followed:
        chain = spans(registry(), name)
        assert (chain[0].valid_to, chain[-1].valid_from) == (None, None), name


def test_a_rule_that_does_not_begin_where_the_one_before_it_ends_is_refused() -> None:
    text = """
        [[rule]]
        id = "somewhere.endpoint.field"
        follows = "somewhere.endpoint.field.old"
        valid_from = 2026-02-01T00:00:00Z
        {common}
        [[rule]]
        id = "somewhere.endpoint.field.old"
        valid_to = 2026-01-01T00:00:00Z
        {common}
        """
    common = "\n".join(f"{key} = {value!r}" for key, value in RULE.items() if key != "id")
    rules = units._parse("file", text.format(common=common))
    with pytest.raises(ConfigurationError, match="expected a rule of that id that ends then"):
        units.check_spans({rule.id: rule for rule in rules})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "contracts"}, "contract_size_source go together"),
        ({"contract_size_source": "contractSize"}, "contract_size_source go together"),
        ({"unit": "settle_atoms"}, "atoms go together"),
        ({"counting_factor": "2"}, "less than or equal to 1"),
        ({"unit_evidence": "rumour"}, "'official', 'measured', 'assumed' or 'contested'"),
        ({"unit_source": ""}, "at least 1 character"),
        ({"follows": "somewhere.endpoint.old"}, "follows another needs valid_from"),
        (
            {
                "valid_from": datetime(2026, 1, 2, tzinfo=UTC),
                "valid_to": datetime(2026, 1, 1, tzinfo=UTC),
            },
            "valid_from must lie before valid_to",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        UnitRule.model_validate({**RULE, **change})


def test_a_rule_holds_from_its_first_instant_up_to_but_not_at_its_last() -> None:
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    rule = UnitRule.model_validate({**RULE, "valid_from": first, "valid_to": last})
    assert rule.is_valid_at(first)
    assert not rule.is_valid_at(last)
    assert not rule.is_valid_at(datetime(2025, 12, 31, tzinfo=UTC))


def test_an_added_rule_cannot_change_what_an_id_means() -> None:
    known = unit_rules()["okx.swap.oi"]
    add_rules([known])
    with pytest.raises(ConfigurationError, match="already means another rule"):
        add_rules([known.model_copy(update={"unit": "base", "contract_size_source": ""})])


def test_every_book_says_call_field_unit_factor_and_evidence() -> None:
    books = [book.as_dict() for book in all_books()]
    assert len({(book["venue"], book["product"]) for book in books}) == len(books)
    for book in books:
        for name in ("call", "field", "unit", "unit_evidence", "counting_evidence", "sources"):
            assert book[name], (book["venue"], book["product"], name)
        assert 0 < float(str(book["counting_factor"])) <= 1
        assert bool(book["contract_size_source"]) == (book["unit"] == "contracts")
