"""All that knows ccxt or HTTP: one folder an exchange, and what they share."""
