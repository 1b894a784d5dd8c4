"""I10: an erased person leaves no residue. The search does not use the data map, so it finds what the map forgot.

What is left must be exactly what the receipt says is kept. Each test has a twin with a planted bug that it must catch.
"""

import logging
from dataclasses import replace

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Price
from conbillet.certificates.models import CertificateRequest
from conbillet.core import audit
from conbillet.core.data_map import data_map
from conbillet.core.facts import announce
from conbillet.core.keys import KeyDestroyed
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import DocumentedDues
from conbillet.privacy.erasure import plan, work
from conbillet.privacy.erasure.replay import replay_ledger
from conbillet.privacy.insight.store import fetch
from conbillet.privacy.models import BreachSubject, Erasure, Guardianship, InsightPackage, Limit
from conbillet.privacy.residue import search
from conbillet.sales.models import Order, Participant
from conbillet.support.models import CaseAttachment
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.undo_check_in import undo_check_in
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.workflows.erasure import erase_after_case, erase_myself
from tests import invariants
from tests.jobs import run_jobs
from tests.login import log_in

from .canary import Canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    monkeypatch.setattr(settings, "CONBILLET_DATA", tmp_path)


@pytest.fixture
def canary(world, now, tmp_path):
    """Has lived; what the house logged meanwhile is a file beside the keys."""
    for quota in (world.people, world.beds):
        quota.size = 100
        quota.save()
    handler = logging.FileHandler(tmp_path / "web.log")
    for one in settings.LOGGING.get("filters", {}).values():
        made = one["()"]
        if isinstance(made, str):
            module, _, name = made.rpartition(".")
            made = getattr(__import__(module, fromlist=[name]), name)
        handler.addFilter(made())
    root = logging.getLogger()
    root.addHandler(handler)
    bird = Canary(world, now)
    bird.live()
    yield bird
    root.removeHandler(handler)
    handler.close()


def places(canary: Canary, tmp_path, *values: str) -> set[str]:
    return {hit.place for hit in search(values or canary.values, folders=[tmp_path])}


def kept_places(erasure: Erasure) -> set[str]:
    """The columns of which the receipt says that they are kept, by the categories of the map."""
    return {
        f"{line.table}.{column.name}"
        for line in erasure.lines.filter(outcome="kept")
        for column in data_map.load().tables[line.table].columns.values()
        if column.category == line.category
    }


# Dates, numbers and codes are no canaries: these columns' values cannot be searched for.
NOT_SEARCHED = {
    "memberships_member.member_no", "memberships_member.birth_date", "memberships_member.gender",
    "memberships_member.postcode", "memberships_member.country", "memberships_member.municipality_code",
    "sales_order.buyer_postcode", "sales_order.buyer_country",
    "memberships_documentedmember.member_no", "memberships_documentedmember.birth_date",
    "memberships_documentedmember.postcode", "memberships_documentedmember.country",
    "memberships_membership.payer_relation", "memberships_documenteddues.payer_relation",
}  # fmt: skip


def erased(canary: Canary) -> Erasure:
    erasure = erase_myself(person=canary.person, void_tickets=False, now=canary.now)
    run_jobs()
    return erasure


def test_the_canary_is_everywhere_before(canary, tmp_path):
    """Or the next tests would prove nothing."""
    found = places(canary, tmp_path)
    assert found >= {
        "accounts_person.name", "accounts_person.phone", "accounts_account.email", "accounts_emailproof.email",
        "sales_order.buyer_name", "sales_participant.badge_name", "sales_receipt.buyer_name", "memberships_member.street",
        "memberships_membership.payer_name", "tickets_checkin.undo_reason", "support_case.text", "support_casenote.text",
        "mail_outgoingmail.text", "organizations_invitation.email", "consents_marketingconsent.email",
        "usersessions_usersession.ip", "usersessions_usersession.user_agent", "sales_cancellation.reason",
        "account_emailaddress.email", "mfa_authenticator.data", "django_session.session_data", "certificates_cprnumber.sealed",
        "certificates_certificaterequest.name", "organizations_agreement.accepted_name", "mail_outgoingmail.recipient", "support_caseattachment.title", "support_caseattachment.content",
        "memberships_documentedmember.name", "memberships_documenteddues.payer_name",
        "core_auditentry.payload", "package of insight", "support_chat.name", "support_chat.email", "support_chatmessage.body",
        "support_chatfile.content",
        "newsletters_recipient.email", "newsletters_failingaddress.email",
    }  # fmt: skip
    assert not {place for place in found if place.startswith("procrastinate")}
    assert "file web.log" not in found


