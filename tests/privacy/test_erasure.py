"""Deletion: what goes, what the law keeps, whom it must not touch, and that it is really done."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection

from conbillet.accounts.models import Account, EmailProof, Person
from conbillet.catalogue.models import Price
from conbillet.core import audit
from conbillet.core.data_map import data_map
from conbillet.core.keys import KeyDestroyed
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Member, Membership
from conbillet.organizations.models import Role, RoleKind
from conbillet.privacy.erasure import plan
from conbillet.privacy.erasure.erase import OnlyOwner
from conbillet.privacy.erasure.keeping import UNTIL
from conbillet.privacy.erasure.ledger import ledger, subject_keys
from conbillet.privacy.erasure.plan import plan_of
from conbillet.privacy.erasure.replay import replay_ledger, waiting
from conbillet.privacy.models import AuthorityCase, AuthoritySubject, Erasure, ErasureLine, ErasureNotice
from conbillet.privacy.reach import guest, subject_of
from conbillet.privacy.residue import Needles, in_database
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.sales.models import Order, Participant, Receipt
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.workflows.erasure import erase_after_case, erase_myself, get_erasure, preview_erasure
from tests import invariants
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.purchases import order_of, paid_order, pay_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    """A ledger and keys of this test's own."""
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


@pytest.fixture
def ada(world, now):
    person = make_person("Ada Lund", "ada@example.com", phone="12345678", street="Skovvej 1")
    EmailProof.objects.create(person=person, email="ada@example.com", method="code", proven_at=now)
    return person


def bought(world, now, ada, *wishes) -> Order:
    order = paid_order(world, now, *(wishes or (Wish(world.adult.pk, 2),)))
    attach_orders(person_id=ada.pk, email="ada@example.com", now=now)
    order.refresh_from_db()
    assert order.buyer_id == ada.pk
    return order


def test_account_profile_and_buyer_are_gone_and_the_sale_stays(world, now, ada):
    order = bought(world, now, ada)
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    assert not Person.objects.filter(pk=ada.pk).exists()
    assert not Account.objects.filter(email="ada@example.com").exists()
    assert not EmailProof.objects.exists()
    order.refresh_from_db()
    assert (order.buyer_id, order.buyer_name, order.buyer_email, order.buyer_street) == (None, "", "", "")
    assert set(Receipt.objects.values_list("buyer_name", flat=True)) == {""}
    mine, other = Participant.objects.order_by("pk")
    assert (mine.name, mine.email, mine.birth_date, mine.person_id) == ("", "", None, None)
    assert (other.name, other.email) == ("Bo Lund", "bo@example.com")
    assert Ticket.objects.filter(voided_at=None).count() == 2
    assert erasure.lines.filter(table="accounts_person", outcome="deleted").exists()
    assert not erasure.lines.filter(outcome="kept").exists()
    assert invariants.broken() == []


def test_a_receipt_of_3000_kroner_keeps_its_buyer_until_the_books_may_go(world, now, ada):
    Price.objects.filter(product=world.adult).update(amount=160_000)
    order = bought(world, now, ada)
    assert order.amount >= 300_000
    world.organization.accounting_year_start_month = 7
    world.organization.save()
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    order.refresh_from_db()
    assert (order.buyer_id, order.buyer_name, order.buyer_street) == (None, "Ada Lund", "Skovvej 1")
    assert order.buyer_email == ""
    kept = erasure.lines.filter(outcome="kept", table="sales_order")
    assert {line.until for line in kept} == {date(2031, 6, 30)}
    assert {line.law for line in kept} == {"bogføringsloven § 12"}


def test_members_keep_their_evidence_and_lose_their_contact(world, now, ada):
    bought(world, now, ada, Wish(world.membership.pk, 1))
    Member.objects.update(phone="12345678")
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    member = Member.objects.get()
    assert (member.name, member.birth_date, member.person_id) == ("Ada Lund", date(1990, 5, 1), None)
    assert (member.email, member.phone) == ("", "")
    assert Membership.objects.get().payer_name == "Ada Lund"
    until = set(erasure.lines.filter(outcome="kept", table__startswith="memberships").values_list("until", flat=True))
    assert until == {date(2031, 12, 31)}


