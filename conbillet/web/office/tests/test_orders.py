"""The list of orders and one order: who may open them, what they show, what they write down."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.core import audit, clock
from conbillet.core.models import AuditEntry
from conbillet.core.references import new_reference, pretty
from conbillet.mail.models import OutgoingMail
from conbillet.organizations.models import Role, RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Participant
from conbillet.tickets.models import Ticket
from conbillet.web.office import paging
from tests.cast import make_event, make_person
from tests.login import log_in
from tests.purchases import ADA, order_of, paid_order

pytestmark = pytest.mark.django_db

ORDERS = "/office/alea/orders/"


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


@pytest.fixture
def order(world, now) -> Order:
    return paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1), Wish(world.bed.pk, 1))


def url_of(order: Order, rest: str = "") -> str:
    return f"{ORDERS}{order.reference}/{rest}"


def with_role(client, world, kind: str) -> Client:
    person = make_person("Rie Rolle", f"{kind}@alea.example")
    Role.objects.create(organization=world.organization, person=person, kind=kind, granted_at=clock.now())
    return log_in(client, person)


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


class TestWho:
    @pytest.mark.parametrize("kind", [RoleKind.MANAGER, RoleKind.TREASURER, RoleKind.MEMBER_SECRETARY, RoleKind.READ_ONLY])
    def test_everybody_who_sees_the_office(self, client, world, order, kind):
        someone = with_role(client, world, kind)
        assert someone.get(ORDERS).status_code == someone.get(url_of(order)).status_code == 200

    def test_door_crew_not(self, client, world, order):
        crew = log_in(client, world.door_crew)
        assert crew.get(ORDERS).status_code == crew.get(url_of(order)).status_code == 403

    def test_for_a_stranger_there_is_no_such_page(self, client, world, order):
        stranger = log_in(client, world.stranger)
        assert stranger.get(ORDERS).status_code == stranger.get(url_of(order)).status_code == 404

    def test_anonymous_signs_in_first(self, client, world, order):
        assert client.get(url_of(order))["Location"] == f"/accounts/login/?next={url_of(order)}"

    def test_another_associations_order_is_not_found(self, client, world, order):
        stranger = log_in(client, world.stranger)
        assert stranger.get(f"/office/hyggecon/orders/{order.reference}/").status_code == 404
        assert order.reference not in stranger.get("/office/hyggecon/orders/").content.decode()

    def test_without_the_filter_the_database_still_hides_it(self, client, world, order, monkeypatch):
        """The second line of defence by itself: the pages' own filters are taken out, and row-level security holds."""
        from conbillet.web.office.views import orders

        monkeypatch.setattr(orders, "get_order_for", lambda *, standing, reference: Order.objects.get(reference=reference))
        monkeypatch.setattr(orders, "find_orders", lambda **_: Order.objects.select_related("event").order_by("pk"))
        stranger = log_in(client, world.stranger)
        make_event(world.other, "hygge")
        assert order.reference not in stranger.get("/office/hyggecon/orders/").content.decode()
        with pytest.raises(Order.DoesNotExist):
            stranger.get(f"/office/hyggecon/orders/{order.reference}/")

    @pytest.mark.parametrize("verb", ["put", "patch", "delete"])
    def test_wrong_verbs(self, owner, order, verb):
        assert getattr(owner, verb)(ORDERS).status_code == getattr(owner, verb)(url_of(order)).status_code == 405

    def test_an_order_page_takes_no_post(self, owner, order):
        assert owner.post(url_of(order)).status_code == 405

    @pytest.mark.parametrize("reference", ["AAAAAAAAAAAA", "x", "0" * 60, "%00"])
    def test_unknown_references(self, owner, world, reference):
        assert owner.get(f"{ORDERS}{reference}/").status_code == 404


