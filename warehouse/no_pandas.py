"""DuckDB without pandas: what is not there is looked for once."""

import sys
from importlib.util import find_spec


def settle_pandas() -> None:
    """Mark pandas as missing where it is not installed.

    DuckDB looks for it twice at every parameter that it is given, and Python goes over its whole
    path each time that a module is not found. It is a few percent of a night at most. None is how
    Python itself marks a module that cannot be imported.
    """
    if "pandas" not in sys.modules and find_spec("pandas") is None:
        sys.modules["pandas"] = None  # type: ignore[assignment]
