"""Every period of the data map has a job, and every job keeps its day: on the last day it is there, then it is gone.

Days are Copenhagen's; several of these fall on nights in which the clock is changed.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from conbillet.accounts.models import Account, Person
from conbillet.certificates.models import CprNumber
from conbillet.consents.models import ConsentReceipt, MarketingConsent
from conbillet.core import audit, data_map
from conbillet.core.actor import SYSTEM
from conbillet.core.clock import COPENHAGEN, day_start
from conbillet.core.data_map import Keep
from conbillet.core.models import AuditEntry
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Member, Membership
from conbillet.newsletters.models import FailingAddress, Issue, Recipient
from conbillet.newsletters.queries import progress_of
from conbillet.organizations.models import Invitation
from conbillet.privacy.models import Disclosure, Erasure, ErasureNotice, RetentionRun
from conbillet.privacy.retention import rules as room
from conbillet.privacy.retention.calendar import calendar_of
from conbillet.privacy.retention.rules import RULES, run_rule
from conbillet.privacy.retention.unused import warn_unused
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Cart, Order, Receipt
from conbillet.support.actions.open_chat import open_chat
from conbillet.support.actions.say import say
from conbillet.support.models import Case, ChatMessage
from tests.cast import make_person
from tests.purchases import cart_with, paid_order

pytestmark = pytest.mark.django_db
BY_NAME = {rule.name: rule for rule in RULES}
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


def run(name: str, now: datetime) -> None:
    run_rule(BY_NAME[name], now=now)


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=COPENHAGEN).astimezone(UTC)


def account(world) -> tuple[Callable[[], bool], datetime]:
    """Three Copenhagen years after 25 October 2020 (the clock is put back on it), warned a month before."""
    person = make_person("Silent", "silent@example.com")
    Account.objects.filter(person=person).update(last_login=local(2020, 10, 25, 12), created_at=local(2015, 1, 1))
    Account.objects.exclude(person=person).update(last_login=local(2023, 10, 1))
    warn_unused(now=local(2023, 9, 26, 4))
    return lambda: not Person.objects.filter(pk=person.pk).exists(), day_start(date(2023, 10, 27))


def accounting(world) -> tuple[Callable[[], bool], datetime]:
    world.organization.accounting_year_start_month = 4
    world.organization.save()
    order = paid_order(world, datetime(2026, 3, 1, 12, tzinfo=UTC), Wish(world.adult.pk, 1))
    order.lines.update(payer_relation="municipality")

    def gone() -> bool:
        receipt = Receipt.objects.get()
        name = Order.objects.get(pk=order.pk).buyer_name
        assert bool(name) == bool(receipt.buyer_name) == bool(order.participants.get().name)
        assert bool(name) == bool(order.lines.get().payer_relation)
        return not name

    # The year 2025/26 ends on 31 March 2026: five years later the clock has been put forward in that very week.
    return gone, day_start(date(2031, 4, 1))


def _member(world, **fields) -> Member:
    return Member.objects.create(
        organization=world.organization, member_no="7", name="Mia", email="mia@example.com", created_at=local(2019, 1, 1), **fields
    )  # fmt: skip


def member_evidence(world) -> tuple[Callable[[], bool], datetime]:
    member = _member(world, left_on=date(2024, 2, 29), birth_date=date(2000, 1, 1))
    Membership.objects.create(
        organization=world.organization, member=member, membership_type=world.membership.membership_type, payer_relation="parent",
        period_from=date(2023, 1, 1), period_to=date(2023, 12, 31), enrolled_at=local(2023, 1, 1), source_reference="x",
    )  # fmt: skip

    def gone() -> bool:
        name = Member.objects.get(pk=member.pk).name
        assert bool(name) == bool(Membership.objects.get(member=member).payer_relation)
        return not name

    return gone, day_start(date(2029, 3, 1))


def member_contact(world) -> tuple[Callable[[], bool], datetime]:
    member = _member(world, left_on=date(2025, 3, 30))
    return lambda: not Member.objects.get(pk=member.pk).email, day_start(date(2026, 3, 31))


def sign_in(world) -> tuple[Callable[[], bool], datetime]:
    from allauth.usersessions.models import UserSession

    device = UserSession.objects.create(
        user=world.buyer.account, session_key="k", ip="192.0.2.1", user_agent="x", created_at=local(2026, 1, 1)
    )
    seen = local(2026, 2, 1, 12)
    UserSession.objects.filter(pk=device.pk).update(last_seen_at=seen)
    return lambda: not UserSession.objects.exists(), seen + timedelta(days=180) + MOMENT


def access_log(world) -> tuple[Callable[[], bool], datetime]:
    audit.record(
        action="looked_up", actor=SYSTEM, now=local(2022, 10, 30, 2, 30), organization_id=world.organization.pk,
        object_kind="order", object_reference="X", why="secret",
    )  # fmt: skip
    audit.seal_entries()

    def gone() -> bool:
        assert audit.broken_seals(world.organization.pk) == []
        return AuditEntry.objects.get(action="looked_up").payload is None

    return gone, day_start(date(2024, 10, 31))


def disclosures(world) -> tuple[Callable[[], bool], datetime]:
    Disclosure.objects.create(
        organization=world.organization, event=world.event, purpose="export", form="csv", fields="name",
        policy_version="x", people=1, at=local(2023, 3, 26, 12),
    )  # fmt: skip
    return lambda: not Disclosure.objects.exists(), day_start(date(2025, 3, 27))


def cases(world) -> tuple[Callable[[], bool], datetime]:
    Case.objects.create(
        reference="C", kind="other", state="closed", text="x", created_at=local(2024, 1, 1), due_on=date(2024, 1, 8),
        closed_at=local(2024, 3, 31, 23),
    )  # fmt: skip
    return lambda: not Case.objects.exists(), day_start(date(2026, 4, 1))


def chat(world) -> tuple[Callable[[], bool], datetime]:
    """A year after the last word; the key goes with it, so that no copy can be read."""
    said = local(2024, 3, 31, 23)
    chat = open_chat(
        organization=world.organization, person=None, token="x", name="", language="da", actor=SYSTEM, now=said
    )
    say(chat=chat, by="visitor", text="secret", key="k", actor=SYSTEM, now=said)
    key = next((settings.CONBILLET_KEYS / "subjects").glob("*/*.key"))
    return lambda: not ChatMessage.objects.exists() and not key.exists(), day_start(date(2025, 4, 1))


def cart(world) -> tuple[Callable[[], bool], datetime]:
    put = local(2026, 3, 28, 12)  # the night in between has 23 hours; a day here is 24 hours
    cart_with(world, put, Wish(world.adult.pk, 1))
    return lambda: not Cart.objects.exists(), put + timedelta(hours=24) + MOMENT


def mail_body(world) -> tuple[Callable[[], bool], datetime]:
    made = local(2026, 3, 1)
    OutgoingMail.objects.create(
        kind="x", key="x", recipient="a@example.com", text="secret", state="sent", created_at=made
    )
    return lambda: not OutgoingMail.objects.get().text, made + timedelta(days=30) + MOMENT


def consent_cookie(world) -> tuple[Callable[[], bool], datetime]:
    ConsentReceipt.objects.create(
        reference="r", policy_version="x", text_hash="x", choices="", method="form", given_at=local(2023, 10, 29, 12)
    )
    return lambda: not ConsentReceipt.objects.exists(), day_start(date(2026, 10, 30))


def consent_news(world) -> tuple[Callable[[], bool], datetime]:
    MarketingConsent.objects.create(
        reference="m", email="a@example.com", purpose="newsletter", event="withdrawn", method="account",
        text_version="x", text_hash="x", at=local(2024, 10, 27, 12),
    )  # fmt: skip
    return lambda: not MarketingConsent.objects.exists(), day_start(date(2026, 10, 28))


def invitation(world) -> tuple[Callable[[], bool], datetime]:
    ended = local(2026, 3, 1)
    Invitation.objects.create(
        organization=world.organization, email="a@example.com", kind="manager", token_hash="x", created_at=ended - timedelta(days=7), expires_at=ended,
    )  # fmt: skip
    return lambda: not Invitation.objects.exists(), ended + timedelta(days=30) + MOMENT


def newsletters(world) -> tuple[Callable[[], bool], datetime]:
    ended = local(2026, 3, 1)
    issue = Issue.objects.create(reference="N", state="sent", created_at=ended, updated_at=ended, finished_at=ended)
    yes = MarketingConsent.objects.create(
        reference="m", email="a@example.com", purpose="newsletter", event="given", method="account", text_version="x",
        text_hash="x", at=ended,
    )  # fmt: skip
    Recipient.objects.create(issue=issue, consent=yes, email="a@example.com", state="sent")

    def gone() -> bool:
        assert progress_of(Issue.objects.get()).sent == 1
        return not Recipient.objects.exists()

    return gone, ended + timedelta(days=30) + MOMENT


def failing_addresses(world) -> tuple[Callable[[], bool], datetime]:
    """As long as something might be sent to it; without any consent left it goes at once."""
    seen = local(2024, 10, 27, 12)
    for email in ("a@example.com", "nobody@example.com"):
        FailingAddress.objects.create(email=email, reason_code="hard", last_at=seen, blocked_at=seen)
    MarketingConsent.objects.create(
        reference="m", email="a@example.com", purpose="newsletter", event="given", method="account", text_version="x",
        text_hash="x", at=seen,
    )  # fmt: skip
    return lambda: not FailingAddress.objects.exclude(email="nobody@example.com").exists(), day_start(date(2026, 10, 28))


def erasures(world) -> tuple[Callable[[], bool], datetime]:
    """Two years after the night in which the clock was put forward; one that says that something is kept stays."""
    at = local(2024, 3, 31, 12)
    rows = {"scope": "account", "via": "self", "erased_at": at, "backups_until": date(2024, 5, 26)}
    old = Erasure.objects.create(reference="OLD", access_key="x", subject_id=uuid4(), **rows)
    kept = Erasure.objects.create(reference="KEPT", access_key="x", subject_id=uuid4(), **rows)
    kept.lines.create(
        table="sales_order", category="user.name", outcome="kept", count=1, law="x", until=date(2030, 12, 31)
    )
    ErasureNotice.objects.create(organization=world.organization, erasure_reference="OLD", told_at=at)

    def gone() -> bool:
        assert Erasure.objects.filter(pk=kept.pk).exists()
        assert Erasure.objects.filter(pk=old.pk).exists() == ErasureNotice.objects.exists()
        return not Erasure.objects.filter(pk=old.pk).exists()

    return gone, day_start(date(2026, 4, 1))


SCENES = {
    "account": account, "accounting": accounting, "member_evidence": member_evidence, "member_contact": member_contact,
    "sign_in": sign_in, "access_log": access_log, "disclosures": disclosures, "cases": cases, "cart": cart,
    "chat": chat,
    "mail_body": mail_body, "consent_cookie": consent_cookie, "consent_news": consent_news, "invitation": invitation,
    "erasures": erasures, "newsletters": newsletters, "failing_addresses": failing_addresses,
}  # fmt: skip
# Their own rooms test these days, with the numbers and files they need.
TESTED_ELSEWHERE = {
    "cpr": CprNumber, "certificates": None, "authority_files": None, "until_told": None, "packages": None, "guardians": None,
    "usage": None,
}  # fmt: skip


def test_every_rule_has_a_test():
    assert set(SCENES) | set(TESTED_ELSEWHERE) == set(BY_NAME)


def test_every_period_of_the_map_has_a_job():
    periods = {value.name for value in vars(data_map).values() if isinstance(value, Keep)}
    assert periods - {keep for rule in RULES for keep in rule.keeps} == set()


def test_planted_a_rule_that_is_missing_is_caught(monkeypatch):
    monkeypatch.setattr(room, "RULES", tuple(rule for rule in RULES if rule.name != "accounting"))
    periods = {value.name for value in vars(data_map).values() if isinstance(value, Keep)}
    assert periods - {keep for rule in room.RULES for keep in rule.keeps} == {"accounting"}


@pytest.mark.parametrize("name", SCENES)
def test_it_stays_on_its_last_day_and_goes_on_the_next(name, world):
    gone, first = SCENES[name](world)
    run(name, first - 2 * MOMENT if name in {"sign_in", "cart", "mail_body", "invitation", "newsletters"} else first - MOMENT)
    assert not gone(), "gone too early"
    run(name, first)
    assert gone(), "still there"
    run(name, first)  # and once more, as the clock will


def test_a_receipt_goes_with_the_last_thing_that_it_says_is_kept(world):
    gone, _first = erasures(world)
    assert not gone()
    run("erasures", day_start(date(2031, 1, 1)) - MOMENT)
    assert Erasure.objects.filter(reference="KEPT").exists()
    run("erasures", day_start(date(2031, 1, 1)))
    assert not Erasure.objects.exists()


def test_whoever_was_not_warned_is_not_erased(world):
    person = make_person("Silent", "silent@example.com")
    Account.objects.filter(person=person).update(created_at=local(2015, 1, 1))
    Account.objects.exclude(person=person).update(last_login=local(2023, 10, 1))
    run("account", local(2023, 11, 1))
    assert Person.objects.filter(pk=person.pk).exists()
    assert OutgoingMail.objects.filter(kind="account_unused", recipient="silent@example.com").count() == 1
    run("account", local(2023, 11, 20))
    assert Person.objects.filter(pk=person.pk).exists()
    run("account", local(2023, 12, 2))
    assert not Person.objects.filter(pk=person.pk).exists()


def test_whoever_comes_back_after_the_warning_stays(world):
    person = make_person("Silent", "silent@example.com")
    Account.objects.exclude(person=person).update(last_login=local(2023, 10, 1))
    Account.objects.filter(person=person).update(created_at=local(2015, 1, 1))
    run("account", local(2023, 11, 1))
    Account.objects.filter(person=person).update(last_login=local(2023, 11, 2))
    run("account", local(2023, 12, 2))
    assert Person.objects.filter(pk=person.pk).exists()


def test_the_log_cannot_be_emptied_before_its_time_nor_by_hand(world, now):
    from django.db import DatabaseError, connection, transaction

    audit.record(
        action="looked_up", actor=SYSTEM, now=datetime.now(UTC) - timedelta(days=300), organization_id=None,
        object_kind="order", object_reference="X", why="secret",
    )  # fmt: skip
    audit.seal_entries()
    assert not audit.forget_payloads(before=datetime.now(UTC) + timedelta(days=9999))
    for statement in ("UPDATE core_auditentry SET payload = NULL", "UPDATE core_auditseal SET payload_hash = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_runs_are_written_down_for_the_association(world):
    gone, first = accounting(world)
    run("accounting", first)
    found = RetentionRun.objects.get()
    assert (found.organization, found.rule, found.ran_on, found.rows) == (
        world.organization,
        "accounting",
        date(2031, 4, 1),
        4,
    )


def test_the_calendar_says_when_what_goes(world):
    paid_order(world, datetime(2026, 3, 1, 12, tzinfo=UTC), Wish(world.adult.pk, 1))
    _member(world, left_on=date(2026, 1, 31))
    coming = calendar_of(organization=world.organization, now=datetime(2026, 3, 2, tzinfo=UTC)).coming
    assert [(going.month, going.rule.name, going.count) for going in coming if going.rule.name != "access_log"] == [
        (date(2027, 2, 1), "member_contact", 1),
        (date(2031, 2, 1), "member_evidence", 1),
        (date(2032, 1, 1), "accounting", 1),
    ]