def test_members_without_evidence_are_emptied_whole_and_more_than_once(world, now):
    for name in ("One", "Two"):
        person = make_person(name, f"{name.lower()}@example.com")
        Member.objects.create(organization=world.organization, person=person, member_no=name, name=name, created_at=now)
        erase_myself(person=person, void_tickets=False, now=now)
    assert set(Member.objects.values_list("name", "member_no")) == {("", "")}


def test_the_one_who_paid_for_a_child_is_listed_as_kept(world, now, ada):
    order = bought(world, now, ada, Wish(world.membership.pk, 2))
    assert Membership.objects.filter(payer_name="Ada Lund").count() == 2
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    line = erasure.lines.get(outcome="kept", table="memberships_membership", category="user.name")
    assert line.count == Membership.objects.filter(payer_name="Ada Lund").count() == 2
    assert Order.objects.get(pk=order.pk).buyer_name == ""


def test_the_preview_is_what_happens(world, now, ada):
    bought(world, now, ada)
    shown = preview_erasure(subject=subject_of(ada), now=now)
    assert len(shown.live_tickets) == 1
    assert [organization.slug for organization in shown.told] == ["alea"]
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    written = {
        (line.organization_id, line.table, line.category, line.outcome, line.law, line.until): line.count
        for line in erasure.lines.all()
    }
    assert written == {tuple(line): count for line, count in shown.plan.lines.items()}
    assert erasure.backups_until == shown.backups_until == date(2026, 4, 26)


def test_a_preview_changes_nothing(world, now, ada):
    order = bought(world, now, ada)
    preview_erasure(subject=subject_of(ada), now=now)
    order.refresh_from_db()
    assert order.buyer_id == ada.pk and not list(ledger().entries())


def test_unpaid_orders_end_and_their_places_are_free(world, now, ada):
    order = order_of(world, now, Wish(world.adult.pk, 2))
    attach_orders(person_id=ada.pk, email="ada@example.com", now=now)
    world.people.refresh_from_db()
    assert world.people.held == 2
    erase_myself(person=ada, void_tickets=False, now=now)
    world.people.refresh_from_db()
    order.refresh_from_db()
    assert (world.people.held, order.state) == (0, Order.State.CANCELLED)
    run_jobs()
    assert invariants.broken() == []


def test_tickets_can_be_made_worthless_but_only_ones_own(world, now, ada):
    bought(world, now, ada)
    erase_myself(person=ada, void_tickets=True, now=now)
    live = Ticket.objects.get(voided_at=None)
    assert live.participant.name == "Bo Lund"
    assert invariants.broken() == []


def test_the_only_owner_must_hand_over_first(world, now):
    with pytest.raises(OnlyOwner, match="ALEA"):
        erase_myself(person=world.owner, void_tickets=False, now=now)
    assert not list(ledger().entries())
    Role.objects.create(organization=world.organization, person=world.buyer, kind=RoleKind.OWNER, granted_at=now)
    erase_myself(person=world.owner, void_tickets=False, now=now)
    assert not Role.objects.filter(person_id=world.owner.pk).exists()


def test_what_staff_did_stays_without_them(world, now, ada):
    bought(world, now, ada)
    ticket = Ticket.objects.first()
    CheckIn.objects.create(
        organization=world.organization, ticket=ticket, event=world.event, at=now, by=world.door_crew
    )
    erase_myself(person=world.door_crew, void_tickets=False, now=now)
    check_in = CheckIn.objects.get()
    assert check_in.by_id is None
    assert Participant.objects.filter(name="Ada Lund").exists()


