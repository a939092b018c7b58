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


INPUTS = (
    Fault(
        "odd_name_in_answer",
        "half a character, NUL, control or bidi characters, markup or a megabyte as the "
        "symbol of a row",
        "that row is refused with a printable reason and a cut record; figures of all others "
        "stay; the answer is archived as it came",
    ),
    Fault(
        "odd_name_in_market_list",
        "the same as the coin of a listed contract",
        "that contract is refused; no table holds the text",
    ),
    Fault(
        "odd_id_in_market_list",
        "the same as the id of a listed contract",
        "that contract is refused; no table holds the text",
    ),
    Fault(
        "odd_number",
        "NaN and Infinity, 1e400, 10,000 digits, a list, an object, a nest or words as open "
        "interest",
        "that row is refused; figures of all others stay",
    ),
    Fault(
        "odd_price",
        "the same as the mark price",
        "that row has no USD, or is refused; figures of all others stay",
    ),
    Fault(
        "odd_body",
        "a body that is nested 100,000 deep, cut, HTML, UTF-16, bytes, empty or of another shape",
        "that exchange is missing with a reason; the other one's figures stay",
    ),
    Fault(
        "odd_market_list",
        "the same as the market list",
        "that exchange is missing with a reason; the other one's figures stay",
    ),
    Fault(
        "equal_keys_and_contradicting_rows",
        "a key twice in a row; two rows that differ after 5,000 characters alone",
        "the last key counts; both rows are refused as contradicting",
    ),
    Fault(
        "long_error_text",
        "an error text of a megabyte that begins with terminal codes",
        "the reason is printable and cut",
    ),
    Fault(
        "report_and_mail_size",
        "three coins and three symbols of a megabyte",
        "page and mail are as large as without them, within 20 kB",
    ),
    Fault(
        "bomb",
        "200 MB of blanks in 200 kB of gzip, as answer or market list",
        "not read beyond `fetch.max_body_mb`; less than 20 MB of memory; asked once",
    ),
    Fault(
        "dense_bomb",
        "40 MB of empty lists and zeros in gzip, each of which takes twenty times its size in memory",
        "left after 3,000,000 values; less than 40 MB of memory",
    ),
    Fault(
        "unpackable_body",
        "broken gzip, brotli, zstd, compress, or gzip in gzip",
        "that exchange is missing with a reason",
    ),
    Fault(
        "compressed_answer",
        "sound gzip",
        "read",
    ),
    Fault(
        "endless_body",
        "a body without end",
        "left at `fetch.max_body_mb`",
    ),
    Fault(
        "trickling_answer",
        "headers or a body that trickle, a byte at a time",
        "given up after `fetch.request_timeout_seconds`, each try",
    ),
    Fault(
        "too_many_requests",
        "a market list that makes more requests than one exchange may have",
        "asked no further, with a reason",
    ),
    Fault(
        "too_many_bytes",
        "more bytes than one exchange may send in a run",
        "asked no further, with a reason",
    ),
    Fault(
        "redirect_elsewhere",
        "a redirect to metadata, private and loopback addresses, another host, a file, or nowhere",
        "nobody is asked; that exchange is missing",
    ),
    Fault(
        "redirect_to_a_host_that_answers",
        "a redirect to another name of this machine that would answer soundly",
        "it is not asked; the reason says so",
    ),
    Fault(
        "redirect_on_the_same_host",
        "a redirect on the exchange's own host",
        "followed",
    ),
    Fault(
        "error_words_and_identity",
        "two answers that differ in the words of an error alone: an instant, a request id",
        "the same content; another status or body is another",
    ),
    Fault(
        "same_recording_twice",
        "a recording replayed twice",
        "one run on record",
    ),
    Fault(
        "bytes_that_are_no_text",
        "Latin-1 in the symbol of a row; `maintain` and `rederive` afterwards",
        "that row is refused; figures of all others stay; the archive holds every byte as it came "
        "and its hash; derived again, the same facts",
    ),
    Fault(
        "recording_of_bytes_that_are_no_text",
        "the same, recorded and read back",
        "every byte as it came",
    ),
)


