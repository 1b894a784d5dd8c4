"""`conbillet audit verify`: reads every association's chain of the audit log, and the platform's own, and says for each
whether all entries still are as they were written: none altered, removed, inserted, moved or cut off at the end. The exit
code is 1 when one is not (its first number is named), 2 for an association that is not there.

After a backup was restored, chains end before the newest entry that is known outside the database. Say so once with
`--restored`: what is there now counts from then on."""

import argparse
import sys

HELP = "check that nobody has changed the audit log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    verify = tasks.add_parser("verify", help="verify the hash chains, streaming")
    verify.add_argument("--association", metavar="SLUG", help="this association's chain only")
    verify.add_argument(
        "--restored", action="store_true", help="a backup was restored: take the chains as they end now"
    )


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.organizations.models import Organization

        names: dict[int | None, str] = dict(Organization.objects.order_by("slug").values_list("pk", "slug"))
        if args.association is None:
            names[None] = "(the platform)"
        else:
            names = {pk: slug for pk, slug in names.items() if slug == args.association}
            if not names:
                print(f"there is no association {args.association!r}", file=sys.stderr)
                return 2
        return verify(names, restored=args.restored)


def verify(names: dict[int | None, str], *, restored: bool = False) -> int:
    """Verify the chains of these associations and print a line for each; 1 when something was changed, else 0."""
    from conbillet.core.audit_chain import verify_chain
    from conbillet.core.audit_heads import Head, known_head, write_head

    changed = 0
    for organization_id, name in names.items():
        chain = verify_chain(organization_id, known=None if restored else known_head(organization_id))
        if restored and chain.first_broken is None and chain.sealed:
            write_head(organization_id, Head(chain.sealed, chain.head))
        if chain.first_broken is None:
            print(f"{name}: {chain.sealed} entries verify, {chain.waiting} not sealed yet, head {chain.head[:16]}")
        else:
            changed += 1
            print(f"{name}: BROKEN at number {chain.first_broken}; {chain.sealed} before it verify", file=sys.stderr)
    return 1 if changed else 0
