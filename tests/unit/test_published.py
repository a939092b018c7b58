"""Answers made from published ones: copies with other figures, and nothing that was not sent."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from oirisk.sandbox.published import PayloadError, substitute

ROW: dict[str, Any] = {
    "symbol": "BTCUSDT", "price": "19255.50", "size": 42, "rate": 0.0001, "live": True,
    "expiry": None, "filter": {"tick": "0.50", "steps": [1, 2]}, "prices": ["1", "2"],
    "levels": [["1", "2"]],
}  # fmt: skip
QUOTE = SimpleNamespace(
    native="ETHUSDT", price=Decimal("0.00000470"), size=Decimal(3), rate=Decimal("-0.00002"),
    instrument=SimpleNamespace(step=Decimal("1E-7")), pair=(Decimal("1.50"), Decimal(2)),
)  # fmt: skip


def _set(**fields: Any) -> Any:
    return substitute(ROW, {name.replace("__", "."): read for name, read in fields.items()}, "row")


def test_a_field_that_is_not_set_is_as_published() -> None:
    assert _set()(QUOTE) == ROW


def test_text_stays_text_and_numbers_numbers() -> None:
    made = _set(symbol="native", price="price", size="size", rate="rate")(QUOTE)
    assert made == {**ROW, "symbol": "ETHUSDT", "price": "0.0000047", "size": 3, "rate": -0.00002}
    assert [type(made[name]) for name in ("price", "size", "rate")] == [str, int, float]


def test_a_number_may_have_decimals_where_the_published_one_has_none() -> None:
    assert _set(size=lambda _: Decimal("1.5"))(QUOTE)["size"] == 1.5


def test_a_whole_number_is_text_where_it_was() -> None:
    assert _set(price=lambda _: 1_789_339_039_906)(QUOTE)["price"] == "1789339039906"


def test_fields_within_objects_and_lists_are_set_and_their_neighbours_kept() -> None:
    made = _set(filter__tick="instrument.step", levels__0__1="price")(QUOTE)
    assert made["filter"] == {"tick": "0.0000001", "steps": [1, 2]}
    assert made["levels"] == [["1", "0.0000047"]]


def test_a_list_of_values_may_be_longer_or_shorter() -> None:
    made = _set(prices=lambda _: [Decimal(5)])(QUOTE)
    assert made["prices"] == ["5"]
    assert _set(prices="pair")(QUOTE)["prices"] == ["1.5", "2"]


def test_a_copy_leaves_the_published_one_as_it_is() -> None:
    made = _set(filter__tick="instrument.step", price="price")(QUOTE)
    made["filter"]["tick"] = made["price"] = "spoiled"
    assert (ROW["filter"]["tick"], ROW["price"]) == ("0.50", "19255.50")


@pytest.mark.parametrize(
    "path", ["openInterest", "filter.lot", "levels.0.2", "levels.1", "prices.x", "symbol.name"]
)
def test_a_field_that_was_not_published_cannot_be_set(path: str) -> None:
    with pytest.raises(PayloadError, match="as published: it cannot be set"):
        substitute(ROW, {path: "native"}, "row")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", 1.5), ("price", None), ("price", True), ("size", "3"), ("size", None),
        ("size", True), ("rate", "0.1"), ("rate", False), ("live", 1), ("live", "true"),
        ("expiry", 0), ("expiry", ""), ("filter", []), ("levels", {}), ("prices", [1.5]),
    ],
)  # fmt: skip
def test_a_value_of_another_type_cannot_be_set(field: str, value: Any) -> None:
    make = substitute(ROW, {field: lambda _: value}, "row")
    with pytest.raises(PayloadError, match=rf"row\.{field} was published as"):
        make(QUOTE)


def test_a_mistake_in_reading_a_quote_is_not_taken_for_one_of_type() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        _set(price=lambda quote: quote.price + "1")(QUOTE)
