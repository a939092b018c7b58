"""Whether a Prefect server is configured, and whether it answers."""

import asyncio

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

_PATIENCE_SECONDS = 10.0
WAY_OUT = "start it, or unset PREFECT_API_URL in the environment and in the Prefect profile"


def is_configured() -> bool:
    """Return whether a Prefect server is named, in the environment or in a profile."""
    return bool(PREFECT_API_URL.value())


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
