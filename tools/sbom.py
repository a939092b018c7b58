"""Write what an installation consists of as CycloneDX 1.6: ``python tools/sbom.py [LOCK]``.

The lock file is the source: every package with its exact version, the platforms it is for, and the
checksums of the files that may be installed. Nothing is asked of a network.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from oirisk import __version__

LOCK = Path(__file__).parents[1] / "requirements.lock"
_PACKAGE = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> Iterator[dict[str, Any]]:
    """Yield the packages of a lock file in its order.

    Raises:
        ValueError: A statement is not of the form NAME==VERSION with checksums.
    """
    for statement in re.split(r"\n(?=\S)", lock.strip()):
        found, hashes = _PACKAGE.match(statement), _HASH.findall(statement)
        if found is None or not hashes:
            raise ValueError(f"expected NAME==VERSION and checksums, saw {statement[:80]!r}")
        name, version, marker = found["name"], found["version"], found["marker"]
        identifier = f"pkg:pypi/{name}@{version}"
        where = [{"name": "oirisk:installed-where", "value": marker.strip()}] if marker else []
        files = [{"name": "oirisk:sha256", "value": checksum} for checksum in hashes]
        yield {
            "type": "library",
            "bom-ref": identifier,
            "name": name,
            "version": version,
            "purl": identifier,
            "properties": [*where, *files],
        }


def document(lock: str) -> dict[str, Any]:
    """Return the whole document; the same lock file gives the same."""
    own = f"pkg:pypi/oirisk@{__version__}"
    listed = list(components(lock))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, own + lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": own, "name": "oirisk", "version": __version__,
                "purl": own, "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": listed,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in listed]}],
    }  # fmt: skip


def main() -> None:
    """Print the document of a lock file, by default the one that is installed to run."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK
    print(json.dumps(document(lock.read_text(encoding="utf-8")), indent=1))


if __name__ == "__main__":
    main()