def test_what_is_left_is_what_the_receipt_says(canary, tmp_path):
    erasure = erased(canary)
    found = places(canary, tmp_path)
    assert found == kept_places(erasure) - NOT_SEARCHED
    assert found == {
        "memberships_member.name", "memberships_member.street", "memberships_member.city", "memberships_membership.payer_name",
        "memberships_documentedmember.name", "memberships_documentedmember.street", "memberships_documentedmember.city",
        "memberships_documenteddues.payer_name",
    }  # fmt: skip
    assert places(canary, tmp_path, canary.email, canary.phone, canary.browser, canary.words, "203.0.113.77") == set()
    assert invariants.broken() == []


def test_a_large_sale_keeps_its_name_and_nothing_else(canary, tmp_path, world):
    from conbillet.sales.actions.add_to_cart import Wish
    from conbillet.sales.actions.attach_orders import attach_orders
    from tests.purchases import order_of, pay_for

    Price.objects.filter(product=world.adult).update(amount=300_000)
    world.event.version += 1
    world.event.save(update_fields=["version"])
    order = pay_for(order_of(world, canary.now, Wish(world.adult.pk, 1), people=(canary.details,)), canary.now)
    attach_orders(person_id=canary.person.pk, email=canary.email, now=canary.now)
    run_jobs()
    erasure = erased(canary)
    found = places(canary, tmp_path)
    assert found == kept_places(erasure) - NOT_SEARCHED
    assert {"sales_order.buyer_name", "sales_order.buyer_street", "sales_receipt.buyer_name"} < found
    assert Order.objects.get(buyer_name=canary.name) == order


def test_the_id_is_left_only_in_proofs_that_name_nobody(canary, tmp_path):
    """A failure of others: the identity kept in the log of the anonymisation."""
    erased(canary)
    assert places(canary, tmp_path, str(canary.person.pk)) <= {
        "core_auditentry.actor_id", "core_auditentry.subject_id", "core_auditentry.object_reference",
        "privacy_erasure.subject_id", "privacy_disclosedperson.subject_id", "privacy_breachsubject.subject_id",
        "file keys/erasures/ledger.jsonl", f"file keys/subjects/{canary.person.pk.hex[-2:]}/…",
    }  # fmt: skip


def test_nobody_is_logged_in_any_more(canary):
    key = canary.client.session.session_key
    assert Session.objects.filter(session_key=key).exists()
    erased(canary)
    assert not Session.objects.filter(session_key=key).exists()
    assert canary.client.get("/my/").status_code == 302


def test_others_are_untouched(canary, world):
    before = set(Participant.objects.filter(name="Other Child").values_list("pk", "birth_date"))
    erased(canary)
    assert before == set(Participant.objects.filter(name="Other Child").values_list("pk", "birth_date")) != set()
    assert CheckIn.objects.get().by_id == world.door_crew.pk


def test_a_guest_leaves_nothing_either(world, now, tmp_path):
    bird = Canary(world, now)
    bird.buy_as_guest()
    bird.write()
    run_jobs()
    assert places(bird, tmp_path)
    erase_after_case(email=bird.email, actor=world.actor(world.owner), now=now)
    run_jobs()
    assert places(bird, tmp_path) == set()


def test_a_restored_backup_is_erased_again(canary, tmp_path):
    """A backup holds the rows, not the ledger and the keys; replaying the ledger takes the person out again."""
    dump = transaction.savepoint()
    erased(canary)
    transaction.savepoint_rollback(dump)
    assert "accounts_person.name" in places(canary, tmp_path)  # restored, and not replayed: the twin
    (again,) = replay_ledger(now=canary.now)
    run_jobs()
    assert places(canary, tmp_path) == kept_places(again) - NOT_SEARCHED


def test_a_backup_cannot_read_what_was_sealed(canary, tmp_path):
    from conbillet.core.models import AuditEntry

    entry = AuditEntry.objects.get(action="person_looked_up")
    assert audit.details_of(entry)["reason"] == canary.name
    dump = transaction.savepoint()
    erased(canary)
    transaction.savepoint_rollback(dump)
    with pytest.raises(KeyDestroyed):
        audit.details_of(entry)


