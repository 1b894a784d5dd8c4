"""The words of a PDF, as far as a search for them needs: its streams unpacked, its glyphs turned back into letters.

No full reader: which font a text is set in is not looked up. Each text is read with every font's table instead, of which
one gives words and the others give nonsense, which a search does not mind.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

_STREAM = re.compile(rb"stream\r?\n")
_STRING = re.compile(rb"<([0-9A-Fa-f\s]*)>|\(((?:[^()\\]|\\.)*)\)", re.DOTALL)
_CHARS = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f\s]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
LONGEST_RANGE = 65536
BREAK_HERE = "\u200b"  # `core/typesetting.py` puts it into long words


def texts_of_pdf(raw: bytes) -> Iterator[str]:
    """What stands in the PDF: all plain text of its objects, and its pages read with each of its fonts."""
    streams = [raw, *_streams(raw)]
    tables = [table for stream in streams if b"beginbf" in stream and (table := _table(stream))]
    for stream in streams:
        yield stream.decode("latin-1")
        if b"Tj" in stream or b"TJ" in stream or stream is raw:
            yield from _shown(stream, tables)


def _streams(raw: bytes) -> Iterator[bytes]:
    for begin in _STREAM.finditer(raw):
        end = raw.find(b"endstream", begin.end())
        if end > 0:
            with suppress(zlib.error):  # a picture, or a stream that is not packed
                yield zlib.decompressobj().decompress(raw[begin.end() : end])


def _table(cmap: bytes) -> dict[bytes, str]:
    """Which letters a font's codes stand for (its ToUnicode map)."""
    found: dict[bytes, str] = {}
    for kind, block in _BLOCK.findall(cmap):
        if kind == b"bfchar":
            found |= {bytes.fromhex(code.decode()): _letters(text) for code, text in _CHARS.findall(block)}
            continue
        for first, last, start, listed in _RANGE.findall(block):
            size, low, high = len(first) // 2, int(first, 16), int(last, 16)
            targets = [_letters(text) for text in re.findall(rb"<([0-9A-Fa-f\s]+)>", listed)]
            for number in range(low, min(high, low + LONGEST_RANGE) + 1):
                at = number - low
                if start:
                    found[number.to_bytes(size, "big")] = _letters(b"%0*x" % (len(start), int(start, 16) + at))
                elif at < len(targets):
                    found[number.to_bytes(size, "big")] = targets[at]
    return found


def _letters(text: bytes) -> str:
    digits = b"".join(text.split())
    return bytes.fromhex(digits.decode() if len(digits) % 2 == 0 else "0" + digits.decode()).decode(
        "utf-16-be", "replace"
    )


def _shown(stream: bytes, tables: list[dict[bytes, str]]) -> Iterator[str]:
    parts = [_bytes(*found) for found in _STRING.findall(stream)]
    yield "".join(part.decode("latin-1") for part in parts)
    yield "".join(part.decode("utf-16-be", "replace") for part in parts)  # titles and other words about the document
    for table in tables:
        sizes = sorted({len(code) for code in table}, reverse=True)
        words = "".join(_read(part, table, sizes) for part in parts).replace(BREAK_HERE, "")
        yield words
        yield "".join(words.split())  # where a line ends, there is no space


def _bytes(digits: bytes, plain: bytes) -> bytes:
    if plain:
        return _ESCAPE.sub(lambda found: _escape(found[1]), plain)
    packed = b"".join(digits.split())
    return bytes.fromhex((packed + b"0" * (len(packed) % 2)).decode())


def _escape(what: bytes) -> bytes:
    return bytes([int(what, 8) & 255]) if what[:1] in b"01234567" else _SIGNS.get(what, what)


def _read(part: bytes, table: dict[bytes, str], sizes: list[int]) -> str:
    letters, at = [], 0
    while at < len(part):
        for size in sizes:
            if (letter := table.get(part[at : at + size])) is not None:
                letters.append(letter)
                at += size
                break
        else:
            at += sizes[-1]
    return "".join(letters)
