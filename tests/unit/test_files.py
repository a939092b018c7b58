"""Files that appear whole or not at all."""

from pathlib import Path

import pytest

from oirisk.warehouse.files import alone, copy_whole, replacing, sweep, write_whole


def test_a_file_is_written_with_its_folders_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b.txt"
    write_whole(target, "one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_midway_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_whole(target, "old")
    with pytest.raises(RuntimeError), replacing(target) as draft:
        draft.write_text("ne")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_who_has_the_old_file_open_keeps_it(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_whole(target, "old")
    with target.open() as reader:
        write_whole(target, "new")
        assert reader.read() == "old"
    assert target.read_text() == "new"


def test_a_copy_is_equal(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(256)) * 1000)
    copy_whole(tmp_path / "a", tmp_path / "deep" / "b")
    assert (tmp_path / "deep" / "b").read_bytes() == (tmp_path / "a").read_bytes()


def test_a_sweep_removes_only_abandoned_drafts(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".incomplete-1-x").write_text("half")
    (tmp_path / "kept.txt").write_text("whole")
    with replacing(tmp_path / "new.txt") as draft:
        draft.write_text("under way")
        sweep(tmp_path)
        assert draft.exists()
    assert {path.name for path in tmp_path.rglob("*")} == {"deep", "kept.txt", "new.txt"}


def test_one_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with alone(lock) as first, alone(lock) as second:
        assert first
        assert not second
    with alone(lock) as again:
        assert again
