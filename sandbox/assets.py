"""The coins of the simulated market: names that exchanges really list, at plausible prices.

The order is the order of open interest. Prices are USD per coin, of a plausible size and
nothing more: they are no quotation of any day.
"""

from dataclasses import dataclass

_TABLE = """
BTC 92000 ETH 3100 SOL 142 XRP 2.15 DOGE 0.158 BNB 905 HYPE 35 ZEC 610 SUI 1.62 ADA 0.47
LINK 13.6 BCH 505 LTC 94 AVAX 14.4 ENA 0.27 PEPE 0.0000047 UNI 7.3 AAVE 172 TAO 312 NEAR 2.2
WLD 0.66 FARTCOIN 0.27 PUMP 0.0029 ASTER 1.22 XMR 395 TRX 0.28 DOT 2.7 XLM 0.25 HBAR 0.145
ARB 0.22 BONK 0.0000104 SHIB 0.0000087 APT 2.9 FIL 1.75 ONDO 0.52 TON 1.62 ETC 14.2 OP 0.35
ICP 4.6 INJ 6.2 TIA 0.68 SEI 0.14 WIF 0.39 CRV 0.43 JUP 0.25 LDO 0.67 PENDLE 2.3 VIRTUAL 0.98
RENDER 1.93 POL 0.141 ATOM 2.6 KAS 0.044 S 0.11 STRK 0.145 TRUMP 6.5 PENGU 0.0112 PAXG 4100
MNT 1.05 DASH 71 ALGO 0.148 IP 2.7 KAITO 0.67 FET 0.27 GALA 0.0077 SAND 0.16 JTO 0.52 PYTH 0.085
EIGEN 0.6 ETHFI 0.86 MOVE 0.046 ZK 0.041 DYDX 0.21 IMX 0.34 STX 0.33 FLOKI 0.000049 GRT 0.048
AXS 1.13 MANA 0.18 VET 0.0137 ORDI 4.2 RUNE 0.72 XTZ 0.52 EGLD 9.3 NEO 4.3 COMP 30.5 SNX 0.55
THETA 0.38 SPX 0.58 MORPHO 1.7 MOODENG 0.084 POPCAT 0.118 GOAT 0.041 PNUT 0.096 TURBO 0.0021
BOME 0.00072 MEME 0.0012 NEIRO 0.00014 MOG 0.00000034 SATS 0.0000000192 RATS 0.0000122
LUNC 0.0000289 XEC 0.0000118 BTT 0.00000046 CAT 0.0000046 DOGS 0.0000512 NOT 0.00062 ZRO 1.36
W 0.048 DYM 0.1 ALT 0.014 MANTA 0.099 PIXEL 0.0112 PORTAL 0.026 AEVO 0.053 ENS 11.3 SSV 4.1
GMX 9.4 1INCH 0.185 0G 1.23 KAVA 0.117 KSM 8.4 KNC 0.26 LRC 0.057 MASK 0.68 MINA 0.089
NMR 11.2 OGN 0.034 ONE 0.0041 ONT 0.067 QNT 84 QTUM 1.62 RVN 0.0084 RSR 0.0037 SFP 0.33
SKL 0.0131 STORJ 0.145 SUSHI 0.36 SXP 0.068 TLM 0.0029 TRB 22.4 UMA 0.86 WOO 0.03 YFI 4050
YGG 0.094 ZIL 0.0061 ZRX 0.158 ACE 0.28 ACH 0.0101 AGLD 0.34 ANKR 0.0076 APE 0.27 API3 0.56
AR 4.4 ARKM 0.26 ARPA 0.0148 ASTR 0.0127 AUCTION 6.1 BAND 0.41 BAT 0.225 BEAM 0.0037
BICO 0.053 BIGTIME 0.025 BLUR 0.038 BNT 0.46 C98 0.028 CAKE 2.37 CELO 0.162 CETUS 0.035
CFX 0.088 CHR 0.053 CHZ 0.029 COTI 0.026 COW 0.22 CTSI 0.041 CVX 1.94 CYBER 0.86 DEXE 4.1
DODO 0.026 EDU 0.172 ENJ 0.034 FIDA 0.061 FLOW 0.225 FLUX 0.12 GAS 2.3 GLM 0.21 GMT 0.0167
GTC 0.145 HIGH 0.19 HIVE 0.104 HOOK 0.045 HOT 0.00057 ICX 0.066 ID 0.083 IO 0.185 IOST 0.00186
IOTA 0.109 IOTX 0.0089 JASMY 0.0073 JOE 0.082 LISTA 0.195 LPT 4.2 LQTY 0.41 LSK 0.21
LUNA 0.083 MAGIC 0.108 MAV 0.029 MEW 0.00119 METIS 6.7 MTL 0.38 NFP 0.028 NKN 0.0152 NTRN 0.034
NXPC 0.47 OMNI 1.85 ORCA 1.19 PEOPLE 0.0109 PERP 0.165 PHB 0.46 POLYX 0.065 POWR 0.092
RARE 0.0286 RDNT 0.0118 RIF 0.038 RONIN 0.31 ROSE 0.0162 SAGA 0.078 SCR 0.104 SLP 0.00096
SPELL 0.00033 STEEM 0.069 STG 0.144 SUN 0.0208 SUPER 0.27 SYN 0.065 SYS 0.0254 T 0.0112
TAIKO 0.21 TNSR 0.118 TOKEN 0.0054 TRU 0.0157 TWT 1.06 USUAL 0.0263 VANA 2.95 VANRY 0.0143
VELODROME 0.026 VTHO 0.00109 WAXP 0.0112 WCT 0.109 XAI 0.0239 XVG 0.0062 XVS 4.1 ZEN 12.9
ZETA 0.086 INIT 0.11 HAEDAL 0.058 HUMA 0.029 LAYER 0.196 LINEA 0.0108 MET 0.32 MON 0.034
"""

_PLAIN_BETA = 1.25


@dataclass(frozen=True)
class Coin:
    """One coin of the market.

    Args:
        name: Canonical name.
        rank: Place by open interest, 0 is the largest.
        price: USD per coin at the end of the simulated window.
        open_interest: Single-sided USD over all exchanges at the end, options apart.
        beta: How far it moves when BTC moves.
        volatility: Standard deviation of its own hourly log return.
    """

    name: str
    rank: int
    price: float
    open_interest: float
    beta: float
    volatility: float


_LARGEST = {"BTC": 32.4e9, "ETH": 15.8e9, "SOL": 4.9e9, "XRP": 3.1e9, "DOGE": 1.7e9, "BNB": 1.2e9}
_BETAS = {"BTC": 1.0, "ETH": 1.2, "PAXG": 0.02, "TRX": 0.5, "BNB": 0.9}


def coins() -> tuple[Coin, ...]:
    """Return all coins, largest open interest first."""
    words = _TABLE.split()
    return tuple(
        Coin(
            name=name,
            rank=rank,
            price=float(price),
            open_interest=_LARGEST.get(name) or 1.9e9 * float(max(rank - 4, 1)) ** -0.95,
            beta=_BETAS.get(name, _PLAIN_BETA),
            volatility=_own_volatility(name, rank),
        )
        for rank, (name, price) in enumerate(zip(words[::2], words[1::2], strict=True))
    )


def _own_volatility(name: str, rank: int) -> float:
    if name == "BTC":
        return 0.0
    if name == "PAXG":
        return 0.0012
    return 0.0025 + 0.004 * min(rank, 120) / 120
