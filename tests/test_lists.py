"""Every list costs as many statements for three rows as for one; those of one room only are tested there."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.accounts.models import StaffRole
from conbillet.catalogue.models import ProductKind
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.core.facts import announce
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.models import Activity, Member, Membership, MembershipType, OwnRuleSet
from conbillet.newsletters.models import Issue
from conbillet.organizations.models import Role, RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.statistics.tests.crowd import Guest, let_come
from conbillet.support.models import CannedAnswer, Case, Chat, ChatMessage
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.usage.models import ShopCount, SiteCount
from conbillet.workflows.cases import receive_case
from conbillet.workflows.chats import begin_chat
from conbillet.workflows.statistics import take_statistics
from tests.cast import World, make_event, make_organization, make_person, make_product, make_quota
from tests.login import log_in
from tests.purchases import order_of, paid_order

pytestmark = [pytest.mark.django_db, pytest.mark.asvs("15.2.2")]

Add = Callable[[World, int], object]
OFFICE = "/office/alea/"


@pytest.fixture(autouse=True)
def today(monkeypatch, world, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    world.people.size = world.beds.size = 100
    world.people.save()
    world.beds.save()
    world.event.transfer_allowed = True
    world.event.save()


def event(world: World, number: int) -> None:
    added = make_event(world.organization, f"con-{number}", name=f"Con {number}", starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 2))
    make_product(added, ProductKind.TICKET, "Adult", 100, quotas=[make_quota(added, "People", 9)])


def past_event(world: World, number: int) -> None:
    make_event(world.organization, f"old-{number}", name=f"Old {number}", starts_on=date(2025, 5, number), ends_on=date(2025, 5, number))


def product(world: World, number: int) -> None:
    make_product(world.event, ProductKind.MEAL, f"Meal {number}", 5000, quotas=[make_quota(world.event, f"Meals {number}", 9)])
    world.event.version += 1
    world.event.save()


def transfer(world: World, number: int) -> None:
    order_of(world, clock.now(), Wish(world.adult.pk, 1), method="transfer")


def order(world: World, number: int) -> None:
    paid_order(world, clock.now(), Wish(world.adult.pk, 2), Wish(world.membership.pk, 1), Wish(world.bed.pk, 1))


def buyers_order(world: World, number: int) -> None:
    order(world, number)
    Order.objects.update(buyer=world.buyer)


def check_in(world: World, number: int) -> None:
    order(world, number)
    for ticket in Ticket.objects.filter(admits=True, check_ins=None):
        CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=clock.now())


def case(world: World, number: int) -> None:
    receive_case(
        kind="other", name=f"Case {number}", email=f"a{number}@b.dk", text="hej", event=world.event, language="da", actor=ANONYMOUS, now=clock.now()
    )  # fmt: skip


def chat(world: World, number: int) -> None:
    begin_chat(
        organization=world.organization, person=None, token=f"{number:024}", name="", text="hej", files=[], key=f"{number:032}", order=None,
        language="da", actor=ANONYMOUS, now=clock.now(),
    )  # fmt: skip


def desk_chat(world: World, number: int) -> None:
    chat(world, number)
    for model in (Chat, ChatMessage):
        model.objects.update(organization=None)


def past_chat(world: World, number: int) -> None:
    chat(world, number)
    Chat.objects.update(state=Chat.State.CLOSED, closed_at=clock.now())


def canned(world: World, number: int) -> None:
    CannedAnswer.objects.create(organization=world.organization, title=f"Answer {number}", text_da="Hej")


def closed_case(world: World, number: int) -> None:
    case(world, number)
    Case.objects.update(state=Case.State.CLOSED, closed_at=clock.now())


def association(world: World, number: int) -> None:
    added = make_organization(f"new-{number}", f"New {number}")
    Role.objects.create(organization=added, person=world.owner, kind=RoleKind.OWNER, granted_at=clock.now())


def failed_job(world: World, number: int) -> None:
    announce("mail_waiting", mail=number)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")


def member_of(world: World, number: int) -> None:
    """The buyer has bought from one more association."""
    added = make_organization(f"club-{number}", f"Club {number}")
    Order.objects.create(
        organization=added, event=make_event(added, "con"), reference=f"CLUB0000000{number}", access_key="x", method="card", amount=0,
        state="paid", placed_at=clock.now(), paid_at=clock.now(), buyer=world.buyer, buyer_email=world.buyer.account.email,
    )  # fmt: skip


def member_who_counts(world: World, number: int) -> None:
    kind = MembershipType.objects.filter(organization=world.organization).first()
    one = Member.objects.create(
        organization=world.organization, member_no=str(number), name=f"Member {number}", created_at=clock.now()
    )
    Membership.objects.create(
        organization=world.organization, member=one, membership_type=kind, enrolled_at=clock.now(), channel="office",
        dues_amount=7500, paid_at=clock.now(), source_reference=f"test-{number}",
    )  # fmt: skip


def membership_type(world: World, number: int) -> None:
    MembershipType.objects.create(organization=world.organization, name_da=f"Kind {number}")


def buyers_membership(world: World, number: int) -> None:
    """The buyer is a member of one more association, and acts for one more child there."""
    added = make_organization(f"club-{number}", f"Club {number}")
    kind = MembershipType.objects.create(organization=added, name_da=f"Kind {number}")
    one = Member.objects.create(organization=added, person=world.buyer, member_no="1", name="Bea", created_at=clock.now())
    Membership.objects.create(
        organization=added, member=one, membership_type=kind, enrolled_at=clock.now(), channel="office", paid_at=clock.now(),
        dues_amount=7500, period_from=date(2026, 1, 1), period_to=date(2027, 12, 31), source_reference=f"test-{number}",
    )  # fmt: skip


def activity(world: World, number: int) -> None:
    Activity.objects.create(
        organization=world.organization, held_on=date(2026, 1, 5), name=f"Night {number}", entered_at=clock.now()
    )


def own_rules(world: World, number: int) -> None:
    rules = {**rule_set("cfr", year=2026).as_data(), "key": f"own-{number}", "name_da": f"Own {number}"}
    OwnRuleSet.objects.create(organization=world.organization, key=f"own-{number}", valid_from="2026-01-01", rules=rules, made_at=clock.now())  # fmt: skip
    member_who_counts(world, number)


def refusal(world: World, number: int) -> None:
    detail = ["product_sold_out", "wrong_age", "amount_changed"][number - 1]
    ShopCount.objects.create(
        organization=world.organization, event=world.event, day=clock.now().date() - timedelta(days=40), step="refused", detail=detail,
        language="da", times=9,
    )  # fmt: skip


def event_with_people(world: World, number: int) -> None:
    added = make_event(world.organization, f"big-{number}", name=f"Big {number}", starts_on=date(2025, number, 1), ends_on=date(2025, number, 2))
    let_come(added, make_product(added, ProductKind.TICKET, "Adult", 100), [Guest()] * 20, now=clock.now())
    take_statistics(now=clock.now())


def place(world: World, number: int) -> None:
    let_come(world.event, world.adult, [Guest(postcode=["8000", "5000", "9000"][number - 1])] * 20, now=clock.now())
    take_statistics(now=clock.now())


def opened(world: World, number: int) -> None:
    page = ["front", "help", "policy"][number - 1]
    SiteCount.objects.create(day=clock.now().date() - timedelta(days=40), page=page, language="da", times=7777)


def newsletter(world: World, number: int) -> None:
    now = clock.now()
    Issue.objects.create(
        reference=f"NEWS0000000{number}", organization=world.organization, state="sent", subject_da=f"Nyt {number}", text_da="Hej",
        created_at=now, updated_at=now, started_at=now, finished_at=now,
    )  # fmt: skip


LISTS: list[tuple[str, str, Add, str]] = [
    # who, address, what there is one more of, what the page shows more of then
    ("owner", f"{OFFICE}events/", event, "Con 3"),
    ("owner", f"{OFFICE}events/", past_event, "Old 3"),
    ("owner", OFFICE, event, "Con 3"),
    ("owner", f"{OFFICE}events/fastaval/", product, "Meal 3"),
    ("owner", f"{OFFICE}events/fastaval/figures/", product, "Meal 3"),
    ("owner", f"{OFFICE}events/fastaval/use/", refusal, '<path class="part"'),
    ("owner", f"{OFFICE}statistics/", event_with_people, "Big 3"),
    ("owner", f"{OFFICE}events/fastaval/statistics/", place, "Aalborg"),
    ("owner", f"{OFFICE}transfers/", transfer, "Ada Lund"),
    ("owner", f"{OFFICE}orders/?state=awaiting_payment", transfer, "Ada Lund"),
    ("owner", f"{OFFICE}chat/", chat, "/office/alea/chat/"),
    ("owner", f"{OFFICE}chat/past/", past_chat, "/office/alea/chat/"),
    ("owner", f"{OFFICE}chat/answers/", canned, "Answer 3"),
    ("staff", "/desk/chat/", desk_chat, "/desk/chat/"),
    ("owner", "/office/", association, "New 3"),
    ("owner", f"{OFFICE}members/", member_who_counts, "Member 3"),
    ("owner", f"{OFFICE}members/counting/cfr/2026/", member_who_counts, "Member 3"),
    ("owner", f"{OFFICE}members/documentation/", own_rules, "Own 3"),
    ("owner", f"{OFFICE}members/activities/?year=2026", activity, "Night 3"),
    ("owner", f"{OFFICE}membership-types/", membership_type, "Kind 3"),
    ("door_crew", "/door/alea/fastaval/", check_in, "Ada"),
    ("door_crew", "/door/alea/", event, "Con 3"),
    ("staff", "/desk/", case, "/desk/cases/"),
    ("staff", "/desk/cases/closed/", closed_case, "/desk/cases/"),
    ("staff", "/desk/associations/", association, "New 3"),
    ("staff", "/desk/health/", failed_job, "mail_waiting"),
    ("staff", "/desk/use/", opened, "7.777"),
    ("buyer", "/my/", buyers_order, "Fastaval 2026"),
    ("buyer", "/my/data/", member_of, "Club 3"),
    ("buyer", "/my/consents/", member_of, "Club 3"),
    ("buyer", "/my/memberships/", buyers_membership, "Kind 3"),
    ("buyer", "/my/orders/", member_of, "CLUB00000003"),
    ("owner", f"{OFFICE}newsletters/", newsletter, "Nyt 3"),
    ("nobody", "/newsletter/from/alea/", newsletter, "Nyt 3"),
    ("nobody", "/", event, "Con 3"),
    ("nobody", "/alea/", event, "Con 3"),
    ("nobody", "/alea/fastaval/", product, "Meal 3"),
]


def client_of(world: World, who: str) -> Client:
    if who == "nobody":
        return Client()
    if who == "staff":
        person = make_person("Signe Support", "signe@conbillet.example")
        StaffRole.objects.create(account=person.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=clock.now())
        return log_in(Client(), person)
    return log_in(Client(), getattr(world, who), second_factor=who != "buyer")


def statements(client: Client, address: str) -> tuple[list[str], str]:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.status_code == 200, address
    return [query["sql"] for query in captured], page.content.decode()


@pytest.mark.parametrize(("who", "address", "add", "word"), LISTS, ids=[f"{address} {add.__name__}" for _, address, add, _ in LISTS])
def test_as_many_statements_for_three_as_for_one(world, who, address, add, word):
    client = client_of(world, who)
    add(world, 1)
    one, before = statements(client, address)
    add(world, 2)
    add(world, 3)
    three, page = statements(client, address)
    assert page.count(word) > before.count(word), "the page shows them"
    assert len(three) == len(one), [sql[:200] for sql in three if sql.split("WHERE")[0] not in {past.split("WHERE")[0] for past in one}]


def test_looking_somebody_up(world):
    """Whoever is shown is written down, each on a line of its own: two statements an order, and no more."""
    client = client_of(world, "staff")

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.post("/desk/look-up/", {"q": world.buyer.account.email, "purpose": "use.services"})
        assert page.status_code == 200
        return len(captured)

    order(world, 1)
    Order.objects.update(buyer=world.buyer)
    cost()
    one = cost()
    order(world, 2)
    order(world, 3)
    Order.objects.update(buyer=world.buyer)
    assert cost() - one <= 2 * 2 * 2


def test_planted_a_list_that_asks_for_each_row_is_noticed(world, monkeypatch):
    from conbillet.web.office.views import transfers as page

    client = client_of(world, "owner")
    transfer(world, 1)
    plain = page.render

    def asking(request, template, context):
        for found in Order.objects.all():
            found.lines.count()
        return plain(request, template, context)

    monkeypatch.setattr(page, "render", asking)
    one, _page = statements(client, f"{OFFICE}transfers/")
    transfer(world, 2)
    assert len(statements(client, f"{OFFICE}transfers/")[0]) > len(one)
