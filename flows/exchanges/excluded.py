"""Exchanges that have no file here, and why. Printed in the reference and in errors."""

LEFT_OUT = {
    "apex": "the only sample of its answer holds a placeholder, so the unit cannot be told",
    "ascendex": "ccxt 4.5.90 no longer has it",
    "bequant": "a ccxt variant of hitbtc, taken to show its order book, which is summed once",
    "bigone": "its figures fit neither coins nor the value printed beside them",
    "bitmart": "ccxt 4.5.90 no longer has it",
    "bitrue": "its public interface, as ccxt knows it, carries no open interest",
    "blofin": "its public interface, as ccxt knows it, carries no open interest",
    "bullish": "the only sample of its answer holds a placeholder, so the unit cannot be told",
    "bybiteu": "taken for a regional entrance to bybit, which is summed once",
    "bydfi": "its public interface, as ccxt knows it, carries no open interest",
    "coincatch": "ccxt 4.5.90 no longer has it",
    "deepcoin": "one published answer, 36,214,521 for ETH, is $6bn as contracts and $36m as USD; "
    "nobody says which, and clients sign the request",
    "digifinex": "prints a dash where open interest would be",
    "drift": "its public statistics told longs and shorts apart until it stopped trading after the "
    "theft of 2026-04-01; no public address with both sides is known since",
    "fmfwio": "a ccxt variant of hitbtc, taken to show its order book, which is summed once",
    "gateeu": "taken for a regional entrance to gate, which is summed once",
    "gateio": "ccxt calls it gate",
    "hashkey": "its public interface, as ccxt knows it, carries no open interest",
    "hibachi": "one request a contract without a time, and prices only by another one each",
    "huobi": "ccxt calls it htx",
    "jupiter": "its public interface tells the fees and use of the pool, not what is open on which "
    "side",
    "kucoin": "its derivatives are the venue kucoinfutures",
    "modetrade": "shows the order book of Orderly, as woofipro does, which is summed once",
    "myokx": "taken for a regional entrance to okx, which is summed once",
    "okxus": "taken for a regional entrance to okx, which is summed once",
    "poloniex": "ccxt ships no sample of its answer, so the unit cannot be told",
    "weex": "the figure fits neither coins nor contracts of the listed size (1.77 million for ETH)",
    "zebpay": "its public interface, as ccxt knows it, carries no open interest",
}
"""Reason by ccxt id."""

SAME_BOOK = {
    "bequant": "hitbtc",
    "bybiteu": "bybit",
    "bybitid": "bybit",
    "fmfwio": "hitbtc",
    "gateeu": "gate",
    "gateio": "gate",
    "huobi": "htx",
    "kucoin": "kucoinfutures",
    "modetrade": "woofipro",
    "myokx": "okx",
    "okxus": "okx",
}
"""Other names of order books of exchanges that have a file here, with the id of that file."""
