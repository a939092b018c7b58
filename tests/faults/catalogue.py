"""Every fault that is tried, what is done, and what must come of it; one tuple a module of tests.

``test_<id>`` in ``test_<module>.py`` tries it. The documentation's table of faults is made of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        id: Name of its test, without ``test_``.
        done: What is done to oirisk.
        expected: What must come of it.
    """

    id: str
    done: str
    expected: str


HOME = (
    Fault(
        "warehouse_removed",
        "warehouse.duckdb removed or emptied, its copy there; every command that writes",
        "each refuses and names the ways out; copy and archive keep every byte; `restore "
        "published` brings back every row, and the next night goes on",
    ),
    Fault(
        "warehouse_and_copy_removed",
        "only raw/ is left; every command that writes",
        "refused; `restore raw`, or `rederive` from the first archived day, brings back every fact",
    ),
    Fault(
        "part_of_a_lost_warehouse_rederived",
        "only raw/ is left; `rederive` from a later day",
        "refused: a part must not stand for the whole",
    ),
    Fault(
        "old_warehouse_put_back",
        "warehouse.duckdb replaced by an older backup, by hand",
        "refused: the copy knows runs that it lacks; `restore published` mends it",
    ),
    Fault(
        "warehouse_thinned",
        "rows thinned by maintenance, so that the warehouse has fewer than its copy",
        "no refusal: what maintenance took out is on record",
    ),
    Fault(
        "schema_changed",
        "a warehouse of an older version is opened by a command that writes",
        "a backup with the old version in its name first; `restore automatic` gives the old rows; "
        "the last few are kept",
    ),
    Fault(
        "schema_newer",
        "a warehouse, or a backup, of a newer version",
        "refused, with no byte changed and no backup made",
    ),
    Fault(
        "no_room_for_a_backup",
        "too little room for a copy before a change of schema",
        "refused before anything is changed, saying how much to free",
    ),
    Fault(
        "home_backed_up_and_restored",
        "a backup to a folder, the home lost, restored in another folder",
        "every table, response and report is the same; nothing that belongs to the outbox is sent",
    ),
    Fault(
        "damaged_backup_restored",
        "restore from a backup with a flipped block, or that is no database",
        "refused; the home keeps every byte",
    ),
    Fault(
        "raw_file_cut_short",
        "one archived file truncated; night, `rederive`, `maintain`",
        "the file is set aside and named; each goes on, and no fact is lost",
    ),
    Fault(
        "raw_byte_flipped",
        "a body, or another column, of an archived file changed",
        "found by `doctor`; `--fix` sets the file aside; facts stay",
    ),
    Fault(
        "block_corrupt",
        "a block of the warehouse flipped, or the file cut to 97 %",
        "found by `doctor` and by the next night, which leaves the copy alone; `restore published` "
        "mends it",
    ),
    Fault(
        "copy_corrupt",
        "a block of the published copy flipped",
        "found by `doctor`; `--fix` publishes again from the sound warehouse",
    ),
    Fault(
        "not_ours_to_write",
        "lock, warehouse, published/, reports/ or raw/ belong to another user",
        "refused before exchanges are asked, naming path and owner; found by `doctor` with the repair",
    ),
    Fault(
        "modes_lost",
        "own files made read-only, or open to everyone",
        "found by `doctor`; `--fix` sets them right and exits 0",
    ),
    Fault(
        "report_damaged",
        "report.json cut short, or the page",
        "found by `doctor`; `--fix` writes it again",
    ),
    Fault(
        "run_lock_left",
        "lock file of a killed run left behind",
        "found by `doctor`, removed by `--fix`; one that a living run holds stays",
    ),
    Fault(
        "disk_full_before",
        "too little room for a night",
        "refused before exchanges are asked, saying how much to free",
    ),
    Fault(
        "disk_full_at",
        "the disk fills up while a night archives, loads, builds, commits, publishes or renders",
        "the message says to free space; nothing is lost or double; the next run heals",
    ),
    Fault(
        "largest_file_reached",
        "the system lets no file grow beyond a size",
        "as with a full disk",
    ),
    Fault(
        "list_of_reports_lost",
        "reports/archive.json removed, damaged, or older than a report",
        "made anew, the same; without a fault no report is read again",
    ),
    Fault(
        "reports_thinned",
        "reports older than `retention.reports_days`, responses older than `raw_days`",
        "figures stay, `report --stored` gives page and mail back byte for byte; the list links "
        "what is left; `doctor` is content",
    ),
    Fault(
        "archive_queried",
        "`raw.responses` by own DuckDB as another user, from any folder, and of a home that was moved",
        "it answers; `oirisk sql` reads nothing else of the disk",
    ),
    Fault(
        "query_too_large",
        "a query without end, and one that needs more memory than is set",
        "stopped, saying which setting bounds it",
    ),
    Fault(
        "open_umask",
        "a night with umask 0 and one with umask 077",
        "data 0640 in folders 0750, what may hold secrets 0600, either way",
    ),
)

FAULTS: Mapping[str, tuple[Fault, ...]] = {"home": HOME}
"""By module of tests."""