def test_keys_are_destroyed_and_the_chain_still_verifies(world, now, ada):
    audit.record(
        action="looked_up", actor=world.actor(world.owner), now=now, organization_id=world.organization.pk,
        object_kind="order", object_reference="X", subject=ada.pk, why="secret",
    )  # fmt: skip
    audit.seal_entries()
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    with pytest.raises(KeyDestroyed):
        subject_keys().key_for(ada.pk)
    assert audit.broken_seals(world.organization.pk) == []
    assert erasure.lines.filter(outcome="key_destroyed", table="core_auditentry").exists()


def test_recipients_are_told_without_a_name(world, now, ada):
    order = bought(world, now, ada)
    run_jobs()
    erase_myself(person=ada, void_tickets=False, now=now)
    notice = ErasureNotice.objects.get()
    assert (notice.organization, notice.orders) == (world.organization, order.reference)
    run_jobs()
    mail = OutgoingMail.objects.get(kind="erasure_notice")
    assert mail.recipient == world.organization.email and mail.state == "sent"
    assert order.reference[:4] in mail.text and "Ada" not in mail.text and "ada@" not in mail.text


def test_the_receipt_is_mailed_once_and_its_address_forgotten(world, now, ada, mailoutbox):
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    run_jobs()
    sent = [mail for mail in mailoutbox if mail.to == ["ada@example.com"]]
    assert len(sent) == 1 and erasure.reference in sent[0].body and erasure.access_key in sent[0].body
    row = OutgoingMail.objects.get(kind="erasure_receipt")
    assert (row.recipient, row.subject, row.text, row.state) == ("", "", "", "sent")


def test_the_receipt_opens_by_its_secret_only(world, now, ada):
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    assert get_erasure(reference=erasure.reference, access_key=erasure.access_key) == erasure
    assert get_erasure(reference=erasure.reference, access_key="x") is None


def test_the_same_address_later_is_somebody_new(world, now, ada):
    order = bought(world, now, ada)
    erase_myself(person=ada, void_tickets=False, now=now)
    again = make_person("Ada Again", "ada@example.com")
    assert attach_orders(person_id=again.pk, email="ada@example.com", now=now) == 0
    order.refresh_from_db()
    assert order.buyer_id is None


def test_a_guest_is_erased_by_a_proven_address(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 2))
    erasure = erase_after_case(email="ADA@example.com", actor=world.actor(world.owner), now=now)
    order.refresh_from_db()
    assert (order.buyer_email, order.buyer_name, erasure.scope) == ("", "", "guest")
    assert "ada" not in (settings.CONBILLET_KEYS / "erasures" / "ledger.jsonl").read_text().lower()
    assert Participant.objects.filter(name="Bo Lund").exists()


