"""Options: their value and its derivatives, smiles by expiry, exposure by assumed dealer."""
