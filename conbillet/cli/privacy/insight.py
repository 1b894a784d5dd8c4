"""Writes everything that is stored about whoever has an address, with an account or without: HTML and PDF to read, JSON
for machines. Make sure first that the address is theirs. Nothing is kept but a line in the log."""

import argparse
import os
import sys
import zipfile
from io import BytesIO
from pathlib import Path

HELP = "write down everything that is stored about a person"
_PRIVATE_FILE = 0o600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True, help="the person's address, proven to be theirs")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="FOLDER_OR_ZIP", help="a name that ends in .zip, or a folder"
    )
    parser.add_argument("--language", choices=["da", "en"], default="da", help="of what people read (default: da)")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.core import clock
        from conbillet.core.actor import SYSTEM
        from conbillet.workflows.insight import insight_by_command

        package = insight_by_command(email=args.email, language=args.language, actor=SYSTEM, now=clock.now())
    if package is None:
        print("nothing is stored about that address")
        return 0
    try:
        for path in _write(package, args.output):
            print(path)
    except OSError as reason:
        print(f"conbillet: cannot write {args.output}: {reason.strerror}", file=sys.stderr)
        return 1
    return 0


def _write(package: bytes, output: Path) -> list[Path]:
    """For the operator's eyes only: what is written is readable by its owner and nobody else."""
    if output.suffix.lower() == ".zip":
        return [_private(output, package)]
    output.mkdir(parents=True, exist_ok=True, mode=0o700)
    with zipfile.ZipFile(BytesIO(package)) as archive:
        return [_private(output / name, archive.read(name)) for name in archive.namelist()]


def _private(path: Path, content: bytes) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), _PRIVATE_FILE)
        file.write(content)
    return path
