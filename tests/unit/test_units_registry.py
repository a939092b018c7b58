"""The unit registry: complete, consistent, and every rule says how it is known."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from oirisk.flows.books import all_books
from oirisk.flows.venues import all_venues
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.units import UnitRule, add_rules, registry, unit_rules

RULE = {
    "id": "somewhere.line.field", "venue": "somewhere", "product": "line", "field": "field",
    "unit": "base", "counting_factor": "1", "unit_evidence": "official", "unit_source": "a",
    "counting_evidence": "assumed", "counting_source": "b",
}  # fmt: skip


def test_every_rule_of_a_venue_file_is_in_the_registry_and_no_rule_is_left_over(
    root: Path,
) -> None:
    used = {
        name
        for venue in all_venues().values()
        for line in venue.lines
        for product in line.products
        for name in (*product.rules, *product.checks)
    }
    history = tomllib.loads((root / "schemas" / "unit_rules_history.toml").read_text())
    assert used | {entry["id"] for entry in history["rule"]} == set(registry())


def test_a_rule_speaks_of_the_venue_and_product_that_use_it() -> None:
    for venue in all_venues().values():
        for line in venue.lines:
            for product in line.products:
                for name in (*product.rules, *product.checks):
                    rule = unit_rules()[name]
                    shared = (venue.id, rule.venue) == ("coinbaseinternational", "deribit")
                    assert rule.venue == venue.id or shared, name
                    assert rule.product == product.name, name


def test_only_bybit_and_htx_count_both_sides() -> None:
    halved = {rule.venue for rule in registry().values() if float(rule.counting_factor) != 1}
    assert halved == {"bybit", "htx"}
    for rule in registry().values():
        if rule.venue == "htx" or rule.field in {"openInterest", "openInterestValue"}:
            expected = rule.venue == "htx" or (rule.venue == "bybit" and rule.product != "option")
            assert (float(rule.counting_factor) == 0.5) is expected, rule.id


def test_a_disputed_side_is_marked_as_assumed() -> None:
    for name in ("hyperliquid.perp.openInterest", "hyperliquid.builder.openInterest"):
        assert unit_rules()[name].counting_evidence == "assumed"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "contracts"}, "contract_size_source go together"),
        ({"contract_size_source": "contractSize"}, "contract_size_source go together"),
        ({"unit": "settle_atoms"}, "atoms go together"),
        ({"counting_factor": "2"}, "less than or equal to 1"),
        ({"unit_evidence": "rumour"}, "'official', 'measured' or 'assumed'"),
        ({"unit_source": ""}, "at least 1 character"),
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
