"""Run the command line with ``python -m oirisk``."""

from oirisk.flows.cli.app import main

if __name__ == "__main__":  # a scheduled run is a new process that imports this file again
    main()
