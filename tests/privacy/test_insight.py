"""Insight is complete, and nobody else's: a canary's every value is in the package, and none of a twin's.

Each of the two has a planted bug that it must catch.
"""

import html
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import transaction

from conbillet.core.actor import Actor, ActorKind
from conbillet.core.data_map import PURCHASES, SERVICES, data_map
from conbillet.mail.models import OutgoingMail
from conbillet.privacy import reach
from conbillet.privacy.actions.disclose_to_organization import disclose_to_organization
from conbillet.privacy.actions.look_up import look_up
from conbillet.privacy.insight.collect import collect
from conbillet.privacy.insight.others import Others
from conbillet.privacy.insight.package import as_json, files_of
from conbillet.privacy.models import AuthorityCase, AuthoritySubject, Disclosure
from conbillet.privacy.reach import guest, subject_of
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.workflows.refunds import refund_lines
from conbillet.workflows.transfers import confirm_received
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.purchases import order_of, paid_order

from .canary import Canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    monkeypatch.setattr(settings, "CONBILLET_DATA", tmp_path / "data")


@pytest.fixture
def roomy(world):
    for quota in (world.people, world.beds):
        quota.size = 1000
        quota.save()
    return world


@pytest.fixture
def canary(roomy, now):
    bird = Canary(roomy, now)
    bird.live()
    return bird


@pytest.fixture
def twin(roomy, now, canary):
    """Somebody else at the same event, through the same use cases."""
    bird = Canary(roomy, now)
    bird.live()
    return bird


def told(subject, now) -> str:
    return as_json(collect(subject=subject, now=now), settings.CONBILLET_OPERATOR)


def secrets(bird: Canary) -> dict[str, tuple[str, str]]:
    """What the map does not hand out → the table and column that must say so."""
    return {
        bird.totp: ("mfa_authenticator", "data"),
        bird.number: ("certificates_cprnumber", "sealed"),
        bird.pending: ("django_session", "session_data"),
    }


def missing(bird: Canary, now) -> list[str]:
    text = told(subject_of(bird.person), now)
    return [value for value in bird.values if value not in text and value not in secrets(bird)]


def leaked(bird: Canary, other: Canary, now) -> list[str]:
    insight = collect(subject=subject_of(bird.person), now=now)
    files = files_of(insight, language="da", operator=settings.CONBILLET_OPERATOR)
    text = files["data.json"].decode() + files["index.html"].decode()
    return [value for value in {*other.values, str(other.person.pk)} if value in text and value != "203.0.113.77"]


@pytest.mark.proves("right.insight")
def test_every_value_of_theirs_is_told(canary, now):
    assert missing(canary, now) == []


def test_what_is_not_handed_out_is_named_with_why(canary, now):
    insight = collect(subject=subject_of(canary.person), now=now)
    named = {(thing.table, column) for thing in insight.things for column, why in thing.omitted.items() if why}
    assert set(secrets(canary).values()) <= named
    assert not [secret for secret in secrets(canary) if secret in told(subject_of(canary.person), now)]


@pytest.mark.proves("right.insight")
def test_nothing_of_a_twin_is_told(canary, twin, now):
    assert leaked(canary, twin, now) == [] and leaked(twin, canary, now) == []


def without(table: str, column: str, monkeypatch) -> None:
    """Plant: the map forgets that a column is personal."""
    declared = data_map.load().tables[table]
    columns = {**declared.columns, column: replace(declared.columns[column], kind="technical")}
    columns.pop(column)
    monkeypatch.setitem(data_map.tables, table, replace(declared, columns=columns))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("accounts_person", "phone"),
        ("usersessions_usersession", "user_agent"),
        ("support_case", "subject"),
        ("sales_participant", "name"),
    ],
)
def test_planted_a_column_that_is_forgotten_is_noticed(canary, now, monkeypatch, table, column):
    if column == "subject":  # what was written stands in the case's text as well
        without(table, "text", monkeypatch)
        without("support_casenote", "text", monkeypatch)
        without("support_chatmessage", "body", monkeypatch)
        without("mail_outgoingmail", "text", monkeypatch)
        without("mail_outgoingmail", "html", monkeypatch)
    if column == "name":
        for name in ("text", "html", "subject"):
            without("mail_outgoingmail", name, monkeypatch)
    without(table, column, monkeypatch)
    assert missing(canary, now)


@pytest.mark.parametrize("table", ["accounts_person", "support_case", "mail_outgoingmail", "sales_participant"])
def test_planted_a_path_that_leads_to_everybody_is_noticed(canary, twin, now, monkeypatch, table):
    honest = reach.rows_of

    def careless(declared, subject):
        rows = honest(declared, subject)
        return rows.model._default_manager.all() if declared.name == table else rows

    monkeypatch.setattr(reach, "rows_of", careless)
    assert leaked(canary, twin, now)


