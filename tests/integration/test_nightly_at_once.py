"""Readers, a second writer, and homes that cannot be written."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.files import sweep
from oirisk.warehouse.writer import opened, writing

READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
count = lambda: con.sql("select count(*) from core.open_interest").fetchall()[0][0]
print(count(), flush=True)
sys.stdin.readline()
print(count(), flush=True)
"""
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from oirisk.warehouse.home import Home
from oirisk.warehouse.writer import writing
with writing(Home(Path(sys.argv[1])), datetime(2026, 11, 21, tzinfo=UTC)):
    print("writing", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def _process(code: str, argument: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, str(argument)]
    with subprocess.Popen(  # noqa: S603 -- own code
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def night(tape: Any, gate_row: Callable[..., Any]) -> Path:
    """30 BTC on Gate."""
    path: Path = tape.gate(gate_row(3_000, 50_000)).write()
    return path


def test_a_reader_keeps_what_it_has_open_while_a_run_publishes(
    desk: Any, night: Path, tape: Any, gate_row: Any, at: Any
) -> None:
    desk.replay(night)
    with _process(READER, desk.home.published) as reader:
        assert _next_line(reader) == "1"
        second = tape.later(timedelta(days=1), "second.jsonl").gate(gate_row(3_100, 50_000))
        desk.replay(second.write(), at + timedelta(days=1))
        _go_on(reader)
        assert _next_line(reader) == "1"
    assert desk.column("select count(*) from core.open_interest") == [2]


def test_a_second_writer_is_told_to_wait_and_harms_nothing(desk: Any, night: Path) -> None:
    outcome = desk.replay(night)
    with _process(WRITER, desk.home.root) as writer:
        assert _next_line(writer) == "writing"
        with pytest.raises(HomeError, match="another run is writing in .*; wait for it to end"):
            desk.replay(night)
        assert desk.column("select count(*) from core.open_interest") == [1]
    assert desk.replay(night).run_id == outcome.run_id
    assert desk.column("select count(*) from core.open_interest") == [1]


def test_two_writers_in_one_process_exclude_each_other_too(desk: Any, at: Any) -> None:
    with (
        opened(desk.home, at),
        pytest.raises(HomeError, match="another run is writing"),
        opened(desk.home, at),
    ):
        pass


def test_a_run_that_raises_leaves_the_home_and_the_copy_as_they_were(
    desk: Any, night: Path, at: Any
) -> None:
    desk.replay(night)
    before = desk.home.published.read_bytes()
    with pytest.raises(RuntimeError, match="midway"), writing(desk.home, at) as connection:
        connection.execute("delete from core.open_interest")
        raise RuntimeError("midway")
    assert desk.home.published.read_bytes() == before
    desk.replay(night)
    assert desk.column("select count(*) from core.open_interest") == [1]


def test_a_database_that_another_program_has_open_is_named(desk: Any, night: Path) -> None:
    desk.replay(night)
    code = READER.replace(", read_only=True", "")
    with _process(code, desk.home.warehouse) as other:
        assert _next_line(other) == "1"
        with pytest.raises(HomeError, match="If another program has it open"):
            desk.replay(night)


def test_a_home_that_is_a_file_is_named(desk: Any, night: Path) -> None:
    desk.home.root.write_text("not a folder")
    with pytest.raises((HomeError, OSError), match="home"):
        desk.replay(night)


def test_a_damaged_warehouse_is_named(desk: Any, night: Path) -> None:
    desk.home.root.mkdir()
    desk.home.warehouse.write_bytes(b"this is no database" * 1000)
    with pytest.raises(
        HomeError, match=r"cannot open .*warehouse\.duckdb.*damaged: `oirisk restore"
    ):
        desk.replay(night)


def test_simulated_and_real_data_never_share_a_home(
    desk: Any, night: Path, sandbox_source: Any, at: Any
) -> None:
    desk.replay(night)
    snapshots = desk.fetch(sandbox_source, ["gate"])
    with pytest.raises(HomeError, match="holds real data and the run would add simulated data"):
        desk.store(snapshots, at)
    assert desk.column("select bool_or(is_simulated) from core.open_interest") == [False]


def test_what_a_living_process_writes_is_not_swept_and_what_a_dead_one_left_is(
    tmp_path: Path,
) -> None:
    code = (
        "import sys; from pathlib import Path; from oirisk.warehouse.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as draft:\n"
        "    draft.write_text('half'); print(draft.name, flush=True); sys.stdin.readline()\n"
    )
    target = tmp_path / "deep" / "file.txt"
    with _process(code, target) as writer:
        draft = target.with_name(_next_line(writer))
        sweep(tmp_path)
        assert draft.read_text() == "half"
        writer.kill()
        writer.wait()
        assert draft.exists()
        sweep(tmp_path)
        assert not draft.exists()
    assert not target.exists()
