"""Fills one benchmark database: `python -m bench.fill NAME TICKETS`. Runs with the owner's connection."""

import sys
from datetime import timedelta

import django

from . import accounts


def main() -> None:
    from conbillet.config import settings as house
    from conbillet.config.env import database as parse

    name, tickets = sys.argv[1], int(sys.argv[2])
    house.DATABASES["default"].update(parse(house.CONBILLET_DATABASE_OWNER_URL))
    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from conbillet.catalogue.models import Quota
    from conbillet.core import clock
    from conbillet.core.database_roles import sync
    from conbillet.demo.seed.conventions import make_big_convention, make_organizations
    from conbillet.demo.seed.names import Crowd
    from conbillet.demo.seed.orders import Booth
    from conbillet.demo.seed.people import make_people
    from conbillet.payments.models import ConnectedAccount
    from conbillet.sales.actions.fold_figures import fold_figures
    from conbillet.tickets.actions.fold_check_ins import fold_check_ins
    from conbillet.tickets.models import Ticket

    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    sync(connection, prefix=name)
    now = clock.now()
    organizations = make_organizations(now)
    for slug, organization in organizations.items():
        ConnectedAccount.objects.create(
            organization=organization,
            stripe_account=f"acct_demo{slug}",
            charges_enabled=True,
            payouts_enabled=True,
            details_submitted=True,
            connected_at=now,
            checked_at=now,
        )
    make_people(organizations["nordlys"], now)
    first = now.date() + timedelta(days=60)
    convention = make_big_convention(organizations["nordlys"], first, closed=False, now=now, size=2_000_000)
    convention.event.slug = "bench"
    convention.event.save()
    Quota.objects.update(size=2_000_000)
    booth = Booth(convention, Crowd(1), now)
    while Ticket.objects.count() < tickets:
        booth.sell(
            max((tickets - Ticket.objects.count()) // 3, 50),
            first=now - timedelta(days=80),
            last=now - timedelta(hours=1),
            every_state=False,
        )
    fold_figures()  # as the job worker does once a minute
    fold_check_ins()
    if name.endswith("_accounts"):
        accounts.fill(now)


main()
