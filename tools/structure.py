"""Print how the code is built, in figures: lines, lengths of functions, floors of imports.

A floor is a level of the import graph: a module that imports nothing of its own folder stands on
floor 1, every other one floor above the highest that it imports. ``--at REVISION`` measures
another state of the repository, so that a change can be set against what stood before it.

::

    python tools/structure.py
    python tools/structure.py --at v0.1.0
"""

import argparse
import ast
import io
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
LONG_FILE = 400
SIMULATOR = "sandbox"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One Python file: its lines, functions, and what of the package it imports."""

    name: str
    path: Path
    lines: int
    functions: list[int] = field(default_factory=list)
    documented: list[bool] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)


def main() -> None:
    """Print the figures of the working tree, or of a revision."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--at", metavar="REVISION", help="measure this revision")
    revision = parser.parse_args().at
    if revision is None:
        print(report(ROOT))
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(  # noqa: S603 -- our own repository
            ["git", "archive", revision],  # noqa: S607 -- wherever git is
            cwd=ROOT, capture_output=True, check=True,
        ).stdout  # fmt: skip
        with tarfile.open(fileobj=io.BytesIO(archive)) as tree:
            tree.extractall(folder, filter="data")
        print(report(Path(folder)))


def report(root: Path) -> str:
    """Return the figures of a checkout, a line each."""
    modules = {module.name: module for module in _modules(root)}
    shipped = [one for one in modules.values() if SIMULATOR not in one.name.split(".")]
    lengths = [length for one in shipped for length in one.functions]
    long = [(one.lines, one.path.relative_to(root)) for one in modules.values()]
    documented = [is_documented for one in shipped for is_documented in one.documented]
    simulated = sum(one.lines for one in modules.values() if one not in shipped)
    sql = sum(_lines(path) for path in root.joinpath("warehouse", "sql").rglob("*.sql"))
    rows = {
        "Python lines without simulator and tests": f"{sum(one.lines for one in shipped)}",
        "Python files without simulator and tests": f"{len(shipped)}",
        "Python lines of the simulator": f"{simulated}",
        "SQL lines": f"{sql}",
        "function length, median": f"{median(lengths):.0f}",
        "function length, 90th percentile": f"{quantiles(lengths, n=10)[-1]:.0f}",
        "longest function": f"{max(lengths)}",
        "functions and classes with a docstring": f"{sum(documented) / len(documented):.0%}",
        f"files over {LONG_FILE} lines": ", ".join(
            f"{path} ({lines})" for lines, path in sorted(long) if lines > LONG_FILE
        )
        or "none",
        **{f"import floors of {name}": f"{floors}" for name, floors in _floors(modules).items()},
    }
    width = max(map(len, rows))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows.items())


def _modules(root: Path) -> Iterator[Module]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    folders: Mapping[str, str] = project["tool"]["setuptools"]["package-dir"]
    for package, folder in folders.items():
        for path in sorted((root / folder).rglob("*.py")):
            if "." not in package or "_root" not in path.parts:
                yield _module(package, root / folder, path)


def _module(package: str, folder: Path, path: Path) -> Module:
    parts = path.relative_to(folder).with_suffix("").parts
    name = ".".join((package, *(part for part in parts if part != "__init__")))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = Module(name, path, _lines(path))
    for node in ast.walk(tree):
        if isinstance(node, Function):
            module.functions.append((node.end_lineno or node.lineno) - node.lineno + 1)
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            module.documented.append(ast.get_docstring(node) is not None)
        if isinstance(node, ast.ImportFrom) and node.module:
            module.imports |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        if isinstance(node, ast.Import):
            module.imports |= {alias.name for alias in node.names}
    return module


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def _floors(modules: Mapping[str, Module]) -> dict[str, int]:
    """Return the height of each top folder, by its own imports alone."""
    folders = sorted({_folder(name) for name in modules if "." in name})

    @cache
    def floor(name: str) -> int:
        below = _known(modules[name].imports, modules) - {name}
        return 1 + max((floor(one) for one in below if _folder(one) == _folder(name)), default=0)

    return {
        folder: max(floor(name) for name in modules if _folder(name) == folder)
        for folder in folders
    }


def _known(imported: set[str], modules: Mapping[str, Module]) -> set[str]:
    """Keep the package's own modules; ``from package import module`` names the module alone."""
    own = imported & modules.keys()
    return {name for name in own if not any(one.rpartition(".")[0] == name for one in own)}


def _folder(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


if __name__ == "__main__":
    main()
