"""The books of all exchanges: what each is asked, and what its figures mean and how we know."""

from dataclasses import dataclass
from typing import Literal

from oirisk.flows.settings import DEFAULT_VENUES
from oirisk.flows.venues import all_venues
from oirisk.schemas.units import UnitRule, unit_rules
from oirisk.schemas.venue import Venue

Role = Literal["figure", "check"]


@dataclass(frozen=True)
class BookField:
    """One field of a book: a ``figure`` can be the open interest, a ``check`` must agree."""

    role: Role
    call: str
    rule: UnitRule

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
            "unit_source": rule.unit_source,
            "counting_source": rule.counting_source,
            "sources": [rule.unit_source, rule.counting_source],
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
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
        validity = (rule.valid_from, rule.valid_to)
        return {
            "book": f"{self.venue} {self.product}",
            "field": rule.field + (" (check)" if field.role == "check" else ""),
            "unit": f"{rule.unit}{size}",
            "factor": rule.counting_factor,
            "unit known": f"{rule.unit_evidence}: {rule.unit_source}",
            "side known": f"{rule.counting_evidence}: {rule.counting_source}",
            "valid": " to ".join(f"{day:%Y-%m-%d}" if day else "…" for day in validity)
            if any(validity)
            else "always",
        }


def all_books() -> list[Book]:
    """Return the books of every exchange that has a file, in order of exchange."""
    return [book for venue in all_venues().values() for book in _books(venue)]


def _books(venue: Venue) -> list[Book]:
    fields: dict[str, dict[str, BookField]] = {}
    for line in venue.lines:
        if line.completes:
            continue
        for product in line.products:
            known = fields.setdefault(product.name, {})
            for figures in product.figures:
                for role, names in (("figure", figures.rules), ("check", figures.checks)):
                    for name in names:
                        known.setdefault(name, _field(role, line.label, name))
    return [
        Book(venue.id, venue.book, product, tuple(known.values()))
        for product, known in fields.items()
    ]


def _field(role: str, call: str, name: str) -> BookField:
    return BookField("figure" if role == "figure" else "check", call, unit_rules()[name])
