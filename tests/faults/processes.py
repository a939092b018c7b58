"""What the operating system shows of running processes: commands, environments, open ports."""

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
_LISTENING = "0A"


def tree(pid: int) -> list[int]:
    """Return a process and its descendants, as far as they still live."""
    children: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def told(pid: int, name: str) -> bytes:
    """Return ``cmdline`` or ``environ`` of a process; nothing of one that has ended."""
    with suppress(OSError):
        return (PROC / str(pid) / name).read_bytes()
    return b""


def listening(pid: int) -> set[str]:
    """Return the addresses on which a process waits for connections."""
    inodes = set()
    for link in (PROC / str(pid) / "fd").glob("*"):
        with suppress(OSError):
            inodes.add(str(link.readlink()))
    return {
        address
        for table in ("tcp", "tcp6")
        for address, inode in _sockets(PROC / str(pid) / "net" / table)
        if f"socket:[{inode}]" in inodes
    }


def _sockets(table: Path) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING:
                yield _address(fields[1].partition(":")[0]), fields[9]


def _address(text: str) -> str:
    """Read an address as the kernel writes it: words of four bytes, each backwards."""
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    return str(ipaddress.ip_address(b"".join(words)))