class TestList:
    def test_says_what_to_do_when_there_is_nothing(self, owner, world):
        assert "Ingen ordrer endnu" in text_of(owner.get(ORDERS))

    @pytest.mark.parametrize(
        "search",
        ["ada lund", "LUND", "ada@example", "Bo", lambda o: o.reference, lambda o: pretty(o.reference).lower(),
         lambda o: " ".join(o.reference[:8]), lambda o: o.reference[:5],
         lambda o: Ticket.objects.filter(line__order=o).first().reference.lower()],
    )  # fmt: skip
    def test_finds_by_name_mail_and_reference_in_any_spelling(self, owner, world, order, now, search):
        other = order_of(world, now, Wish(world.shirt.pk, 1, world.sizes["M"].pk), people=(type(ADA)(name="Kaj Krog", email="kaj@krog.example"),))
        found = owner.post(ORDERS, {"q": search if isinstance(search, str) else search(order)}).content.decode()
        assert pretty(order.reference) in found and pretty(other.reference) not in found

    def test_nothing_found(self, owner, world, order):
        assert "Intet fundet" in text_of(owner.post(ORDERS, {"q": "Qwerty"}))

    def test_wildcards_are_letters(self, owner, world, order):
        assert "Intet fundet" in text_of(owner.post(ORDERS, {"q": "%"}))
        assert "Intet fundet" in text_of(owner.post(ORDERS, {"q": "a_a"}))

    def test_a_name_never_gets_into_an_address(self, owner, world, order):
        page = owner.post(ORDERS, {"q": "Lund", "state": "paid"})
        assert page.status_code == 200
        assert not re.search(r'(?:href|action)="[^"]*Lund', page.content.decode())
        assert owner.get(ORDERS, {"q": "nobody at all"}).context["page"].paginator.count == 0

    def test_filters_without_a_search_have_an_address(self, owner, world, order):
        answer = owner.post(ORDERS, {"q": " ", "event": "fastaval", "state": "paid", "sort": "name"})
        assert answer["Location"] == f"{ORDERS}?event=fastaval&state=paid&sort=name"

    def test_filters(self, owner, world, order, now):
        unpaid = order_of(world, now, Wish(world.shirt.pk, 1, world.sizes["M"].pk))
        product = world.shirt.pk
        for query, expected in (
            ({"state": "paid"}, {order}), ({"state": "awaiting_payment"}, {unpaid}), ({"state": "refunded"}, set()),
            ({"method": "card"}, {order, unpaid}), ({"method": "transfer"}, set()), ({"event": "fastaval"}, {order, unpaid}),
            ({"event": "fastaval", "product": product}, {unpaid}), ({"product": product}, {order, unpaid}),
            ({"state": "nonsense", "event": "nothing", "sort": "x"}, {order, unpaid}),
            ({"state": "disputed"}, set()), ({"state": "refunding"}, set()), ({"state": "mail_failed"}, set()),
        ):  # fmt: skip
            assert {row.order for row in owner.get(ORDERS, query).context["rows"]} == expected, query

    def test_sorts(self, owner, world, now):
        people = [type(ADA)(name=name, email="x@example.com", birth_date=date(1990, 1, 1)) for name in ("Østen", "Anna", "Zoe", "Åse")]
        for number, person in enumerate(people):
            order_of(world, now + timedelta(minutes=number), Wish(world.donation.pk, 1, amount=2000 - number), people=(person,))
        names = {
            sort: [row.order.buyer_name for row in owner.get(ORDERS, {"sort": sort}).context["rows"]]
            for sort in ("newest", "oldest", "amount", "name")
        }
        assert names["newest"] == ["Åse", "Zoe", "Anna", "Østen"] == names["oldest"][::-1]
        assert names["amount"] == ["Østen", "Anna", "Zoe", "Åse"]
        assert names["name"] == ["Anna", "Zoe", "Østen", "Åse"]

    def test_pages(self, owner, world, order, monkeypatch):
        copies(order, 4)
        monkeypatch.setattr(paging, "PAGE", 2)
        monkeypatch.setattr(paging.page_of, "__defaults__", (2,))
        seen = []
        for number in ("1", "2", "3", "99", "-1", "x"):
            page = owner.get(ORDERS, {"page": number})
            seen.append([row.order.pk for row in page.context["rows"]])
        assert [len(rows) for rows in seen] == [2, 2, 1, 1, 1, 2]
        assert len({pk for rows in seen[:3] for pk in rows}) == 5
        found = owner.post(ORDERS, {"q": "ada", "page": "2"})
        assert [row.order.pk for row in found.context["rows"]] == seen[1]
        assert 'name="page" value="3"' in found.content.decode()

    def test_counts_no_further_than_anybody_pages(self, owner, world, order, monkeypatch):
        copies(order, 4)
        monkeypatch.setattr(paging, "MOST", 3)
        assert "Mere end 3 ordrer" in text_of(owner.get(ORDERS))

    def test_queries_do_not_grow(self, owner, world, order):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                owner.get(ORDERS)
            return len(captured)

        owner.get(ORDERS)
        one = queries()
        copies(order, 2)
        three = queries()
        copies(order, 197)
        assert one == three == queries()


def copies(order: Order, count: int) -> None:
    """More orders like this one, each with one line."""
    line = order.lines.order_by("position").first()
    for _ in range(count):
        order.pk, order.cart_id, order.reference, order._state.adding = None, None, new_reference(), True
        order.save()
        line.pk, line.order, line._state.adding = None, order, True
        line.save()


