"""The order's own page: where it stands, what can be done about it, and by whom."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.core.references import pretty
from conbillet.payments.models import Attempt
from conbillet.sales.models import Hold, Order
from conbillet.sales.stock import release_expired
from conbillet.tickets.models import Ticket
from conbillet.workflows.links import mailed_order_link, participant_link
from conbillet.workflows.purchase import TooLateToPay, pay
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import pay_for
from tests.visitor import path_of


def link(order: Order) -> str:
    return f"/order/{order.reference}/{order.access_key}/"


@pytest.fixture
def unpaid(visitor, world):
    visitor.add(adult=1)
    visitor.buy()
    return visitor.order()


@pytest.fixture
def paid(unpaid):
    order = pay_for(unpaid, clock.now())
    run_jobs()
    return order


def page_of(visitor, order: Order, query: str = "") -> str:
    order.refresh_from_db()
    answer = visitor.get(link(order) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_address_after_paying_proves_nothing(visitor, unpaid):
    html = page_of(visitor, unpaid, "?paid=1")
    assert "Vi venter på" in html and "notice good" not in html and "/live/order:" in html
    unpaid.refresh_from_db()
    assert unpaid.state == "awaiting_payment" and not Ticket.objects.exists()
    assert visitor.get(f"{link(unpaid)}state.json").json() == {"state": "awaiting_payment"}
    pay_for(unpaid, clock.now())
    assert visitor.get(f"{link(unpaid)}state.json").json() == {"state": "paid"}
    assert "Dine billetter er klar" in page_of(visitor, unpaid, "?paid=1")


def test_who_turned_back_pays_again_on_the_same_page_at_stripe(visitor, unpaid, shop):
    html = page_of(visitor, unpaid, "?gave_up=1")
    assert "Du har ikke betalt" in html and "Betal 400,00" in html
    first = visitor.post(f"{link(unpaid)}pay/", {})
    second = visitor.post(f"{link(unpaid)}pay/", {})
    assert first.status_code == 303 and first["Location"] == second["Location"]
    assert first["Location"].startswith(shop.stripe.url)


def test_giving_up_ends_the_session_and_frees_the_places_at_once(visitor, unpaid, world, shop):
    session = re.search(r"cs_\w+", visitor.post(f"{link(unpaid)}pay/", {})["Location"])[0]
    assert visitor.post(f"{link(unpaid)}leave/", {})["Location"] == link(unpaid)
    world.people.refresh_from_db()
    unpaid.refresh_from_db()
    assert (unpaid.state, world.people.held) == ("cancelled", 0)
    assert next(one for one in shop.stripe.objects("checkout.session") if one["id"] == session)["status"] == "expired"
    assert "Bestil igen" in page_of(visitor, unpaid)
    assert visitor.post(f"{link(unpaid)}pay/", {})["Location"] == link(unpaid)
    assert visitor.post(f"{link(unpaid)}leave/", {}).status_code == 303


def test_who_has_paid_cannot_give_up(visitor, unpaid, shop):
    shop.stripe.pay(re.search(r"cs_\w+", visitor.post(f"{link(unpaid)}pay/", {})["Location"])[0])
    assert visitor.post(f"{link(unpaid)}leave/", {})["Location"] == f"{link(unpaid)}?paid=1"
    unpaid.refresh_from_db()
    assert unpaid.state == "awaiting_payment"
    shop.deliver()
    run_jobs()
    assert "Dine billetter er klar" in page_of(visitor, unpaid)


@pytest.mark.parametrize(
    "kind", ["error_500_before", "error_500_after", "refuse", "refuse_connection", "timeout_after"]
)
@pytest.mark.asvs("16.5.2")
def test_stripe_down_slow_or_refusing_keeps_order_and_places(visitor, world, shop, kind):
    visitor.add(adult=1)
    page = visitor.checkout()
    shop.stripe.fault(kind, path="/v1/checkout/sessions", times=2)
    answer = visitor.buy(page)
    order = visitor.order()
    assert answer["Location"] == link(order)
    html = page_of(visitor, order)
    assert "Betalingen kunne ikke begyndes" in html and "Betal 400,00" in html and "reserveret til" in html
    assert "Betalingen kunne ikke begyndes" not in page_of(visitor, order)
    world.people.refresh_from_db()
    assert world.people.held == 1
    shop.stripe.clear_faults()
    # What Stripe has failed with once, it remembers for the key: after a minute we look whether anything was made.
    assert pay(order=order, now=clock.now() + timedelta(seconds=61)).startswith(shop.stripe.url)


def test_places_are_kept_for_who_pays_late_but_not_for_ever(visitor, unpaid, world, shop):
    start = unpaid.placed_at
    for minutes, kept in ((4, 36), (20, 56), (50, 86)):
        Attempt.objects.update(state=Attempt.State.EXPIRED)
        unpaid.refresh_from_db()
        pay(order=unpaid, now=start + timedelta(minutes=minutes))
        unpaid.refresh_from_db()
        assert unpaid.pay_by_at == Hold.objects.get(order=unpaid).expires_at == start + timedelta(minutes=kept)
    for minutes in (85, 87):
        Attempt.objects.update(state=Attempt.State.EXPIRED)
        with pytest.raises(TooLateToPay):
            pay(order=unpaid, now=start + timedelta(minutes=minutes))


def test_an_expired_order_says_so_and_late_money_too(visitor, unpaid, world):
    later = clock.now() + timedelta(hours=2)
    release_expired(now=later)
    assert "Tiden er gået" in page_of(visitor, unpaid)
    world.people.size = 0
    world.people.save()
    pay_for(unpaid, later)
    assert "kommer tilbage til dig af sig selv" in page_of(visitor, unpaid)


def test_pay_later_says_how(visitor, world):
    event = world.event
    event.transfer_allowed = event.door_allowed = True
    event.transfer_account, event.version = "9361 0001234567", event.version + 1
    event.save()
    for method, said in (("transfer", "9361 0001234567"), ("door", "ved døren")):
        visitor.add(adult=1)
        visitor.buy(**{"buyer-method": method})
        order = visitor.order()
        html = page_of(visitor, order)
        assert said in html and pretty(order.reference) in html and order.method == method
    run_jobs()
    assert len(mail.outbox) == 2


def test_an_order_for_nothing_is_done_at_once(visitor, world):
    visitor.add(child=1)
    page = visitor.checkout()
    assert "Tilmeld gratis" in page.content.decode() and "buyer-method" not in page.content.decode()
    answer = visitor.buy(page, p1__whose="other", p1__name="Carl", p1__birth_date=f"01-01-{clock.now().year - 5}")
    assert answer.status_code == 303 and "Dine billetter er klar" in visitor.get(answer["Location"]).content.decode()


def test_papers_of_a_paid_order(visitor, paid):
    for name in ("tickets.pdf", "receipt-1.pdf"):
        answer = visitor.get(link(paid) + name)
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert answer["Cache-Control"] == "private, no-store"
    assert visitor.get(f"{link(paid)}receipt-2.pdf").status_code == 404


def test_only_the_link_in_the_mail_confirms_the_address(visitor, paid):
    page_of(visitor, paid)
    page_of(visitor, paid, "?mail=" + "0" * 32)
    page_of(visitor, paid, "?mail=ø")
    assert paid.email_confirmed_at is None
    mailed = re.search(r"http\S+/order/\S+\?mail=\w+", mail.outbox[0].body)[0]
    assert mailed == mailed_order_link(paid)
    assert Client().get(path_of(mailed)).status_code == 200
    paid.refresh_from_db()
    assert paid.email_confirmed_at is not None
    assert AuditEntry.objects.filter(action="order_email_confirmed").count() == 1
    assert "Er adressen forkert" not in page_of(visitor, paid)


def test_mending_the_address_closes_the_way_of_whoever_got_the_first_mail(visitor, paid):
    old_link, old_ticket = link(paid), Ticket.objects.get()
    answer = visitor.post(f"{old_link}email/", {"email": " ADA@right.example "})
    paid.refresh_from_db()
    assert answer["Location"] == link(paid) != old_link
    assert Client().get(old_link).status_code == 404
    fresh = Ticket.objects.get()
    assert (fresh.generation, fresh.access_key == old_ticket.access_key) == (2, False)
    assert Client().get(f"/ticket/{old_ticket.reference}/{old_ticket.access_key}/").status_code == 404
    assert paid.participants.get().email == "ada@right.example"
    mail.outbox.clear()
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ada@right.example"]]
    assert link(paid) in mail.outbox[0].body
    assert AuditEntry.objects.filter(action="order_email_mended").count() == 1


def test_mending_before_paying_keeps_the_address_of_the_page(visitor, unpaid):
    assert visitor.post(f"{link(unpaid)}email/", {"email": "ada@right.example"})["Location"] == link(unpaid)
    run_jobs()
    assert not mail.outbox


def test_mending_has_limits(visitor, paid):
    assert "id_email_error" in visitor.post(f"{link(paid)}email/", {"email": "nonsense"}).content.decode()
    answers = []
    for number in range(6):
        paid.refresh_from_db()
        answers.append(visitor.post(f"{link(paid)}email/", {"email": f"a{number}@example.com"}).status_code)
    assert answers == [303, 303, 303, 303, 303, 200]
    paid.refresh_from_db()
    assert paid.buyer_email == "a4@example.com"


def test_a_confirmed_address_stays(visitor, paid):
    Client().get(path_of(mailed_order_link(paid)))
    assert visitor.post(f"{link(paid)}email/", {"email": "thief@example.com"}).status_code == 303
    assert "allerede bekræftet" in page_of(visitor, paid)
    paid.refresh_from_db()
    assert paid.buyer_email == "ada@example.com"


def test_the_mail_comes_again_but_not_for_ever(visitor, paid):
    mail.outbox.clear()
    for _ in range(7):
        assert visitor.post(f"{link(paid)}resend/", {}).status_code == 303
    run_jobs()
    assert len(mail.outbox) == 5


def test_a_ticket_on_the_phone(visitor, paid):
    ticket = Ticket.objects.get()
    html = visitor.get(f"/ticket/{ticket.reference}/{ticket.access_key}/").content.decode()
    assert "<svg" in html and pretty(ticket.reference) in html and "Ada Lund" in html
    assert "ada@example.com" not in html and paid.access_key not in html


def test_another_person_opens_claims_and_names_their_own(visitor, world, shop):
    visitor.add(adult=2)
    visitor.buy(p2__name="Bo Lund", p2__birth_date="29-02-1988")
    order = pay_for(visitor.order(), clock.now())
    bo = order.participants.get(name="Bo Lund")
    path = path_of(participant_link(bo))
    assert path in visitor.get(link(order)).content.decode()
    guest = Client()
    html = guest.get(path).content.decode()
    assert html.count("<svg xmlns") == 1 and "Ada" not in html and "ada@" not in html
    assert guest.post(path, {"action": "badge", "badge_name": "<b>"}).status_code == 200
    assert guest.post(path, {"action": "badge", "badge_name": "Bosse"}).status_code == 303
    guest.post(path, {"action": "claim"})
    bo.refresh_from_db()
    assert (bo.badge_name, bo.person_id) == ("Bosse", None)
    mine = log_in(Client(), world.buyer, second_factor=False)
    assert mine.post(path, {"action": "claim"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    mine.post(path, {"action": "claim"})
    log_in(Client(), world.stranger, second_factor=False).post(path, {"action": "claim"})
    bo.refresh_from_db()
    assert bo.person_id == world.buyer.pk
    assert AuditEntry.objects.filter(action="tickets_claimed").count() == 1


def test_a_badge_is_not_renamed_once_the_event_has_begun(visitor, paid, world):
    world.event.starts_on = clock.copenhagen_day(clock.now())
    world.event.version += 1
    world.event.save()
    ticket = Ticket.objects.get()
    own = f"/ticket/{ticket.reference}/{ticket.access_key}/"
    visitor.post(own, {"action": "badge", "badge_name": "X"})
    assert "navneskiltene er trykt" in visitor.get(own).content.decode()
    assert paid.participants.get().badge_name == ""


def open_sessions(visitor) -> list[tuple[str, str]]:
    return [(row["status"], row["customer_email"]) for row in visitor.shop.stripe.objects("checkout.session")]


def test_mending_the_address_ends_the_page_at_stripe_that_has_the_old_one(visitor, unpaid):
    old = unpaid.buyer_email
    assert open_sessions(visitor) == [("open", old)]
    visitor.post(f"{link(unpaid)}email/", {"email": "ada@right.example"})
    run_jobs()
    assert open_sessions(visitor) == [("expired", old)]
    visitor.shop.deliver()
    run_jobs()
    unpaid.refresh_from_db()
    assert unpaid.state == "awaiting_payment", "the order and its places stay"
    answer = visitor.post(f"{link(unpaid)}pay/", {})
    assert sorted(open_sessions(visitor)) == [("expired", old), ("open", "ada@right.example")]
    visitor.pay_at_stripe(answer)
    unpaid.refresh_from_db()
    assert unpaid.state == "paid"


def test_whoever_pays_at_once_after_mending_keeps_the_new_page(visitor, unpaid):
    """The job that ends the old page may come later than the click that makes the new one."""
    visitor.post(f"{link(unpaid)}email/", {"email": "ada@right.example"})
    answer = visitor.post(f"{link(unpaid)}pay/", {})
    run_jobs()
    assert ("open", "ada@right.example") in open_sessions(visitor)
    visitor.pay_at_stripe(answer)
    unpaid.refresh_from_db()
    assert unpaid.state == "paid"


def test_whoever_paid_while_mending_has_paid(visitor, unpaid):
    (session,) = visitor.shop.stripe.objects("checkout.session")
    visitor.post(f"{link(unpaid)}email/", {"email": "ada@right.example"})
    visitor.shop.stripe.pay(session["id"])
    run_jobs()
    visitor.shop.deliver()
    run_jobs()
    unpaid.refresh_from_db()
    assert (unpaid.state, unpaid.buyer_email) == ("paid", "ada@right.example")
