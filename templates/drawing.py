"""Turn Vega-Lite specifications into PNG for mail and SVG for the page, both without a network.

The page carries static SVG instead of the interactive runtime: 30 KB a chart instead of 810 KB a
page, readable with scripts off, printable, and coloured by the page's own style sheet in the dark.
What a tooltip would say stands in the data table under each chart.
"""

import json
import re
import struct
import zlib
from typing import Any

import vl_convert
from markupsafe import Markup, escape

# The only family vl-convert brings along; with any other, a machine without fonts draws no text.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_ROOT = re.compile(r"<svg\b[^>]*?\bviewBox=\"([^\"]*)\"[^>]*>")


def draw(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification as an SVG document, from which the other forms are made."""
    drawn: str = vl_convert.vegalite_to_svg(json.dumps(spec))
    return drawn


def png(drawn: str) -> bytes:
    """Paint an SVG document at twice its size, packed as small as lossless allows."""
    return repack(vl_convert.svg_to_png(drawn, scale=2))


def repack(image: bytes) -> bytes:
    """Compress the pixels of a PNG again, harder, and drop what a mail does not need.

    Args:
        image: A PNG file. The encoder in vl-convert favours speed and leaves it three times larger.

    Source:
        PNG specification, third edition, chapters 5 and 10, https://www.w3.org/TR/png-3/.
    """
    head, pixels, position = b"", b"", len(_PNG_HEAD)
    while position < len(image):
        (length,) = struct.unpack(">I", image[position : position + 4])
        kind = image[position + 4 : position + 8]
        content = image[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            head = content
        elif kind == b"IDAT":
            pixels += content
        position += 12 + length
    packed = zlib.compress(zlib.decompress(pixels), 8)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return _PNG_HEAD + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def inline(drawn: str, name: str, title: str, finding: str) -> Markup:
    """Make an SVG document fit to stand in a page beside others.

    Args:
        drawn: What :func:`draw` gave.
        name: Prefix of every id inside, unique within the page.
        title: Accessible name.
        finding: Accessible description, the sentence under the chart.

    Returns:
        Markup that scales to its container; foreign text inside is escaped.
    """
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", drawn)
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="\\1" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">'
    )
    drawn, found = _ROOT.subn(root, drawn, count=1)
    if not found:
        msg = f"chart {name}: expected an svg element with a viewBox, got {drawn[:80]!r}"
        raise ValueError(msg)
    spoken = (
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(finding)}</desc>'
    )
    place = drawn.index(">") + 1
    return Markup(drawn[:place] + spoken + drawn[place:])  # noqa: S704 - Vega escapes its text
