"""What each command does once its arguments are read; ``oirisk.flows.cli`` reads them."""
