"""The sections of a report, one file each: what it shows, of which query, and in which media.

A section is found by itself: a module here defines ``SECTION``, and its ``place`` orders it.
"""

import importlib
import pkgutil
from functools import cache

from oirisk.templates.blocks import Section, Sql


@cache
def all_sections() -> tuple[Section, ...]:
    """Return every section that has a file here, in reading order."""
    modules = sorted(found.name for found in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}").SECTION for name in modules)
    return tuple(sorted(found, key=lambda section: section.place))


@cache
def queries() -> tuple[tuple[str, str], ...]:
    """Return the queries of all sections: the name under which a report keeps one, and its own."""
    blocks = (block for section in all_sections() for block in section.blocks)
    return tuple(
        (kept, name)
        for block in blocks
        if isinstance(block, Sql)
        for kept, names in block.queries.items()
        for name in names
    )
