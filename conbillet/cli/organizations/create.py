"""Without `--owner` nobody can act for it yet: the operator imports its register, say, and an owner comes later."""

import argparse
import sys

HELP = "make an association without events, members or money"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="what it is called")
    parser.add_argument("--slug", required=True, help="its address on ConBillet: small letters, digits and hyphens")
    parser.add_argument("--email", default="", help="where its visitors can write to")
    parser.add_argument("--cvr", default="", help="its CVR number")
    parser.add_argument("--owner", metavar="EMAIL", help="an account that becomes its owner")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.accounts.queries import account_with_email
        from conbillet.core import clock
        from conbillet.core.actor import SYSTEM
        from conbillet.organizations.actions.create_organization import (
            CannotCreateOrganization,
            OrganizationDetails,
            create_organization,
        )

        account = account_with_email(args.owner) if args.owner else None
        if args.owner and account is None:
            print(f"conbillet: there is no account {args.owner!r}", file=sys.stderr)
            return 1
        details = OrganizationDetails(name=args.name.strip(), email=args.email, cvr=args.cvr)
        if not details.name:
            print("conbillet: an association needs a name", file=sys.stderr)
            return 1
        try:
            made = create_organization(
                slug=args.slug,
                details=details,
                owner=account.person if account else None,
                actor=SYSTEM,
                now=clock.now(),
            )
        except CannotCreateOrganization as refusal:
            print(f"conbillet: {refusal.field}: {refusal.message}", file=sys.stderr)
            return 1
        print(f"{made.name} is made: /{made.slug}/")
    return 0
