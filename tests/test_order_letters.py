"""What a buyer reads and keeps: only what is true of this order, and all that the law wants said in writing."""

from dataclasses import replace
from datetime import date

import pytest
from django.core import mail

from conbillet.core.actor import ANONYMOUS
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.models import OutgoingMail
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.workflows.notifications.sending import send
from conbillet.workflows.purchase import place_order
from conbillet.workflows.refunds import refund_order
from tests.jobs import run_jobs
from tests.purchases import ACCEPTED, ADA, cart_with, details_for, paid_order

pytestmark = pytest.mark.django_db
FORM = "Jeg meddeler hermed, at jeg ønsker at gøre fortrydelsesretten gældende"


def letter_of(order: Order):
    run_jobs()
    found = [message for message in mail.outbox if message.to == [order.buyer_email]]
    assert len(found) == 1
    return found[0]


def test_tickets_that_were_paid(world, now):
    sent = letter_of(paid_order(world, now, Wish(world.adult.pk, 1)))
    assert "Den er betalt, og dine billetter er vedhæftet." in sent.body
    assert len(sent.attachments) == 2
    assert "ikke fortrydelsesret" in sent.body and FORM not in sent.body
    assert "/policy/terms/2026-11-22/" in sent.body and "Mæglingsteamet for Forbrugerklager" in sent.body


def test_a_shirt_alone_promises_no_tickets(world, now):
    order = paid_order(world, now, Wish(world.shirt.pk, 1, world.sizes["M"].pk))
    sent = letter_of(order)
    assert "Tak for din bestilling. Den er betalt." in sent.body
    assert "billetter er vedhæftet" not in sent.body and "Se ordren og billetterne" not in sent.body
    assert [name for name, *_rest in sent.attachments] == [f"kvittering-{order.receipts.get().number}.pdf"]
    assert "14 dages fortrydelsesret" in sent.body and FORM in sent.body
    assert "ikke fortrydelsesret" not in sent.body


def test_a_free_ticket_was_not_paid(world, now):
    cart = cart_with(world, now, Wish(world.child.pk, 1))
    child = replace(ADA, name="Carl Lund", email="", birth_date=date(2020, 5, 1))
    details = replace(details_for(cart, child), buyer=ADA)
    order = place_order(cart=cart, details=details, accepted=ACCEPTED, actor=ANONYMOUS, now=now)
    sent = letter_of(order)
    assert "Tak for din bestilling. Dine billetter er vedhæftet." in sent.body
    assert "betalt" not in sent.body.lower()


def test_the_member_price_is_named(world, now):
    sent = letter_of(paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1)))
    assert "1 × Adult, all days (medlemspris): 275,00 kr." in sent.body
    assert "1 × Adult, all days: 400,00 kr." in sent.body


def test_money_back_needs_no_withdrawal_form(world, now):
    order = paid_order(world, now, Wish(world.shirt.pk, 1, world.sizes["M"].pk))
    run_jobs()
    mail.outbox.clear()
    credit_note = refund_order(order=order, reason="requested", actor=ANONYMOUS, now=now)
    order.refresh_from_db()
    queue_mail(
        kind="refunded", key="refunded/1", recipient=order.buyer_email, language="da", about=str(credit_note.pk),
        organization_id=order.organization_id, person_id=None, now=now,
    )  # fmt: skip
    send(mail=OutgoingMail.objects.get(kind="refunded").pk)
    [sent] = mail.outbox
    assert "fortrydelsesret" not in sent.body and FORM not in sent.body
    assert "-150,00 kr." in sent.body


def test_a_mail_can_be_read_in_the_dark(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    [(html, _kind)] = letter_of(order).alternatives
    assert "prefers-color-scheme: dark" in html and 'class="sheet"' in html
