"""Point an exchange client at a server on this machine."""


def loopback_urls(api: object, base_url: str) -> object:
    """Rewrite every address of ccxt's ``urls['api']`` to one server, keeping the path.

    Use it before the first request:
    ``exchange.urls['api'] = loopback_urls(exchange.urls['api'], f'{url}/{exchange.id}')``.

    Args:
        api: The nested dictionaries of addresses; other values are left as they are.
        base_url: Where to go instead, scheme and host with an optional first part of the path.

    Returns:
        A new structure of the same shape.

    >>> loopback_urls({"rest": "https://api.example.com/api/v4"}, "http://127.0.0.1:1/gate")
    {'rest': 'http://127.0.0.1:1/gate/api/v4'}
    """
    if isinstance(api, dict):
        return {key: loopback_urls(value, base_url) for key, value in api.items()}
    if not isinstance(api, str):
        return api
    _, _, path = api.split("://", 1)[-1].partition("/")
    root = base_url.rstrip("/")
    return f"{root}/{path}" if path else root