SETTINGS = (
    Fault(
        "option_in_file",
        "misspelt and misplaced options, addresses as `mail.host`, logins in addresses, "
        "tokens in `params`",
        "named with line, column and what was probably meant; no value of an unknown or "
        "secret option is shown",
    ),
    Fault(
        "option_in_environment",
        "misspelt `OIRISK_*`, sections that are no JSON, a login in OIRISK_MAIL__HOST",
        "refused at the start and found by `doctor`, with the name that was probably meant "
        "and without the value",
    ),
    Fault(
        "known_variables",
        "every kind of variable that is one",
        "taken",
    ),
    Fault(
        "variables_of_the_source",
        "a variable that the program reads and does not know as its own",
        "none",
    ),
    Fault(
        "unusable_at_start",
        "missing password file, list of accounts or certificates, bad recipients, hosts and "
        "venues; `nightly`, `snapshot`, `schedule`",
        "refused before anyone is asked; no data is written",
    ),
    Fault(
        "unusable_found_by_doctor",
        "the same, `doctor`",
        "one failed check that says what to do",
    ),
    Fault(
        "home_of_any_name",
        "blanks, brackets, stars, quotes, `%`, `#`, `~`, a tab and other scripts in the path "
        "of the home; relative, by a link, with a trailing slash",
        "a night is stored, reported and queried there",
    ),
    Fault(
        "question_mark_in_home",
        "a question mark in the path of the home",
        "refused before anyone is asked, and found by `doctor`: choose another home",
    ),
    Fault(
        "misspelt_variable_of_a_process",
        "`OIRISK_MAIL__PASSWRD` in the environment of `oirisk nightly`",
        "exit 2, the right name in the message, nothing stored",
    ),
)


