"""Whether a password is among four million from breaches: asked of a file of our own, so that it never leaves the server.

The file (`data/breached.bin`, made by `tools/breached_passwords.py`) holds 32 bits of the SHA-256 of each, sorted and
cut into `BUCKETS` by their first bits. A bucket is the gaps between its numbers in Rice's code: each gap's multiples of
2^RICE as ones, a zero, and the RICE bits that are left. A question reads one bucket. One password in a thousand that is
not on the list is taken for one that is; nothing that is on the list is missed.
"""

import struct
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).parent / "data" / "breached.bin"
BUCKETS = 1 << 15
RICE = 10
_REST = 32 - 15
_OFFSET = struct.Struct(">II")
_BODY = 4 * (BUCKETS + 1)


def place_of(password: str) -> tuple[int, int]:
    """The bucket, and the number in it; capitals make no difference."""
    number = int.from_bytes(sha256(password.strip().casefold().encode()).digest()[:4])
    return number >> _REST, number & ((1 << _REST) - 1)


def is_breached(password: str, file: Path = FILE) -> bool:
    bucket, wanted = place_of(password)
    with file.open("rb") as opened:
        opened.seek(4 * bucket)
        begin, end = _OFFSET.unpack(opened.read(_OFFSET.size))
        opened.seek(_BODY + begin)
        packed = opened.read(end - begin)
    bits, at, number = f"{int.from_bytes(packed):0{8 * len(packed)}b}", 0, -1
    while number < wanted:
        stop = bits.find("0", at)
        if stop < 0 or stop + RICE >= len(bits):
            return False  # what is left only fills up the last byte
        number += 1 + ((stop - at) << RICE) + int(bits[stop + 1 : stop + 1 + RICE], 2)
        at = stop + 1 + RICE
    return number == wanted
