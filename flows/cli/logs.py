"""What a command logs: lines for a person on a terminal, JSON elsewhere, with the run's name."""

import json
import logging
import os
import sys
import time

from oirisk.flows.progress import RUN_ID

_PLAIN = "%(asctime)s %(levelname)s %(name)s %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a record: at, level, logger, message, run_id and error where there are."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line of JSON."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "at": f"{at}.{record.msecs:03.0f}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if run_id := RUN_ID.get():
            line["run_id"] = run_id
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_to_stderr(*, verbose: bool) -> None:
    """Send what is logged to standard error: errors alone, or everything that happens.

    Prefect, where a command uses it, writes in the same form, and takes our records to its server.
    """
    is_terminal = sys.stderr.isatty()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_PLAIN) if is_terminal else JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING if verbose else logging.ERROR)
    logging.getLogger("oirisk").setLevel(logging.INFO if verbose else logging.ERROR)
    logging.Formatter.converter = time.gmtime
    level = "INFO" if verbose else "CRITICAL"
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", level)
    os.environ.setdefault("PREFECT_LOGGING_ROOT_LEVEL", "WARNING" if verbose else level)
    os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "oirisk")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")
    if not is_terminal:
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER", "json")
