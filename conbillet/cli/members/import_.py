"""The first line of the file names the columns (semicolon, comma or tab between them):
member_no;name;birth_date;gender;street;postcode;city;country;municipality_code;email;phone;member_from;member_to;
dues_amount;dues_separate;paid_at;payer_relation;refunded_amount;dispute_lost

Days are ISO, paid_at is UTC or empty, amounts are kroner with a decimal point or comma, gender is woman, man, other or
not_stated, the payer self, parent, step_parent, guardian, municipality, sponsor, association or other, flags are true or
false. Rows of one member_no are one person's memberships. All rows are stored, or none; importing a file again changes
nothing. Exit code 1: the file was refused, and every reason is printed with its line."""

import argparse
import sys
from pathlib import Path
from typing import Any

HELP = "enter or correct members from a CSV file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--organization", required=True, metavar="SLUG")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and store nothing")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    if not args.file.is_file():
        print(f"conbillet: there is no file {args.file}", file=sys.stderr)
        return 1
    with django_ready():
        from django.utils.translation import override

        from conbillet.organizations.models import Organization

        organization = Organization.objects.filter(slug=args.organization).first()
        if organization is None:
            print(f"conbillet: there is no association {args.organization!r}", file=sys.stderr)
            return 1
        with override("en"):  # as the rest of the command line
            return _import(args, organization)


def _import(args: argparse.Namespace, organization: Any) -> int:
    from conbillet.core import clock
    from conbillet.core.actor import SYSTEM
    from conbillet.memberships.actions.import_members import CannotImport, import_members
    from conbillet.memberships.importing.read import Unreadable, decode, read_members

    now = clock.now()
    try:
        read = read_members(decode(args.file.read_bytes()), today=clock.copenhagen_day(now))
        done = import_members(organization=organization, read=read, actor=SYSTEM, now=now, dry_run=args.dry_run)
    except Unreadable as refusal:
        print(f"conbillet: {refusal}", file=sys.stderr)
        return 1
    except CannotImport as refusal:
        for problem in refusal.problems[:200]:
            print(f"line {problem.line}, {problem.column or 'row'}: {problem.message}", file=sys.stderr)
        print(f"conbillet: nothing was stored; {len(refusal.problems)} problems", file=sys.stderr)
        return 1
    for doubt in done.doubts[:50]:
        print(f"look at line {doubt.line}, {doubt.column}: {doubt.message}")
    print(
        f"{'would be ' if args.dry_run else ''}members: {done.new_members} new, {done.changed_members} changed, "
        f"{done.same_members} as before; memberships: {done.new_memberships} new, "
        f"{done.changed_memberships} changed, {done.same_memberships} as before"
    )
    return 0
