"""How long a mail server is waited for, and when a message is tried again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

GIVE_UP_AFTER = timedelta(hours=48)
MOST_COPIES = 2
"""So often a message is handed over whole without an answer; the last time it is given up."""

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
LONGEST_WAIT = _WAITS[-1]


@dataclass(frozen=True)
class Patience:
    """How long one call waits, in seconds; the defaults are those of RFC 5321, 4.5.3.2.

    Args:
        greeting: For the connection, its encryption and the server's greeting.
        command: For the answer to MAIL, RCPT and what comes before them.
        data_start: For the answer to DATA.
        data_block: For a block of the message to leave.
        data_end: For the answer to the whole message. Less would make second copies: a server
            may take the message after nobody waits for its answer any more.
        call: No message is begun when the call has lasted as long.
        others: For another process that sends from the same home.
        waits: Before each further try within the call, of what may pass within seconds.
        pause: Waits.
    """

    greeting: float = 300.0
    command: float = 300.0
    data_start: float = 120.0
    data_block: float = 180.0
    data_end: float = 600.0
    call: float = 1800.0
    others: float = 0.0
    waits: tuple[float, ...] = ()
    pause: Callable[[float], None] = time.sleep


LATER = Patience()
"""Of what waits in the outbox: as long as a mail server may take."""

IN_A_NIGHT = Patience(
    greeting=15.0,
    command=30.0,
    data_start=30.0,
    data_block=60.0,
    call=60.0,
    others=60.0,
    waits=(2.0, 4.0),
)
"""Of a night, which is not to wait for a mute server: what it does not take is tried later."""


def next_attempt(queued_at: datetime, now: datetime) -> datetime | None:
    """Return when a message is due again, or None when it is given up.

    It is due 1, 6, 21 and 81 minutes after it was queued, then every hour.
    """
    at = queued_at
    for wait in chain(_WAITS, repeat(LONGEST_WAIT)):
        at += wait
        if at > now:
            break
    return at if at - queued_at <= GIVE_UP_AFTER else None
