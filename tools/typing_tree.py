"""Write links under ``.typing`` that show type checkers and editors the package as it installs.

The folders at the top are imported as ``oirisk.flows`` and so on (``package-dir`` in
``pyproject.toml``). Python follows that map; tools that only read files need a tree of links.
"""

import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write the tree anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders: dict[str, str] = project["tool"]["setuptools"]["package-dir"]
    tree = ROOT / ".typing"
    shutil.rmtree(tree, ignore_errors=True)
    for package, folder in sorted(folders.items()):
        place = tree.joinpath(*package.split("."))
        if "." in package:
            place.symlink_to(ROOT / folder, target_is_directory=True)
        else:
            place.mkdir(parents=True)
            for file in (ROOT / folder).iterdir():
                if file.is_file():
                    (place / file.name).symlink_to(file)


if __name__ == "__main__":
    main()