def test_a_login_that_was_begun_elsewhere_ends(canary):
    """Another browser's session names the address that was typed there, packed, and stands on no list of devices."""
    assert Session.objects.exclude(session_key=canary.client.session.session_key).count() > 0
    erased(canary)
    assert not Session.objects.exists()


def test_the_package_of_insight_goes_with_its_file(canary, tmp_path):
    (file,) = (tmp_path / "packages").glob("*.sealed")
    erased(canary)
    assert not file.exists() and not InsightPackage.objects.exists()


def test_planted_a_package_that_stays_cannot_be_opened_but_is_noticed(canary, tmp_path, monkeypatch):
    monkeypatch.setattr(work, "_remove_packages", lambda plan: None)
    (file,) = (tmp_path / "packages").glob("*.sealed")
    package = InsightPackage.objects.get()
    erased(canary)
    with pytest.raises(KeyDestroyed):
        fetch(package)
    assert file.exists()


def test_a_session_of_somebody_else_goes_on(canary, world):
    other = log_in(Client(), world.buyer)
    erased(canary)
    assert other.get("/my/").status_code == 200


def test_the_certificate_is_not_waited_for_any_more_and_nobody_can_read_how_it_ended(canary):
    CertificateRequest.objects.update(state=CertificateRequest.State.REMARKS)
    erased(canary)
    request = CertificateRequest.objects.get()
    assert (request.state, request.name, request.number_mark, request.person_id) == ("", "", "", None)


def test_the_friends_keep_what_is_theirs(canary):
    """Their orders, their tickets, their address: only our copies of letters that name the canary are emptied."""
    erased(canary)
    order = Order.objects.get(buyer_email="freja@example.com")
    mine, other = order.participants.order_by("pk")
    assert (order.buyer_name, mine.name, other.name, other.email) == ("Freja Friend", "Freja Friend", "", "")
    assert Participant.objects.filter(name="Freja Friend", email="freja@example.com").count() == 2
    letters = OutgoingMail.objects.filter(recipient="freja@example.com")
    assert letters and not [letter for letter in letters if canary.name in letter.text + letter.html]


# --- Planted bugs ---------------------------------------------------------------------------------------------------------------
def test_what_others_did_with_the_canary_is_gone_too(canary):
    """The limit, the guardian's row, the file in the case; whom a breach concerned stays as a bare id until its two years end."""
    erasure = erased(canary)
    assert not Limit.objects.exists() and not Guardianship.objects.exists()
    assert set(CaseAttachment.objects.values_list("title", "content")) == {("", None)}
    assert BreachSubject.objects.get().subject_id == canary.person.pk
    assert erasure.lines.filter(table="privacy_breachsubject", outcome="kept").exists()
    assert Person.objects.filter(name="Other Ward").exists()


def test_what_the_canary_paid_for_others_is_on_the_receipt(canary):
    """Each list of a year in which they stand as the one who paid, their own and their child's, counts."""
    erasure = erased(canary)
    line = erasure.lines.get(table="memberships_documenteddues", category="user.name", outcome="kept")
    assert line.count == DocumentedDues.objects.filter(payer_name=canary.name).count() > 1


@pytest.mark.parametrize(
    "table",
    ["support_case", "support_chat", "mail_outgoingmail", "organizations_invitation", "sales_receipt", "sales_participant", "tickets_checkin"],
)  # fmt: skip
def test_planted_a_table_that_the_map_forgets_is_caught(canary, tmp_path, monkeypatch, table):
    forgotten = replace(data_map.load().tables[table], subject="", email="")
    monkeypatch.setitem(data_map.tables, table, forgotten)
    erasure = erased(canary)
    left = places(canary, tmp_path) - kept_places(erasure)
    assert left and all(place.startswith(table) for place in left)


def test_planted_a_column_that_is_technical_is_caught(canary, tmp_path, monkeypatch):
    """A failure of others: a flag instead of a deletion, an erasure that did nothing to one column."""
    table = data_map.load().tables["accounts_person"]
    order = data_map.tables["sales_order"]
    email = replace(order.columns["buyer_email"], kind="technical", erase=None)
    monkeypatch.setitem(data_map.tables, "sales_order", replace(order, columns={**order.columns, "buyer_email": email}))
    erasure = erased(canary)
    assert "sales_order.buyer_email" in places(canary, tmp_path) - kept_places(erasure)
    assert table.columns["name"].erase.how == "delete_row"


