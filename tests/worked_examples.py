"""The worked examples of the methods: inputs and results, made apart from the code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

_EXAMPLES = Path(__file__).parent / "golden" / "methods.json"


def golden(section: str, number: Callable[[str], Any] = float) -> Any:
    """Return the worked example of a section; decimals are read by ``number``."""
    return json.loads(_EXAMPLES.read_text(encoding="utf-8"), parse_float=number)[section]
