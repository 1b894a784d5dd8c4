"""Confirmations that wait: `python -m bench.mails COUNT` writes them with their PDFs and prints the CPU as JSON.

Handed over to nobody (Django's dummy backend): what a mail server does is not ours.
"""

import json
import resource
import sys
import time

import django
from django.conf import settings


def cpu() -> float:
    """Of this process and what it started."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def main() -> None:
    django.setup()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    from conbillet.catalogue.models import Event
    from conbillet.mail.models import OutgoingMail
    from conbillet.tickets.models import Ticket
    from conbillet.workflows.documents import tickets_pdf
    from conbillet.workflows.notifications import sending

    count = int(sys.argv[1])
    waiting = OutgoingMail.objects.filter(kind="confirmation", state="waiting").order_by("-pk")
    mails = list(waiting.values_list("pk", flat=True)[: count + 2])
    for mail in mails[:2]:
        sending.send(mail=mail)
    began = cpu()
    for mail in mails[2:]:
        sending.send(mail=mail)
    mail_ms = (cpu() - began) * 1000 / max(len(mails) - 2, 1)

    event = Event.objects.select_related("organization").get(slug="bench")
    tickets = Ticket.objects.filter(event=event).select_related("line__order", "line__product", "participant")
    found = list(tickets.order_by("-pk")[:count])

    def print_one(ticket: Ticket) -> None:
        tickets_pdf(tickets=[ticket], event=event, organization=event.organization, language="da")

    for ticket in found[:3]:
        print_one(ticket)
    began, wall = cpu(), time.perf_counter()
    for ticket in found:
        print_one(ticket)
    pdf = {
        "pdf_ms": (cpu() - began) * 1000 / len(found),
        "pdf_wall_ms": (time.perf_counter() - wall) * 1000 / len(found),
    }
    print(json.dumps({"mails": len(mails) - 2, "mail_ms": mail_ms, **pdf}))


main()
