"""Tickets as PDF: `python -m bench.pdf COUNT` prints CPU and wall milliseconds of one as JSON."""

import json
import resource
import sys
import time

import django


def cpu() -> float:
    """Of this process and what it started."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def main() -> None:
    django.setup()

    from conbillet.catalogue.models import Event
    from conbillet.tickets.models import Ticket
    from conbillet.workflows.documents import tickets_pdf

    count = int(sys.argv[1])
    event = Event.objects.select_related("organization").get(slug="bench")
    tickets = Ticket.objects.filter(event=event).select_related("line__order", "line__product", "participant")
    found = list(tickets.order_by("-pk")[:count])

    def print_one(ticket: Ticket) -> None:
        tickets_pdf(tickets=[ticket], event=event, organization=event.organization, language="da")

    for ticket in found[:5]:
        print_one(ticket)
    began, wall = cpu(), time.perf_counter()
    for ticket in found:
        print_one(ticket)
    spent = {"cpu": cpu() - began, "wall": time.perf_counter() - wall}
    print(json.dumps({name: seconds * 1000 / len(found) for name, seconds in spent.items()}))


main()
