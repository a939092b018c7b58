"""Settings: ``oirisk.toml`` in the home folder, overridden by ``OIRISK_*`` in the environment.

Read once at the edge (the command line or the scheduler) and passed down; nothing below reads
the environment. A key that is not known is an error, so a typing mistake cannot go unnoticed.
What the figures rest on stands in ``oirisk.schemas.parameters``.
"""