class TestOne:
    def test_shows_lines_people_money_tickets_mails_and_history(self, owner, world, order):
        page = owner.get(url_of(order))
        text = text_of(page)
        for expected in ("Ada Lund", "Bo Lund", "ada@example.com", "Skovvej 1", "01.05.1990", "Adult, all days", "950,00 kr.", "Kvittering 1", "Bekræftelse"):
            assert expected in text, expected
        for ticket in Ticket.objects.filter(line__order=order):
            assert pretty(ticket.reference) in text
        assert "Ordre afgivet" in text and "Betalt" in text

    def test_mails_by_kind_and_state_never_by_body(self, owner, world, order):
        mail = OutgoingMail.objects.get(kind="confirmation")
        mail.text, mail.subject, mail.state = "BODYCANARY", "SUBJECTCANARY", OutgoingMail.State.FAILED
        mail.save()
        with CaptureQueriesContext(connection) as captured:
            page = owner.get(url_of(order)).content.decode()
        assert "Kunne ikke afleveres" in page and "CANARY" not in page
        assert not any('"mail_outgoingmail"."text"' in query["sql"] for query in captured)

    def test_a_holders_mail_of_another_order_is_not_shown(self, owner, world, order, now):
        """Holders' mails are named by row ids, which other kinds of things share."""
        person = order.participants.order_by("pk").last()
        OutgoingMail.objects.create(
            organization=world.organization, kind="refunded", key="x", about=str(person.pk), recipient="other@example.com", created_at=now
        )
        assert "other@example.com" not in owner.get(url_of(order)).content.decode()

    def test_names_are_text(self, owner, world, order):
        Order.objects.filter(pk=order.pk).update(buyer_name="<script>alert(1)</script>")
        Participant.objects.filter(order=order).update(name='"><img src=x onerror=alert(1)>', badge_name="<b>x</b>", street="<i>s</i>")
        for page in (owner.get(url_of(order)), owner.get(ORDERS), owner.post(ORDERS, {"q": "<script>"}), owner.get("/office/alea/")):
            found = page.content.decode()
            assert "<script>alert" not in found and "<img src=x" not in found and "<b>x</b>" not in found and "<i>s</i>" not in found

    def test_who_was_looked_at_is_written_down_once_a_person_and_day(self, owner, world, order, monkeypatch):
        order.buyer = world.buyer
        order.save()
        Participant.objects.filter(order=order, name="Bo Lund").update(person=make_person("Bo Lund"))
        for _ in range(3):
            owner.get(url_of(order))
        seen = AuditEntry.objects.filter(action="order_seen")
        assert seen.count() == 3  # the buyer, Bo, and whoever has no account
        assert set(seen.values_list("actor_id", "organization")) == {(world.owner.pk, world.organization.pk)}
        assert seen.filter(subject_id=world.buyer.pk).count() == 1
        tomorrow = clock.now() + timedelta(days=1)
        monkeypatch.setattr(clock, "now", lambda: tomorrow)
        owner.get(url_of(order))
        assert seen.count() == 6
        assert "order seen" not in owner.get(url_of(order)).content.decode()

    def test_history_names_roles_and_amounts_and_no_person(self, owner, world, order):
        audit.record(
            action="order_refunded", actor=world.actor(world.owner, RoleKind.TREASURER), now=clock.now(), organization_id=world.organization.pk,
            object_kind="order", object_reference=order.reference, amount=12300,
        )  # fmt: skip
        text = text_of(owner.get(url_of(order)))
        assert "Refunderet, 123,00 kr. (Kasserer)" in text and world.owner.name not in text

    def test_nothing_from_profiles(self, owner, world, order):
        world.buyer.phone, world.buyer.name = "+4587654321", "Canary Profile"
        world.buyer.save()
        order.buyer = world.buyer
        order.save()
        page = owner.get(url_of(order)).content.decode()
        assert "87654321" not in page and "Canary Profile" not in page

    def test_queries_do_not_grow_with_lines(self, owner, world, now):
        def queries(order) -> int:
            owner.get(url_of(order))
            with CaptureQueriesContext(connection) as captured:
                owner.get(url_of(order))
            return len(captured)

        small = queries(paid_order(world, now, Wish(world.adult.pk, 1)))
        assert queries(paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.bed.pk, 2), Wish(world.donation.pk, 3, amount=5000))) == small

    def test_no_buttons_for_those_who_only_read(self, client, world, order):
        page = with_role(client, world, RoleKind.READ_ONLY).get(url_of(order)).content.decode()
        assert 'action="/office/alea/orders/' not in page and "/refund/" not in page

    def test_in_english(self, owner, world, order):
        assert "What was bought" in owner.get(url_of(order), {"lang": "en"}).content.decode()
