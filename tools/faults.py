"""Write docs/reference/faults.md: every fault that is tried, and what came of the last run.

::

    python -m pytest tests/faults --junitxml faults.xml
    python tools/faults.py faults.xml
"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "faults.md"
sys.path.insert(0, str(ROOT))

from tests.faults.catalogue import FAULTS  # noqa: E402 -- the project's folder is on the path now

TITLES = {
    "home": "The home folder",
    "at_once": "Several at once",
    "clock": "The clock",
    "inputs": "What exchanges send",
    "network": "The network",
    "mail": "The mail server",
    "missed_nights": "Nights that were missed",
    "notice": "Trouble is told",
    "scheduler": "The schedule as a process",
    "secrets": "Secrets",
    "settings": "Settings",
    "signals": "Signals",
}


def main() -> int:
    """Write the page from a result of pytest; return 1 when a trial failed."""
    trials: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    for case in ET.parse(sys.argv[1]).iter("testcase"):  # noqa: S314 -- our own file
        module = case.get("classname", "").rpartition(".")[2].removeprefix("test_")
        name = case.get("name", "").partition("[")[0].removeprefix("test_")
        trials[module, name] += 1
        passed[module, name] += not list(case.iter("failure")) and not list(case.iter("error"))
    count = sum(number for (module, _), number in trials.items() if module in TITLES)
    kept = sum(number for (module, _), number in passed.items() if module in TITLES)
    faults = sum(1 for module, _ in trials if module in TITLES)
    lines = [
        "# Faults", "",
        "What may befall oirisk, and what must come of it; `make faults` tries it for real.", "",
        f"{faults} faults, {count} trials, {kept} held.", "",
    ]  # fmt: skip
    for module, title in TITLES.items():
        lines += _section(module, title, trials, passed)
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {faults} faults, {count} trials, {kept} held")
    return int(kept < count)


def _section(
    module: str, title: str, trials: Counter[tuple[str, str]], passed: Counter[tuple[str, str]]
) -> list[str]:
    described = {fault.id: fault for fault in FAULTS.get(module, ())}
    rows = []
    for (of, name), count in trials.items():
        if of == module:
            fault = described.get(name)
            words = name.replace("_", " ")
            said = f"{fault.done} | {fault.expected}" if fault else f"{words} |"
            rows.append(f"| {said} | {passed[of, name]} of {count} |")
    return [f"## {title}", "", "| done | must come of it | held |", "|---|---|---|", *rows, ""]


if __name__ == "__main__":
    sys.exit(main())
