"""The books of all exchanges: what each is asked, and what its figures mean and how we know."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.settings.model import DEFAULT_VENUES
from oirisk.schemas.units import UnitRule, spans, unit_rules
from oirisk.schemas.venue import Venue
from oirisk.templates.formats import chance, meaning

Role = Literal["figure", "check", "history"]

Measured = Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]]
"""Verdicts of ``marts.conventions`` that hold now, by venue, product and field."""

_NOTHING: Measured = MappingProxyType({})

_PAST = "history of open interest"


@dataclass(frozen=True)
class BookField:
    """One field of a book.

    A ``figure`` can be the open interest, a ``check`` must agree, ``history`` tells the past alone.
    ``measured`` is what a home has found of it.
    """

    role: Role
    call: str
    rule: UnitRule
    measured: Sequence[Mapping[str, Any]] = ()

    @property
    def validity(self) -> str:
        """When the rule holds, in words."""
        days = (self.rule.valid_from, self.rule.valid_to)
        if not any(days):
            return "always"
        return " to ".join(f"{day:%Y-%m-%d}" if day else "…" for day in days)

    @property
    def name(self) -> str:
        """The field, and what it is for if it is not the figure itself."""
        return self.rule.field + ("" if self.role == "figure" else f" ({self.role})")

    @property
    def side(self) -> str:
        """How the counting side is known, and whether its figures can be relied on."""
        rule = self.rule
        doubt = f"; stored as suspect: {rule.suspect_reason}" if rule.suspect_reason else ""
        return f"{rule.counting_evidence}: {rule.counting_source}{doubt}"

    @property
    def findings(self) -> str:
        """What was measured, in words: with numbers, chance and date."""
        return "; ".join(
            f"{meaning(row['verdict'])} by {row['test']}, n {row['n']}{chance(row['p_value'])}, "
            f"since {row['since']:%Y-%m-%d}{'' if row['agrees'] else ', AGAINST THE REGISTRY'}"
            for row in self.measured
        )

    def as_dict(self) -> dict[str, object]:
        """Return the field with its rule."""
        rule = self.rule
        return {
            "role": self.role,
            "call": self.call,
            "unit_rule": rule.id,
            "field": rule.field,
            "unit": rule.unit,
            "contract_size_source": rule.contract_size_source or None,
            "counting_factor": rule.counting_factor,
            "unit_evidence": rule.unit_evidence,
            "counting_evidence": rule.counting_evidence,
            "measured": [dict(row) for row in self.measured],
            "unit_source": rule.unit_source,
            "counting_source": rule.counting_source,
            "sources": [rule.unit_source, rule.counting_source],
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
            "follows": rule.follows or None,
            "suspect_reason": rule.suspect_reason or None,
        }


@dataclass(frozen=True)
class Book:
    """One product line of one exchange; its first field is the one that counts first."""

    venue: str
    book: str
    product: str
    fields: tuple[BookField, ...]

    @property
    def call(self) -> str:
        """What is asked first."""
        return self.fields[0].call

    @property
    def is_default(self) -> bool:
        """Whether it is asked where a configuration names no exchanges."""
        return self.venue in DEFAULT_VENUES

    def as_dict(self) -> dict[str, object]:
        """Return the book with its first field at the top and all of them under ``fields``."""
        first = self.fields[0].as_dict()
        del first["role"]
        return {
            "venue": self.venue,
            "book": self.book,
            "product": self.product,
            "is_default": self.is_default,
            **first,
            "fields": [field.as_dict() for field in self.fields],
        }

    def unit_rows(self) -> list[dict[str, object]]:
        """Return one row per field, narrow enough for a terminal."""
        return [self._unit_row(field) for field in self.fields]

    def _unit_row(self, field: BookField) -> dict[str, object]:
        rule = field.rule
        size = f" of {rule.contract_size_source}" if rule.contract_size_source else ""
        return {
            "book": f"{self.venue} {self.product}",
            "field": field.name,
            "unit": f"{rule.unit}{size}",
            "factor": rule.counting_factor,
            "unit known": f"{rule.unit_evidence}: {rule.unit_source}",
            "side known": field.side,
            "measured": field.findings,
            "valid": field.validity,
        }


def all_books(measured: Measured = _NOTHING) -> list[Book]:
    """Return the books of every exchange that has a file, in order of exchange.

    Args:
        measured: What a home has found of their fields.
    """
    return [book for venue in all_venues().values() for book in _books(venue, measured)]


def _books(venue: Venue, measured: Measured) -> list[Book]:
    fields: dict[str, dict[str, BookField]] = {}
    for endpoint in venue.endpoints:
        if endpoint.enriches:
            continue
        for product in endpoint.products:
            known = fields.setdefault(product.name, {})
            for figures in product.figures:
                for name in figures.rules:
                    _add(known, "figure", endpoint.label, name)
                for name in figures.checks:
                    _add(known, "check", endpoint.label, name)
    told = {rule.id for known in fields.values() for rule in (one.rule for one in known.values())}
    for name in _newest(venue, told):
        _add(fields.setdefault(unit_rules()[name].product, {}), "history", _PAST, name)
    return [
        Book(
            venue.id,
            venue.book,
            product,
            tuple(_with_findings(field, measured) for field in known.values()),
        )
        for product, known in fields.items()
    ]


def _with_findings(field: BookField, measured: Measured) -> BookField:
    """Add what was measured of a field to the rule that holds now."""
    rule = field.rule
    found = () if rule.valid_to else measured.get((rule.venue, rule.product, rule.field), ())
    return replace(field, measured=found)


def _add(known: dict[str, BookField], role: Role, call: str, name: str) -> None:
    """Add what a rule means, and what it meant before."""
    for rule in spans(unit_rules(), name):
        known.setdefault(rule.id, BookField(role, call, rule))


def _newest(venue: Venue, told: Container[str]) -> list[str]:
    """Return the rules of an exchange that no endpoint names, without those that others follow."""
    mine = [rule for rule in unit_rules().values() if rule.venue == venue.id]
    followed = {rule.follows for rule in mine}
    return [rule.id for rule in mine if rule.id not in told and rule.id not in followed]
