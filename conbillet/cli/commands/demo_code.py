"""The six digits that an authenticator app would show now for the demo's owner, door crew and platform staff."""

import argparse
import base64
import hashlib
import hmac

HELP = "print the demo's authenticator code of the moment"
STEP_SECONDS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def totp(secret: str, seconds: float) -> str:
    """The six-digit code of a base32 secret at a time since the epoch (RFC 6238, SHA-1, 30 seconds)."""
    counter = int(seconds) // STEP_SECONDS
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.core import clock
        from conbillet.demo.seed.people import TOTP_SECRET

        print(totp(TOTP_SECRET, clock.now().timestamp()))
    return 0