SECRETS = (
    Fault(
        "night_with_secrets",
        "a night whose exchanges and mail server repeat the token, the header and the "
        "password that they were sent",
        "what they said is on record with `***` in place of them",
    ),
    Fault(
        "secrets_in_files",
        "the files of that night: logs, reports, mail, warehouse, copy, archive, outbox, the "
        "engine's own",
        "none holds a secret",
    ),
    Fault(
        "secrets_in_tables",
        "every row of every table of that night, the archive and the outbox among them",
        "none holds a secret",
    ),
    Fault(
        "secrets_in_processes",
        "command lines and environments of the processes of that night; the password lies in "
        "a file",
        "none holds a secret",
    ),
    Fault(
        "ports_of_a_night",
        "the open ports of that night",
        "on loopback alone",
    ),
    Fault(
        "ports_of_the_scheduler",
        "the open ports of `oirisk schedule`",
        "on loopback alone",
    ),
    Fault(
        "recording_with_hidden_token",
        "a recording in which a token is hidden, replayed",
        "the same answers",
    ),
    Fault(
        "password_file",
        "a password in a file, with and without the end of its line",
        "read",
    ),
    Fault(
        "password_file_without_password",
        "an empty file, two lines, no text, 8,000 characters",
        "refused, and nothing of it is shown",
    ),
    Fault(
        "password_file_in_environment",
        "OIRISK_MAIL__PASSWORD_FILE, as of a systemd credential",
        "read",
    ),
    Fault(
        "password_block",
        "a Secret block of Prefect, also from inside a flow; one that is not there",
        "read; refused with the ways out",
    ),
    Fault(
        "password_without_block",
        "no block is named",
        "Prefect is not imported",
    ),
)

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
        "table_lost",
        "a table of facts dropped or emptied, or one row of it deleted, by hand; all runs on record",
        "refused, naming table and rows; found by `doctor`; the copy keeps every byte; `restore "
        "published` brings back every row",
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
        "one archived file truncated, an old one or the newest; night, `rederive`, `maintain`",
        "the file is set aside and named; each goes on, and no fact is lost",
    ),
    Fault(
        "raw_byte_flipped",
        "a body, or another column, of an archived file changed",
        "found by `doctor`; `--fix` sets the file aside; facts stay",
    ),
    Fault(
        "raw_file_forged",
        "a body of an archived file changed, and its checksum with it; `rederive`",
        "the file is not what its run stored (`ops.fetches`): set aside and named; facts stay",
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
        "mounted_read_only",
        "the home, published/, raw/ or reports/ on a disk that is mounted read-only, as for root too",
        "refused before exchanges are asked, and found by `doctor`: mount it for writing; the copy "
        "is read on; written again, the next night goes on",
    ),
    Fault(
        "file_in_place_of_a_folder",
        "a file lies where published/, raw/ or reports/ belongs",
        "refused, naming it, and found by `doctor`; moved away, the next night goes on",
    ),
    Fault(
        "log_damaged",
        "power lost between commit and checkpoint, and the log of the database gone, cut or flipped",
        "the copy is whole; the night is run again, after `restore published` where that is "
        "asked for; nothing is double",
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

_MISSING = (
    "missing with that reason, however it is asked; the total says that it is not covered; a sound "
    "exchange's figures and all earlier ones stay; the next sound night is whole"
)
NETWORK = (
    Fault("name_does_not_resolve", "DNS knows no such name", _MISSING),
    Fault(
        "certificate_of_another",
        "a certificate of another name, by an authority that nobody knows",
        _MISSING,
    ),
    Fault("no_tls_spoken", "TLS is answered by plain text", _MISSING),
    Fault("connection_refused", "nobody listens", _MISSING),
    Fault("server_that_says_nothing", "a connection is taken, and nothing said", _MISSING),
    Fault("byte_by_byte", "a body that comes a byte at a time, for ever", _MISSING),
    Fault("chunks_without_end", "a chunked body without end", _MISSING),
    Fault("connection_cut_in_a_body", "a connection that ends in the middle of a body", _MISSING),
    Fault("connection_reset", "a connection that is reset before an answer", _MISSING),
)
"""Each befalls exchanges that are asked for all contracts at once, by product line, one contract
at a time, and by POST."""

CLOCK = (
    Fault(
        "clock_set_while_a_night_asks",
        "the machine's clock set an hour back or a day forward between asking and storing",
        "that night has no total, with the reason; earlier ones stay; the next is whole, and nobody "
        "is told of trouble that is none",
    ),
    Fault(
        "clock_back_at_the_next_night",
        "a night that starts two hours before the one that is stored",
        "stored under its own instant; what is there is not replaced",
    ),
    Fault(
        "night_of_a_clock_change",
        "a night that is due within or beside the hour that summer time takes or gives, in two zones",
        "one night that date, whether the scheduler or cron takes an earlier or a later instant",
    ),
    Fault(
        "hours_of_a_clock_change",
        "a schedule that comes due every hour, on these dates",
        "23 or 25 nights, an hour apart, each under a name of its own",
    ),
    Fault(
        "two_nights_in_the_hour_that_comes_twice",
        "two nights at what the clock calls 2:30",
        "two reports, in folders of their own",
    ),
    Fault(
        "night_that_a_scheduler_took_before_the_hour_left_out",
        "a scheduler takes 1:30 for a night that is due at 2:30, which does not exist",
        "that night is the one that was due: neither missing nor made again",
    ),
)

AT_ONCE = (
    Fault(
        "night_and_night",
        "`nightly`, the same again, `snapshot` and `maintain`, started at the same moment: the nights",
        "both end well; every figure is the truth, none is double; one report",
    ),
    Fault(
        "night_and_snapshot",
        "the same: night and snapshot",
        "both end well and are on record; every figure is the truth, none is double",
    ),
    Fault(
        "night_and_maintenance",
        "the same: night and `maintain`",
        "`maintain` ends well or says to wait; run again it ends well, and every figure stays",
    ),
    Fault(
        "reader_of_an_old_copy",
        "a process holds the published copy open while two nights publish",
        "it goes on reading what it has; whoever opens it anew reads all three nights",
    ),
)

FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "at_once": AT_ONCE,
    "clock": CLOCK,
    "home": HOME,
    "inputs": INPUTS,
    "network": NETWORK,
    "settings": SETTINGS,
    "secrets": SECRETS,
}
"""By module of tests."""
