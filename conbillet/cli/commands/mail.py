"""`receive` reads one mail (RFC 5322) and makes it a case, or adds it to the case it answers. For a mail server's pipe:

  Postfix, in /etc/aliases:  hej: "|/srv/conbillet/bin/conbillet mail receive"

Exit code 0 when we have it, 75 when the server must keep it and try again. `fetch` looks into the IMAP mailbox now.
"""

import argparse
import sys

HELP = "mail that people write to us: from a pipe, or from the mailbox"
MOST_BYTES = 40 * 1024 * 1024
TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: every mail server keeps the mail and comes again


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "task", choices=["receive", "fetch"], help="receive: one mail from here; fetch: all from the mailbox"
    )


def run(args: argparse.Namespace) -> int:
    raw = sys.stdin.buffer.read(MOST_BYTES) if args.task == "receive" else b""
    if args.task == "receive" and not raw.strip():
        print("conbillet: there is no mail on standard input", file=sys.stderr)
        return 65  # EX_DATAERR: trying again would not help
    try:
        return _receive(raw) if args.task == "receive" else _fetch()
    except Exception as reason:  # whatever it is: the mail must not be lost, and its words not be in a log
        print(f"conbillet: not now ({type(reason).__name__})", file=sys.stderr)
        return TRY_AGAIN


def _receive(raw: bytes) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.core import clock
        from conbillet.workflows.inbox import receive_mail

        print(receive_mail(raw=raw, now=clock.now()))
    return 0


def _fetch() -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from django.conf import settings

        from conbillet.core import clock
        from conbillet.support.models import Inbox
        from conbillet.workflows.inbox import fetch_mail

        if not settings.CONBILLET_IMAP["host"]:
            print("conbillet: no mailbox is set (CONBILLET_IMAP_HOST)", file=sys.stderr)
            return 78  # EX_CONFIG
        count = fetch_mail(now=clock.now())
        failing = Inbox.objects.filter(failing_since__isnull=False).values_list("error", flat=True).first()
    print(failing or f"{count} mails")
    return 1 if failing else 0
