"""``init``."""

from pathlib import Path

from oirisk.flows.cli.output import print_line
from oirisk.flows.settings.template import commented_toml
from oirisk.schemas.errors import HomeError
from oirisk.warehouse.files import write_whole
from oirisk.warehouse.home import Home


def init(home: Path) -> int:
    """Create a home folder; an existing configuration is never overwritten.

    Raises:
        HomeError: The folder cannot be written.
    """
    config = Home(home).config
    if config.exists():
        print_line(f"{config} exists already; left as it is")
        return 0
    try:
        write_whole(config, commented_toml())
    except OSError as error:
        raise HomeError(f"cannot write {config}: {error}") from error
    print_line(f"wrote {config}; every option is there, commented out at its default")
    print_line(f"next: oirisk nightly --home {home}")
    return 0
