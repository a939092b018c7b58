"""Mend a home where nothing can be lost by it; what was done is said, what could not be is too."""

from collections.abc import Callable, Iterator

from oirisk.schemas.errors import OiRiskError
from oirisk.warehouse.archive import set_aside
from oirisk.warehouse.files import FILE_MODE, FOLDER_MODE, sweep
from oirisk.warehouse.health import check_leftovers, check_published, check_warehouse
from oirisk.warehouse.health_files import damaged_files, stale_run_locks, too_open
from oirisk.warehouse.home import Home
from oirisk.warehouse.safety import unwritable
from oirisk.warehouse.writer import only_writer, publish_sound


def mend(home: Home) -> list[str]:
    """Mend what can be, in the order in which one fault hinders another.

    Returns:
        A sentence for each thing that was done, or could not be.
    """
    said: list[str] = []
    steps: tuple[Callable[[Home], Iterator[str]], ...] = (
        _rights, _modes, _locks, _leftovers, _responses, _copy,
    )  # fmt: skip
    for step in steps:
        try:
            said += step(home)
        except (OSError, OiRiskError) as error:
            said.append(f"not mended: {error}")
    return said


def _rights(home: Home) -> Iterator[str]:
    for path in unwritable(home, deep=True):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        yield f"{path.relative_to(home.root)} can be written again"


def _modes(home: Home) -> Iterator[str]:
    wrong = too_open(home)
    for path, mode in wrong.items():
        path.chmod(mode)
    if wrong:
        yield f"{len(wrong)} files are closed to those who need not read them"


def _locks(home: Home) -> Iterator[str]:
    for path in stale_run_locks(home):
        path.unlink()
        yield f"{path.name} of a killed run is removed"


def _leftovers(home: Home) -> Iterator[str]:
    if check_leftovers(home).status != "ok":
        sweep(home.root)
        yield "what killed runs left half-written is removed"


def _responses(home: Home) -> Iterator[str]:
    for path in damaged_files(home):
        yield f"{set_aside(path).relative_to(home.root)} is set aside: it is damaged"


def _copy(home: Home) -> Iterator[str]:
    if check_published(home).status == "ok" or check_warehouse(home).status != "ok":
        return
    with only_writer(home):
        publish_sound(home)
    yield "the copy for readers is written again from the warehouse"
