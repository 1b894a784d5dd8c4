"""Counts the register of a calendar year by one set of rules: for each member whether they count and why not, and the
totals that the grant body asks for (in all, per municipality with UDL for abroad and UKENDT for unknown, gender by age on
31 December). Reasons are codes, such as BELOW_75 or PERIOD_TOO_SHORT; WARN_PERIOD_CROSSES_YEAR counts all the same."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

HELP = "count the members of a year for a grant body"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organization", required=True, metavar="SLUG")
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument(
        "--rules", required=True, metavar="KEY", help="duf, cfr, under25, or the key of a set of the association's own"
    )
    parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="the register as it was on that day (ISO)")
    parser.add_argument("--format", default="text", choices=("text", "json"))
    parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of printing")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli.environment import django_ready

    with django_ready():
        from conbillet.memberships.counting.count import count_members, lines_of, totals_of
        from conbillet.memberships.counting.own import rules_for
        from conbillet.memberships.counting.rule_sets import NoRuleSet
        from conbillet.organizations.models import Organization

        organization = Organization.objects.filter(slug=args.organization).first()
        if organization is None:
            print(f"conbillet: there is no association {args.organization!r}", file=sys.stderr)
            return 1
        try:
            rules = rules_for(organization_id=organization.pk, key=args.rules, year=args.year)
        except NoRuleSet as refusal:
            print(f"conbillet: {refusal}", file=sys.stderr)
            return 1
        counted = count_members(organization_id=organization.pk, rules=rules, year=args.year, on=args.on)
        found = {
            "organization": organization.slug,
            "year": args.year,
            "rules": rules.key,
            "rules_version": rules.version,
            "rules_source": rules.source("en"),
            "members": list(lines_of(counted)),
            "totals": asdict(totals_of(counted)),
        }
    text = json.dumps(found, ensure_ascii=False, indent=2) if args.format == "json" else _text(found)
    if args.output is None:
        print(text)
    else:
        args.output.write_text(text + "\n")
    return 0


def _text(found: dict) -> str:
    totals = found["totals"]
    lines = [
        f"{found['organization']} {found['year']}, {found['rules_version']}: {totals['overall']} of {totals['members']} count"
    ]
    lines += [
        f"  {one['member_no']}: {'yes' if one['counts'] else 'no'} {one['reason']}".rstrip() for one in found["members"]
    ]
    lines += [f"  municipality {code}: {number}" for code, number in totals["per_municipality"].items()]
    lines += [f"  {reason}: {number}" for reason, number in totals["reasons"].items()]
    return "\n".join(lines)
