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

FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "inputs": INPUTS,
    "settings": SETTINGS,
    "secrets": SECRETS,
}
"""By module of tests."""
