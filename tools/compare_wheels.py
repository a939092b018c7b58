"""Fail when two wheels differ in any file: ``python tools/compare_wheels.py ONE OTHER``."""

import sys
import zipfile
from pathlib import Path


def contents(wheel: Path) -> dict[str, bytes]:
    """Return what a wheel holds, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> None:
    """Compare the two wheels named on the command line."""
    one, other = (contents(Path(name)) for name in sys.argv[1:3])
    different = sorted(name for name in one | other if one.get(name) != other.get(name))
    if different:
        sys.exit(f"the wheels differ in {len(different)} files: {', '.join(different)}")
    print(f"the wheels hold the same {len(one)} files")


if __name__ == "__main__":
    main()
