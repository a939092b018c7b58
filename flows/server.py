"""The Prefect server that a configuration names: does it answer, and what if it does not."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from oirisk.schemas.errors import ConfigurationError

_PATIENCE_SECONDS = 10.0
_CLIENT_LIBRARIES = frozenset({"prefect", "httpx", "httpcore"})
_WAY_OUT = "start it, or unset PREFECT_API_URL in the environment and in the Prefect profile"


def silence() -> str:
    """Say why the configured server does not answer; empty: it does, or none is configured."""
    address = PREFECT_API_URL.value()
    if not address:
        return ""
    reason = asyncio.run(_fault())
    return reason and f"the Prefect server at {address} (PREFECT_API_URL) does not answer: {reason}"


async def _fault() -> str:
    """Ask the configured server for its flows, as a run does in the end."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), get_client() as client:
            await client.read_flows(limit=1)
    except TimeoutError:
        return f"nothing came within {_PATIENCE_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 -- whatever the client raises, it did not answer
        return " ".join(str(error).split()) or type(error).__name__
    return ""


def require_answer() -> None:
    """Refuse to go on where the configured server does not answer.

    Raises:
        ConfigurationError: It does not.
    """
    if reason := silence():
        raise ConfigurationError(f"{reason}; {_WAY_OUT}: then a scheduler runs here")


@contextmanager
def with_or_without_server() -> Iterator[str]:
    """Run the block with the configured server, or as if none were configured.

    Yields:
        Why the block runs without it; empty where it does not.

    Raises:
        ConfigurationError: The server failed while the block ran.
    """
    if reason := silence():
        with temporary_settings(restore_defaults={PREFECT_API_URL}):
            yield f"{reason}; this run goes without it and is not shown there: {_WAY_OUT}"
        return
    try:
        yield ""
    except BaseException as error:
        address = PREFECT_API_URL.value()
        if not address or type(error).__module__.partition(".")[0] not in _CLIENT_LIBRARIES:
            raise
        raise ConfigurationError(
            f"the Prefect server at {address} (PREFECT_API_URL) failed during the run: {error}; "
            "`oirisk doctor` says what was stored; to run without a server unset PREFECT_API_URL"
        ) from error
