"""Members are told once that a period ends: not who has left, renewed, said no, or limited the use of their data."""

from datetime import date, timedelta

import pytest

from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Member, Membership, MembershipType
from conbillet.memberships.reminders import token_for
from conbillet.privacy.models import Limit
from conbillet.workflows import renewal_reminders as module
from conbillet.workflows.notifications import sending  # noqa: F401 - it knows every letter
from conbillet.workflows.notifications.letters import write
from conbillet.workflows.renewal_reminders import remind_of_renewal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def kind(world) -> MembershipType:
    return MembershipType.objects.create(
        organization=world.organization, name_da="Medlem", period_kind="rolling_12m", remind_days=30
    )


@pytest.fixture
def membership(world, now, kind) -> Membership:
    member = Member.objects.create(
        organization=world.organization, member_no="1", name="Mia Medlem", email="mia@example.com", created_at=now
    )
    return paid(member, kind, now, now.date() + timedelta(days=20))


def paid(member, kind, now, last: date) -> Membership:
    return Membership.objects.create(
        organization_id=member.organization_id, member=member, membership_type=kind, period_from=last - timedelta(days=300),
        period_to=last, enrolled_at=now, channel="office", dues_amount=7500, paid_at=now, source_reference=f"end-{last}-{member.pk}",
    )  # fmt: skip


def letter() -> str:
    return str(write(OutgoingMail.objects.get(kind="membership_ends")))


def test_once_for_each_period(membership, now):
    assert remind_of_renewal(now=now) == 1
    assert remind_of_renewal(now=now + timedelta(days=1)) == 0
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.organization_id, mail.about) == (
        "mia@example.com",
        membership.organization_id,
        str(membership.pk),
    )
    text = letter()
    assert "slutter den 21. marts 2026" in text and "/help/no-reminders/" in text and "Mia" in text
    assert "kr." not in text  # nothing is offered


def test_in_portions(membership, kind, now, monkeypatch):
    monkeypatch.setattr(module, "PORTION", 1)
    other = Member.objects.create(
        organization_id=membership.organization_id, member_no="2", name="Bo", email="bo@example.com", created_at=now
    )
    paid(other, kind, now, now.date() + timedelta(days=3))
    assert remind_of_renewal(now=now) == 2


@pytest.mark.parametrize(
    "case", ["too early", "off", "left", "renewed", "no address", "said no", "not offered", "ended"]
)
def test_nobody_else(membership, kind, now, case):
    member = Member.objects.filter(pk=membership.member_id)
    if case == "too early":
        Membership.objects.update(period_to=now.date() + timedelta(days=31))
    elif case == "off":
        MembershipType.objects.update(remind_days=0)
    elif case == "left":
        member.update(left_on=now.date() + timedelta(days=5))
    elif case == "renewed":
        paid(membership.member, kind, now, membership.period_to + timedelta(days=365))
    elif case == "no address":
        member.update(email="")
    elif case == "said no":
        member.update(wants_reminders=False)
    elif case == "not offered":
        MembershipType.objects.update(is_offered=False)
    else:
        Membership.objects.update(ended_at=now)
    assert remind_of_renewal(now=now) == 0


@pytest.mark.parametrize("kind_of_limit", ["restriction", "objection"])
def test_not_who_has_limited_the_use_of_their_data(membership, now, kind_of_limit):
    Limit.objects.create(kind=kind_of_limit, email="mia@example.com", from_at=now - timedelta(days=1))
    assert remind_of_renewal(now=now) == 0


@pytest.mark.parametrize("change", [{"left_on": date(2026, 3, 2)}, {"wants_reminders": False}, {"email": ""}])
def test_what_changed_before_it_was_sent_counts(membership, now, change):
    remind_of_renewal(now=now)
    Member.objects.update(**change)
    assert letter() == "None"


def test_a_calendar_year_is_renewed_when_the_dues_count(membership, now):
    MembershipType.objects.update(period_kind="calendar_year")
    remind_of_renewal(now=now)
    assert "fra den 1. januar" in letter()


@pytest.mark.proves("use.member_documentation")
def test_the_link_needs_a_click_and_no_account_and_holds_from_the_next_mail(client, membership, now):
    address = f"/help/no-reminders/{token_for(membership.member)}/"
    page = client.get(address)
    assert page.status_code == 200 and "Mia" not in page.content.decode() and not page.cookies
    assert Member.objects.get().wants_reminders
    client.post(address)
    assert not Member.objects.get().wants_reminders
    assert remind_of_renewal(now=now) == 0
    client.post(address, {"again": "1"})
    assert remind_of_renewal(now=now) == 1


@pytest.mark.parametrize("token", ["nothing", "MQ:1sZ:abc", "1"])
def test_links_that_nobody_mailed(client, membership, token):
    assert client.post(f"/help/no-reminders/{token}/").status_code == 404
    assert Member.objects.get().wants_reminders
