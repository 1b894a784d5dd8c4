"""The buttons on an order's page, and the list of bank transfers."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.core.models import AuditEntry
from conbillet.core.references import pretty
from conbillet.mail.models import OutgoingMail
from conbillet.organizations.models import RoleKind
from conbillet.payments.models import Payment, Refund
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.cancel_order import cancel_order
from conbillet.sales.models import Hold, Order, Receipt
from conbillet.sales.stock import release_expired
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.web.office.views import order_actions
from conbillet.workflows.refunds import refund_lines
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, order_of, paid_order

from .test_orders import ORDERS, text_of, url_of, with_role

pytestmark = pytest.mark.django_db

TRANSFERS = "/office/alea/transfers/"


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


@pytest.fixture
def order(world, now) -> Order:
    order = paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.bed.pk, 1))
    run_jobs()
    mail.outbox.clear()
    return order


@pytest.fixture
def unpaid(world, now) -> Order:
    world.event.transfer_allowed, world.event.transfer_account = True, "9570 1234567"
    world.event.save()
    order = order_of(world, now, Wish(world.adult.pk, 1), method="transfer")
    run_jobs()
    mail.outbox.clear()
    return order


ACTIONS = ["resend/", "email/", "cancel/", "received/", "people/1/", "refund/", "refunds/1/repeat/"]


class TestWho:
    @pytest.mark.parametrize("rest", ACTIONS)
    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.MEMBER_SECRETARY])
    def test_those_who_only_read_change_nothing(self, client, world, order, rest, kind):
        before = AuditEntry.objects.count()
        assert with_role(client, world, kind).post(url_of(order, rest)).status_code == 403
        assert AuditEntry.objects.count() == before

    @pytest.mark.parametrize("rest", ACTIONS)
    def test_door_crew_and_strangers(self, client, world, order, rest):
        assert log_in(client, world.door_crew).post(url_of(order, rest)).status_code == 403
        client.logout()
        assert log_in(client, world.stranger).post(url_of(order, rest)).status_code == 404
        assert client.post(f"/office/hyggecon/orders/{order.reference}/{rest}").status_code == 404
        client.logout()
        assert client.post(url_of(order, rest)).status_code == 302

    @pytest.mark.parametrize("rest", [rest for rest in ACTIONS if rest != "refund/"])
    def test_only_by_post(self, owner, order, rest):
        assert owner.get(url_of(order, rest)).status_code == 405

    @pytest.mark.parametrize("url", [TRANSFERS, "/office/alea/receipts/", "/office/alea/receipts/journal-2026.csv"])
    def test_money_is_for_those_who_see_money(self, client, world, order, url):
        assert with_role(client, world, RoleKind.READ_ONLY).get(url).status_code == 403
        client.logout()
        assert with_role(client, world, RoleKind.TREASURER).get(url).status_code == 200

    def test_a_form_without_its_token_is_refused(self, world, order):
        strict = log_in(Client(enforce_csrf_checks=True), world.owner)
        assert strict.post(url_of(order, "resend/")).status_code == 403


class TestResend:
    def test_sends_the_tickets_again_once_a_minute(self, owner, order, now, monkeypatch):
        for _ in range(2):
            owner.post(url_of(order, "resend/"))
        run_jobs()
        assert [message.to for message in mail.outbox] == [["ada@example.com"]] and len(mail.outbox[0].attachments) == 2
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
        owner.post(url_of(order, "resend/"))
        run_jobs()
        assert len(mail.outbox) == 2
        assert AuditEntry.objects.filter(action="order_resent", actor_role="owner").count() == 2

    def test_how_to_pay(self, owner, unpaid):
        owner.post(url_of(unpaid, "resend/"))
        run_jobs()
        assert pretty(unpaid.reference) in mail.outbox[0].body and "9570 1234567" in mail.outbox[0].body

    def test_nothing_to_send(self, owner, unpaid):
        Order.objects.filter(pk=unpaid.pk).update(state="expired")
        assert "ikke noget at sende" in text_of(owner.post(url_of(unpaid, "resend/"), follow=True))
        run_jobs()
        assert mail.outbox == []


class TestEmail:
    def test_the_order_gets_its_address_and_the_mail_goes_there(self, owner, order):
        codes = set(Ticket.objects.values_list("reference", "generation", "access_key"))
        answer = owner.post(url_of(order, "email/"), {"email": "Ada@New.example"})
        assert answer.status_code == 302
        run_jobs()
        fresh = Order.objects.get(pk=order.pk)
        assert (fresh.buyer_email, fresh.email_confirmed_at, fresh.access_key) == ("ada@new.example", None, order.access_key)
        assert [message.to for message in mail.outbox] == [["ada@new.example"]]
        assert set(Ticket.objects.values_list("reference", "generation", "access_key")) == codes
        entry = AuditEntry.objects.get(action="order_email_replaced")
        assert b"example" not in bytes(entry.payload) and entry.actor_role == "owner"
        assert order.participants.filter(email="ada@new.example").count() == 1

    def test_the_tickets_too_when_the_old_address_is_somebody_elses(self, owner, order):
        owner.post(url_of(order, "email/"), {"email": "ada@new.example", "tickets_anew": "on"})
        run_jobs()
        assert Order.objects.get(pk=order.pk).access_key != order.access_key
        assert set(Ticket.objects.values_list("generation", flat=True)) == {2}
        assert sorted(message.to[0] for message in mail.outbox) == ["ada@new.example", "bo@example.com"]

    def test_mail_that_waits_goes_to_the_new_address(self, owner, world, now):
        order = paid_order(world, now, Wish(world.adult.pk, 1))
        owner.post(url_of(order, "email/"), {"email": "ada@new.example"})
        run_jobs()
        assert [message.to for message in mail.outbox] == [["ada@new.example"]]

    @pytest.mark.parametrize(("email", "says"), [("nonsense", "E-mail"), ("", ""), ("ADA@example.com", "har ordren allerede")])
    def test_wrong_input_changes_nothing(self, owner, order, email, says):
        answer = owner.post(url_of(order, "email/"), {"email": email})
        assert answer.status_code == 422 and says in text_of(answer)
        assert Order.objects.get(pk=order.pk).buyer_email == "ada@example.com"


class TestName:
    def test_the_name_is_corrected_and_the_tickets_made_anew(self, owner, order):
        bo = order.participants.get(name="Bo Lund")
        answer = owner.post(url_of(order, f"people/{bo.pk}/"), {f"person-{bo.pk}-name": "Bo Lunde", f"person-{bo.pk}-badge_name": "B"})
        assert answer.status_code == 302
        bo.refresh_from_db()
        assert (bo.name, bo.badge_name) == ("Bo Lunde", "B")
        assert set(Ticket.objects.filter(participant=bo).values_list("generation", flat=True)) == {2}
        assert set(Ticket.objects.exclude(participant=bo).values_list("generation", flat=True)) == {1}
        run_jobs()
        assert sorted(message.to[0] for message in mail.outbox) == ["ada@example.com", "bo@example.com"]
        assert AuditEntry.objects.filter(action="participant_renamed").count() == 1

    def test_whoever_is_in_keeps_the_ticket(self, owner, world, order, now):
        ada = order.participants.get(name="Ada Lund")
        ticket = Ticket.objects.filter(participant=ada, admits=True).get()
        CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=now)
        owner.post(url_of(order, f"people/{ada.pk}/"), {f"person-{ada.pk}-name": "Ada Lunde"})
        ticket.refresh_from_db()
        ada.refresh_from_db()
        assert (ada.name, ticket.generation) == ("Ada Lunde", 1)

    @pytest.mark.parametrize("name", ["", "   ", "http://evil.example", "x" * 121, "Ada\u202eLund", "Ada Lund"])
    def test_wrong_names(self, owner, order, name):
        ada = order.participants.get(name="Ada Lund")
        answer = owner.post(url_of(order, f"people/{ada.pk}/"), {f"person-{ada.pk}-name": name, f"person-{ada.pk}-badge_name": "Ada"})
        assert answer.status_code == 422
        ada.refresh_from_db()
        assert ada.name == "Ada Lund"

    def test_a_person_of_another_order(self, owner, world, order, now):
        other = paid_order(world, now, Wish(world.adult.pk, 1))
        person = other.participants.get()
        assert owner.post(url_of(order, f"people/{person.pk}/"), {f"person-{person.pk}-name": "Kaj"}).status_code == 404


class TestCancel:
    def test_gives_the_places_back(self, owner, world, unpaid):
        owner.post(url_of(unpaid, "cancel/"), {"reason": "Fortrudt"})
        world.people.refresh_from_db()
        assert (Order.objects.get(pk=unpaid.pk).state, world.people.held) == ("cancelled", 0)
        run_jobs()
        assert Payment.objects.get(about=unpaid.reference).state == "expired"
        assert "Fortrudt" in text_of(owner.get(url_of(unpaid)))

    def letters(self) -> list[str]:
        run_jobs()
        return [f"{message.subject}\n{message.body}" for message in mail.outbox if "annulleret" in message.subject or "ikke betalt" in message.subject]

    def test_the_buyer_reads_who_did_it_and_not_that_they_paid_too_late(self, owner, unpaid):
        owner.post(url_of(unpaid, "cancel/"), {"reason": "Svarer ikke på mails"})
        (letter,) = self.letters()
        assert letter.startswith(f"Ordre {pretty(unpaid.reference)} er annulleret af ALEA")
        assert "Svarer ikke" not in letter and "ikke betalt" not in letter and "Du skal ikke betale noget" in letter

    def test_and_the_reason_if_the_office_chose_to_tell_it(self, owner, world, now):
        card = order_of(world, now, Wish(world.adult.pk, 1))
        owner.post(url_of(card, "cancel/"), {"reason": "Hallen er mindre", "tell_reason": "on"})
        (letter,) = self.letters()
        assert "De skriver: “Hallen er mindre”" in letter

    def test_planted_a_reason_that_is_always_told_is_noticed(self, owner, unpaid, monkeypatch):
        monkeypatch.setattr(order_actions, "cancel_order", lambda **said: cancel_order(**{**said, "tell_reason": True}))
        owner.post(url_of(unpaid, "cancel/"), {"reason": "Svarer ikke på mails"})
        with pytest.raises(AssertionError):
            assert "Svarer ikke" not in self.letters()[0]

    def test_who_gives_up_and_who_lets_it_run_out_read_that(self, world, unpaid, now):
        cancel_order(order=unpaid, reason="", actor=ANONYMOUS, now=now)
        assert self.letters()[0].startswith("Du har annulleret ordre")
        mail.outbox.clear()
        late = order_of(world, now, Wish(world.adult.pk, 1), method="transfer")
        Hold.objects.filter(order=late).update(expires_at=now - timedelta(days=1))
        release_expired(now=now)
        assert "ikke betalt" in self.letters()[0]

    def test_a_paid_order_is_refunded_instead(self, owner, order):
        page = owner.post(url_of(order, "cancel/"), follow=True)
        assert Order.objects.get(pk=order.pk).state == "paid" and 'class="notice bad"' in page.content.decode()


class TestReceived:
    def test_the_right_amount_makes_the_order_paid(self, client, world, unpaid):
        treasurer = with_role(client, world, RoleKind.TREASURER)
        assert treasurer.post(url_of(unpaid, "received/"), {"amount": "400,00"}).status_code == 302
        paid = Order.objects.get(pk=unpaid.pk)
        payment = Payment.objects.get(about=unpaid.reference)
        assert (paid.state, payment.state, payment.provider_method) == ("paid", "captured", "transfer")
        assert AuditEntry.objects.get(action="payment_received").actor_role == "treasurer"
        run_jobs()
        assert len(mail.outbox) == 1 and len(mail.outbox[0].attachments) == 2

    @pytest.mark.parametrize("amount", ["399,99", "400.000", "0", "-400", "", "mange", "9" * 30])
    def test_another_amount_changes_nothing(self, owner, unpaid, amount):
        answer = owner.post(url_of(unpaid, "received/"), {"amount": amount})
        assert answer.status_code == 422
        assert Order.objects.get(pk=unpaid.pk).state == "awaiting_payment" and not Receipt.objects.exists()

    def test_twice(self, owner, unpaid):
        for _ in range(2):
            page = owner.post(url_of(unpaid, "received/"), {"amount": "400"}, follow=True)
        assert "allerede bekræftet" in text_of(page)
        assert Receipt.objects.count() == Ticket.objects.count() == 1

    def test_a_card_payment_is_not_ours_to_confirm(self, owner, world, now):
        order = order_of(world, now, Wish(world.adult.pk, 1))
        assert "gennem Stripe" in text_of(owner.post(url_of(order, "received/"), {"amount": "400"}, follow=True))
        assert Order.objects.get(pk=order.pk).state == "awaiting_payment"

    def test_late_money_is_admitted_while_there_are_places(self, owner, world, unpaid, now):
        Hold.objects.update(expires_at=now - timedelta(days=1))
        release_expired(now=now)
        assert Order.objects.get(pk=unpaid.pk).state == "expired"
        owner.post(url_of(unpaid, "received/"), {"amount": "400"})
        assert Order.objects.get(pk=unpaid.pk).state == "paid"

    def test_and_goes_back_when_there_are_none(self, owner, world, unpaid, now):
        Hold.objects.update(expires_at=now - timedelta(days=1))
        release_expired(now=now)
        world.people.refresh_from_db()
        world.people.size = world.people.sold
        world.people.save()
        page = owner.post(url_of(unpaid, "received/"), {"amount": "400"}, follow=True)
        assert "send dem tilbage" in text_of(page)
        assert Refund.objects.get().reason == "late_money" and Order.objects.get(pk=unpaid.pk).state == "expired"


class TestTransfers:
    def several(self, world, now, count: int) -> list[Order]:
        world.event.transfer_allowed = True
        world.event.save()
        return [order_of(world, now, Wish(world.adult.pk, 1), method="transfer", people=(ADA,)) for _ in range(count)]

    def test_nobody_is_waited_for(self, owner, world):
        assert "Ingen overførsler ventes" in text_of(owner.get(TRANSFERS))

    def test_shows_what_to_look_for(self, owner, world, now):
        order = self.several(world, now, 1)[0]
        text = text_of(owner.get(TRANSFERS))
        assert pretty(order.reference) in text and "400,00 kr." in text and "Ada Lund" in text

    def test_first_a_preview_then_each_in_its_own_transaction(self, owner, world, now):
        orders = self.several(world, now, 3)
        chosen = [order.reference for order in orders[:2]]
        preview = owner.post(f"{TRANSFERS}confirm/", {"order": chosen})
        assert "800,00 kr." in text_of(preview) and not Receipt.objects.exists()
        page = owner.post(f"{TRANSFERS}confirm/", {"order": chosen, "confirm": "1"}, follow=True)
        assert "2 betalinger er bekræftet" in text_of(page)
        assert sorted(Order.objects.values_list("state", flat=True)) == ["awaiting_payment", "paid", "paid"]
        assert list(Receipt.objects.order_by("number").values_list("number", flat=True)) == [1, 2]

    def test_the_second_press_of_the_button(self, owner, world, now):
        chosen = [order.reference for order in self.several(world, now, 2)]
        for _ in range(2):
            page = owner.post(f"{TRANSFERS}confirm/", {"order": chosen, "confirm": "1"}, follow=True)
        assert "Sæt kryds" in text_of(page) and Receipt.objects.count() == 2

    @pytest.mark.parametrize("body", [{}, {"order": "nonsense"}, {"order": ["", "'; --"]}])
    def test_nothing_ticked(self, owner, world, body):
        assert "Sæt kryds" in text_of(owner.post(f"{TRANSFERS}confirm/", body, follow=True))

    def test_foreign_references_in_the_body(self, client, world, now):
        order = self.several(world, now, 1)[0]
        stranger = log_in(client, world.stranger)
        stranger.post("/office/hyggecon/transfers/confirm/", {"order": order.reference, "confirm": "1"})
        assert Order.objects.get(pk=order.pk).state == "awaiting_payment"

    def test_card_orders_cannot_be_slipped_in(self, owner, world, now):
        order = order_of(world, now, Wish(world.adult.pk, 1))
        owner.post(f"{TRANSFERS}confirm/", {"order": order.reference, "confirm": "1"})
        assert Order.objects.get(pk=order.pk).state == "awaiting_payment"

    def test_confirming_is_not_for_those_who_only_read(self, client, world, now):
        order = self.several(world, now, 1)[0]
        someone = with_role(client, world, RoleKind.READ_ONLY)
        assert someone.post(f"{TRANSFERS}confirm/", {"order": order.reference, "confirm": "1"}).status_code == 403
        assert someone.get(f"{TRANSFERS}confirm/").status_code == 405


class TestRepeat:
    @pytest.fixture
    def failed(self, world, order) -> Refund:
        from conbillet.payments.actions.settle_refund import settle_refund

        refund_lines(order=order, lines=list(order.lines.all())[:1], reason="requested", actor=world.actor(world.owner), now=clock.now())
        refund = Refund.objects.get()
        settle_refund(refund=refund, provider_refund="re_1", status="failed", failure="expired_card", actor=world.actor(world.owner), now=clock.now())
        return refund

    def test_a_failed_refund_is_asked_for_once_more(self, owner, order, failed):
        assert "Prøv tilbagebetalingen igen" in text_of(owner.get(url_of(order)))
        for _ in range(2):
            page = owner.post(url_of(order, f"refunds/{failed.pk}/repeat/"), follow=True)
        assert "allerede på vej" in text_of(page)
        assert sorted(Refund.objects.values_list("state", flat=True)) == ["failed", "requested"]
        assert "Prøv tilbagebetalingen igen" not in text_of(page)

    def test_a_refund_of_another_order(self, owner, world, order, failed, now):
        other = paid_order(world, now, Wish(world.shirt.pk, 1, world.sizes["M"].pk))
        assert owner.post(url_of(other, f"refunds/{failed.pk}/repeat/")).status_code == 404

    def test_it_is_on_the_overview(self, owner, order, failed):
        overview = owner.get("/office/alea/")
        assert "1 tilbagebetaling er mislykket" in text_of(overview)
        where = re.search(r'href="([^"]*state=refund_failed)"', overview.content.decode()).group(1)
        assert [row.order for row in owner.get(where).context["rows"]] == [order]


def test_mails_that_failed_are_on_the_overview(owner, order):
    OutgoingMail.objects.filter(kind="confirmation").update(state="failed", last_error="the address was refused", created_at=clock.now())
    overview = owner.get("/office/alea/")
    assert "1 mail kunne ikke afleveres" in text_of(overview)
    assert [row.order for row in owner.get(f"{ORDERS}?state=mail_failed").context["rows"]] == [order]