def test_planted_names_of_friends_in_mails_are_noticed(roomy, now, monkeypatch):
    """Staff may name a friend on one's own order, in a mail and in a reason; the package has both without them."""
    roomy.event.transfer_allowed = True
    roomy.event.version += 1  # offers are remembered by it
    roomy.event.save()
    order = order_of(roomy, now, Wish(roomy.adult.pk, 2), method="transfer")
    confirm_received(order=order, amount=order.amount, actor=roomy.actor(roomy.owner), now=now)
    refund_lines(
        order=order, lines=list(order.lines.all()), reason="requested", actor=roomy.actor(roomy.owner), now=now,
        note="BO LUND is ill",
    )  # fmt: skip
    ada = make_person("Ada Lund", "ada@example.com")
    attach_orders(person_id=ada.pk, email="ada@example.com", now=now)
    run_jobs()
    words = "Write to Bo Lund <bo@example.com>, or to Bobo Lundby."
    OutgoingMail.objects.filter(about=order.reference).update(text=words, html=html.escape(words))
    text = told(subject_of(ada), now)
    assert not [name for name in ("Bo Lund ", "BO LUND", "bo@example.com") if name in text]
    assert "Write to […] <[…]>, or to Bobo Lundby." in text and "is ill" in text
    monkeypatch.setattr(Others, "out_of", lambda self, table, column, text: text)
    text = told(subject_of(ada), now)
    assert all(name in text for name in ("Bo Lund ", "BO LUND", "bo@example.com"))


def test_a_holder_on_somebody_elses_order_sees_themselves_and_not_the_buyer(roomy, now):
    paid_order(roomy, now, Wish(roomy.adult.pk, 2))
    bo = make_person("Bo Lund", "bo@example.com")
    attach_orders(person_id=bo.pk, email="bo@example.com", now=now)
    run_jobs()
    text = told(subject_of(bo), now)
    assert "Bo Lund" in text and "Ada Lund" not in text and "ada@example.com" not in text


def test_who_had_no_account_when_they_were_handed_over_is_told_all_the_same(roomy, now):
    """The office's list names people without an account by a number made of their row."""
    paid_order(roomy, now, Wish(roomy.adult.pk, 2))
    with transaction.atomic():
        disclose_to_organization(
            organization=roomy.organization, event=roomy.event, purpose=Disclosure.Purpose.EXPORT, form="csv",
            actor=roomy.actor(roomy.owner), now=now,
        )  # fmt: skip
    for email in ("ada@example.com", "bo@example.com"):
        (one,) = collect(subject=guest(email), now=now).handovers
        assert (one.purpose, one.organization, len(one.fields)) == ("export", roomy.organization.pk, 6)
    ada = make_person("Ada Lund", "ada@example.com")
    attach_orders(person_id=ada.pk, email="ada@example.com", now=now)
    assert len(collect(subject=subject_of(ada), now=now).handovers) == 1
    assert collect(subject=guest("nobody@example.com"), now=now).is_empty


def test_look_ups_are_listed_with_day_and_purpose_and_without_names(canary, roomy, now):
    staff = Actor(ActorKind.STAFF, roomy.owner.pk)
    look_up(kind="person", reference="x", subject=canary.person.pk, purpose=PURCHASES, actor=staff, now=now)
    order = canary.orders["guest"]
    look_up(kind="order", reference=order.reference, subject=None, purpose=SERVICES, actor=staff, now=now)
    insight = collect(subject=subject_of(canary.person), now=now)
    assert {(one.action, one.purpose, one.at) for one in insight.look_ups} == {
        ("looked_up_person", PURCHASES, now), ("looked_up_order", SERVICES, now),
        ("looked_up_cpr", f"For {canary.name}", now),
    }  # fmt: skip
    page = files_of(insight, language="da", operator=settings.CONBILLET_OPERATOR)["index.html"].decode()
    assert "Så på din ordre: for at svare en, der har skrevet til os" in page
    assert roomy.owner.name not in page and str(roomy.owner.pk) not in page


def test_a_request_of_an_authority_is_not_told_before_its_time(canary, now):
    case = AuthorityCase.objects.create(
        reference="AUTH0001", authority="Politiet", legal_ground="retsplejeloven § 804", request="?", categories="user.name",
        received_on=now.date(), opened_at=now,
    )  # fmt: skip
    AuthoritySubject.objects.create(case=case, subject_id=canary.person.pk)
    assert "AUTH0001" not in told(subject_of(canary.person), now)
    AuthorityCase.objects.update(told_at=now)
    assert "AUTH0001" in told(subject_of(canary.person), now)


def test_rows_say_until_when_they_are_kept(canary, now):
    things = {thing.table: thing for thing in collect(subject=subject_of(canary.person), now=now).things}
    days = {table: {rule for row in thing.rows for rule in row.kept_until} for table, thing in things.items()}
    assert days["sales_order"] == days["tickets_ticket"] == {"accounting"}
    assert days["memberships_member"] == {"member_evidence", "member_contact"}
    assert days["usersessions_usersession"] == {"sign_in"} and days["sales_cart"] == {"cart"}
    assert {row.kept_until["accounting"].isoformat() for row in things["sales_order"].rows} == {"2031-12-31"}


def test_of_dues_that_were_paid_for_another_only_the_payer_is_told(canary, now):
    """In the register, and in the lists of the year."""
    things = [
        one
        for one in collect(subject=subject_of(canary.person), now=now).things
        if one.beyond and "member" in one.table
    ]
    assert {one.table for one in things} == {"memberships_membership", "memberships_documenteddues"}
    for thing in things:
        assert {row.values["payer_name"] for row in thing.rows} == {canary.name}
        assert "Other Child" not in str(thing.rows)
