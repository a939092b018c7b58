"""Every case of ``venues/``, one file an exchange."""

from importlib import import_module
from pathlib import Path

from tests.recorded.replayed import Case

CASES: dict[str, Case] = {
    f"{case.venue}:{case.at}": case
    for path in sorted((Path(__file__).parent / "venues").glob("*.py"))
    for case in import_module(f"tests.recorded.venues.{path.stem}").CASES
}
"""By exchange and instant."""
