"""Checks Python, packages, settings, database, keys, backups, Stripe, mail, clock, disk and ports. Each finding says what to do.
The exit code is 1 when something is wrong."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conbillet.cli.doctor import Finding

HELP = "say what is missing or wrong, and what to do"
MARKS = {"fine": "  ok   ", "note": "  note ", "wrong": "  WRONG"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="only what is not fine")


def run(args: argparse.Namespace) -> int:
    from conbillet.cli import doctor, doctor_backups
    from conbillet.cli.embedded_postgres import CannotStart
    from conbillet.cli.environment import WrongEnvironment, django_ready

    found = doctor.examine([doctor.python, doctor.packages, doctor.disk, doctor.clock])
    if all(finding.level != "wrong" for finding in found):
        try:
            with django_ready():
                found += doctor.examine(
                    [
                        doctor.settings,
                        doctor.keys,
                        doctor.ports,
                        doctor.stripe,
                        doctor.mail,
                        doctor.inbox,
                        doctor.postcodes,
                        doctor_backups.backups,
                    ]
                )
                found += _database()
        except (CannotStart, WrongEnvironment) as reason:
            found.append(doctor.wrong(str(reason), "mend it and ask again"))
        except Exception as reason:  # settings that do not even load
            found.append(doctor.wrong(f"the settings do not load: {reason}", "mend the named setting and ask again"))
    for finding in found:
        if finding.level != "fine" or not args.quiet:
            print(
                f"{MARKS[finding.level]} {finding.text}" + (f"\n         → {finding.advice}" if finding.advice else "")
            )
    bad = sum(finding.level == "wrong" for finding in found)
    print(f"\n{bad} wrong" if bad else "\nnothing is wrong")
    return 1 if bad else 0


def _database() -> "list[Finding]":
    from conbillet.cli import doctor, doctor_backups, doctor_database, doctor_pooler

    found = doctor.examine([doctor_database.reachable])
    if any(finding.level == "wrong" for finding in found):
        return found
    checks = (doctor_database.roles, doctor_database.migrations, doctor_database.durability, doctor_database.log)
    return found + doctor.examine([*checks, doctor_pooler.pooler, doctor_database.jobs, doctor_backups.server])
