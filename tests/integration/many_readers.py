"""A hundred analysts: each opens the published copy again and again and checks that it is whole.

Run as ``many_readers.py COPY READERS STOP``: prints ``ready``, reads until the file STOP is there,
then prints one JSON object: how often the copy was opened, the newest run seen, and what was wrong.
"""

import json
import os
import sys
import time
from pathlib import Path

import duckdb

WHOLE = """
select
    (select count(*) from ops.runs) as runs,
    (select count(*) from core.open_interest) as facts,
    (select count(*) from marts.oi_by_asset) as totals,
    (select coalesce(sum(instruments), 0) from marts.oi_by_asset) as instruments
"""
PER_RUN = 50
PAUSE_SECONDS = 4.0
RESTS_PER_LOOK = 40
"""How many times as long as it looked a reader rests at least: a busy machine is not made busier."""


def read_until(copy: str, stop: Path) -> dict[str, object]:
    """Open, query and close as an analyst does, until told to stop."""
    opened, newest, wrong = 0, 0, set()
    is_last = False
    while not is_last:
        is_last = stop.exists()  # one more look after the end
        started = time.monotonic()
        try:
            # Alone on its processor, as an analyst is: a hundred share the few that are here.
            with duckdb.connect(copy, read_only=True, config={"threads": 1}) as connection:
                runs, facts, totals, instruments = connection.execute(WHOLE).fetchall()[0]
        except duckdb.Error as error:
            wrong.add(str(error).splitlines()[0])
            continue
        opened += 1
        if not (facts == instruments == PER_RUN * runs and totals == runs):
            wrong.add(f"half a run: {runs} runs, {facts} facts, {totals} totals")
        if runs < newest:
            wrong.add(f"went back from {newest} to {runs} runs")
        newest = max(newest, runs)
        rest(max(PAUSE_SECONDS, RESTS_PER_LOOK * (time.monotonic() - started)), stop)
    return {"opened": opened, "newest": newest, "wrong": sorted(wrong)}


def rest(seconds: float, stop: Path) -> None:
    """Wait, but not beyond the end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop.exists():
        time.sleep(0.25)


def main() -> None:
    """Start the readers as processes of their own, and gather what they saw."""
    copy, readers, stop = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    pipes = []
    for number in range(readers):
        result, answer = os.pipe()
        if os.fork() == 0:
            rest(PAUSE_SECONDS * number / readers, stop)
            os.write(answer, json.dumps(read_until(copy, stop)).encode())
            os._exit(0)
        os.close(answer)
        pipes.append(result)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    seen = [json.loads(os.read(pipe, 65_536)) for pipe in pipes]
    for _reader in pipes:
        os.wait()
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