def test_planted_an_erasure_that_only_reports_success_is_caught(canary, tmp_path, monkeypatch):
    from conbillet.privacy.erasure import erase as room

    monkeypatch.setattr(room, "carry_out", lambda plan: None)
    erasure = erased(canary)
    assert places(canary, tmp_path) - kept_places(erasure)


def test_planted_a_session_that_lives_on_is_caught(canary, monkeypatch):
    monkeypatch.setattr(work, "_end_sessions", lambda plan: None)
    key = canary.client.session.session_key
    erased(canary)
    assert Session.objects.filter(session_key=key).exists()


def test_planted_a_begun_login_that_lives_on_is_caught(canary, tmp_path, monkeypatch):
    monkeypatch.setattr(work, "_unpacked", lambda session_data: b"")
    erasure = erased(canary)
    assert places(canary, tmp_path) - kept_places(erasure) == {"django_session.session_data"}


@pytest.mark.parametrize(
    ("number", "table"),
    [(2, "sales_participant"), (3, "tickets_checkin"), (4, "mail_outgoingmail"), (5, "mail_outgoingmail")],
)
def test_planted_what_hangs_on_an_order_by_its_words_alone_is_caught(canary, tmp_path, monkeypatch, number, table):
    """Oneself as "somebody else", the reason why one was taken back, a mistyped address, letters to friends."""
    everything = plan.beyond

    def forgetful(**rows):
        found = everything(**rows)
        return [*found[:number], *found[number + 1 :]]

    if table == "tickets_checkin":
        unnamed = Participant.objects.get(order=canary.orders["oneself"], person=None)
        ticket = Ticket.objects.get(participant=unnamed)
        crew = canary.world.actor(canary.world.door_crew, "door_crew")
        check_in(event=canary.world.event, code=ticket.reference, actor=crew, device="door", now=canary.now)
        undo_check_in(ticket=ticket, reason=canary.words[:100], actor=crew, now=canary.now)
    monkeypatch.setattr(plan, "beyond", forgetful)
    erasure = erased(canary)
    left = places(canary, tmp_path) - kept_places(erasure)
    assert left and all(place.startswith(table) for place in left)


def test_planted_a_detail_of_the_log_that_is_sealed_for_nobody_is_caught(canary, tmp_path, world):
    """Not readable in the database, but we have the key: so it is left."""
    audit.record(
        action="x", actor=world.actor(world.owner), now=canary.now, organization_id=None, object_kind="x",
        object_reference="x", why=canary.words,
    )  # fmt: skip
    erasure = erased(canary)
    assert places(canary, tmp_path) - kept_places(erasure) == {"core_auditentry.payload"}


def test_planted_a_job_that_still_names_the_person_is_caught(canary, tmp_path, monkeypatch):
    announce("email_proven", person=canary.person.pk)
    allowed = {"procrastinate_jobs.args"}
    monkeypatch.setattr(work, "_JOBS", "SELECT %s::text[]")
    erase_myself(person=canary.person, void_tickets=False, now=canary.now)
    assert allowed & places(canary, tmp_path, str(canary.person.pk))


def test_jobs_do_not_name_the_person_any_more(canary, tmp_path):
    announce("email_proven", person=canary.person.pk)
    erase_myself(person=canary.person, void_tickets=False, now=canary.now)
    assert "procrastinate_jobs.args" not in places(canary, tmp_path, str(canary.person.pk))


def test_planted_a_receipt_mail_that_stays_is_caught(canary, tmp_path, monkeypatch):
    from conbillet.mail.actions import send_mail

    monkeypatch.setattr(send_mail, "FORGOTTEN_WHEN_SENT", set())
    erasure = erased(canary)
    assert places(canary, tmp_path) - kept_places(erasure) == {"mail_outgoingmail.recipient"}
    assert OutgoingMail.objects.filter(kind="erasure_receipt").count() == 1


def test_planted_a_table_outside_the_models_is_caught(canary, tmp_path):
    """The search reads the database's own list of tables, not ours."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE forgotten_export (id int, row text)")
        cursor.execute("INSERT INTO forgotten_export VALUES (1, %s)", [f"x;{canary.email.upper()}"])
    erasure = erased(canary)
    assert places(canary, tmp_path) - kept_places(erasure) == {"forgotten_export.row"}
