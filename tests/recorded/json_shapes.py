"""Fields and types of JSON answers, compared."""

from typing import Any


def kind(value: Any) -> str:
    """Return the JSON type of a value."""
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__


def differences(answered: Any, published: Any, where: str = "") -> list[str]:
    """Return where an answer has other fields or types than the published one.

    Every element of a list has to be like one of the published list; a list of values of several
    types, none of them objects or lists, is a row without names, and compared place by place.
    """
    if kind(answered) != kind(published):
        return [f"{where or 'answer'} is {kind(answered)}, was {kind(published)}"]
    if isinstance(published, dict):
        found = [f"{where}.{name} was not published" for name in answered.keys() - published.keys()]
        found += [f"{where}.{name} is missing" for name in published.keys() - answered.keys()]
        for name in answered.keys() & published.keys():
            found += differences(answered[name], published[name], f"{where}.{name}")
        return found
    if isinstance(published, list):
        return _of_lists(answered, published, where)
    return []


def lacks(published: Any, written: Any, where: str = "") -> list[str]:
    """Return which fields that were written down a published answer lacks, or has otherwise."""
    if kind(published) != kind(written):
        return [f"{where or 'answer'} is {kind(published)}, was written as {kind(written)}"]
    if isinstance(written, dict):
        found = [f"{where}.{name} is missing" for name in written.keys() - published.keys()]
        for name in written.keys() & published.keys():
            found += lacks(published[name], written[name], f"{where}.{name}")
        return found
    if not isinstance(written, list) or not published:
        return []
    return [
        fault
        for one in written
        for fault in min((lacks(other, one, f"{where}[]") for other in published), key=len)
    ]


def _of_lists(answered: list[Any], published: list[Any], where: str) -> list[str]:
    kinds = {kind(value) for value in published}
    if len(kinds) > 1 and not kinds & {"dict", "list"}:
        if len(answered) != len(published):
            return [f"{where} has {len(answered)} places, had {len(published)}"]
        pairs = enumerate(zip(answered, published, strict=True))
        return [fault for n, pair in pairs for fault in differences(*pair, f"{where}[{n}]")]
    if answered and not published:
        return [f"{where} was empty"]
    return [
        fault
        for one in answered
        for fault in min((differences(one, other, f"{where}[]") for other in published), key=len)
    ]