def test_a_guest_whom_a_backup_brings_back_is_erased_again(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    erase_after_case(email="ada@example.com", actor=world.actor(world.owner), now=now)
    Order.objects.filter(pk=order.pk).update(buyer_email="ada@example.com", buyer_name="Ada Lund")
    Erasure.objects.all().delete()  # as the restored database
    assert len(replay_ledger(now=now + timedelta(days=3))) == 1
    order.refresh_from_db()
    assert (order.buyer_email, order.buyer_name) == ("", "")


def test_a_replay_does_nothing_where_everything_is_done(world, now, ada):
    erase_myself(person=ada, void_tickets=False, now=now)
    assert waiting(now=now) == [] and replay_ledger(now=now) == []
    assert Erasure.objects.count() == 1


def test_a_crash_after_the_ledger_is_finished_by_a_replay(world, now, ada, monkeypatch):
    order = bought(world, now, ada)
    from conbillet.privacy.erasure import erase as room

    def crash(*_args, **_rest):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(room, "carry_out", crash)
        with pytest.raises(RuntimeError):
            erase_myself(person=ada, void_tickets=False, now=now)
    assert Person.objects.filter(pk=ada.pk).exists() and len(waiting(now=now)) == 1
    (erasure,) = replay_ledger(now=now + timedelta(hours=1))
    order.refresh_from_db()
    assert (order.buyer_name, erasure.via, erasure.erased_at) == ("", "replay", now)
    assert OutgoingMail.objects.filter(kind="erasure_receipt", recipient="ada@example.com").exists()


def test_everything_that_the_map_keeps_says_until_when():
    kept = {
        table.name
        for table in data_map.load().tables.values()
        for column in table.columns.values()
        if column.erase and column.erase.how == "kept"
    }
    assert kept == set(UNTIL)


def test_every_line_of_a_receipt_is_a_count(world, now, ada):
    bought(world, now, ada)
    erasure = erase_myself(person=ada, void_tickets=False, now=now)
    assert ErasureLine.objects.filter(erasure=erasure, count=0).count() == 0
    run_jobs()
    assert plan_of(guest("ada@example.com"), now=now).is_empty


def test_orders_paid_later_by_others_stay_untouched(world, now, ada):
    from tests.purchases import BO

    bought(world, now, ada)
    order = order_of(world, now, Wish(world.adult.pk, 1), people=(BO,))
    pay_for(order, now)
    erase_myself(person=ada, void_tickets=False, now=now)
    order.refresh_from_db()
    assert (order.buyer_name, order.buyer_email) == ("Bo Lund", "bo@example.com")


def authority_case(person, now, **fields) -> AuthorityCase:
    case = AuthorityCase.objects.create(
        reference=f"CASE{AuthorityCase.objects.count()}", authority="Østjyllands Politi", legal_ground="kendelse",
        request="x", categories="user.name", received_on=now.date(), opened_at=now, state="delivered", **fields,
    )  # fmt: skip
    AuthoritySubject.objects.create(case=case, subject_id=person.pk)
    return case


def lines_about_authorities(person, now) -> set[str]:
    preview = preview_erasure(subject=subject_of(person), now=now)
    erasure = erase_myself(person=person, void_tickets=False, now=now)
    assert {line.table for line in preview.plan.lines} == set(erasure.lines.values_list("table", flat=True))
    return {line.table for line in preview.plan.lines if "authority" in line.table}


def test_a_request_of_the_police_that_is_still_secret_is_on_no_preview_and_no_receipt(world, now, ada):
    case = authority_case(ada, now, silence_why="efterforskning", silence_until=now.date() + timedelta(days=90))
    assert lines_about_authorities(ada, now) == set()
    assert AuthoritySubject.objects.get().case == case  # untouched


def test_one_that_was_told_about_is_on_the_receipt_as_kept(world, now, ada):
    authority_case(ada, now, told_at=now)
    assert "privacy_authoritycase" in lines_about_authorities(ada, now)


def test_planted_a_preview_that_tells_of_a_secret_request_is_caught(world, now, ada, monkeypatch):
    monkeypatch.setattr(plan, "NOT_SAID", {})
    authority_case(ada, now)
    assert lines_about_authorities(ada, now) != set()


@pytest.mark.django_db(transaction=True)
def test_the_samples_that_the_database_took_are_forgotten(now, owner_connection, tmp_path, monkeypatch):
    """PostgreSQL keeps values of columns to plan with. They would outlive the rows until somebody changes a fifth of a table."""
    monkeypatch.setattr(settings, "CONBILLET_DATA", tmp_path)
    person = make_person("Sample Canary Qzv", "sample-canary-qzv@example.com")
    make_person("Somebody Else", "else@example.com")
    owner_connection.execute("ANALYZE accounts_person, accounts_account")
    values = Needles(["Sample Canary Qzv", "sample-canary-qzv@example.com"])
    erase_myself(person=person, void_tickets=False, now=now)
    left = {hit.place for hit in in_database(values) if hit.place.startswith("statistics")}
    assert left == {"statistics of accounts_person.name", "statistics of accounts_account.email"}  # before the job: the twin
    run_jobs()
    assert [hit for hit in in_database(values) if hit.place.startswith("statistics")] == []


def test_nobody_can_have_other_things_looked_at(owner_connection):
    with connection.cursor() as cursor:
        for name in ("no_such_table", "privacy_attendee", 'accounts_person"; DROP TABLE x; --'):
            cursor.execute("SELECT privacy_sample_anew(%s)", [name])
