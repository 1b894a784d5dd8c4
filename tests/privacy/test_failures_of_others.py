"""What other ticket systems got wrong about people's data, one test for each, so that it cannot happen here unnoticed.

Most of it is tested at length where it belongs; here each failure has its name, in one place, and a short proof.
"""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from conbillet.accounts.models import Account, EmailProof, Person
from conbillet.core.models import AuditEntry
from conbillet.core.spreadsheets import safe_cell
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.models import Member
from conbillet.privacy.erasure.replay import replay_ledger
from conbillet.privacy.models import Erasure
from conbillet.privacy.residue import Needles, in_database
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.sales.models import Order, Participant, Receipt
from conbillet.sales.stock import SoldOut, claim
from conbillet.tickets.models import Ticket
from conbillet.web.client_address import client_address
from conbillet.workflows.erasure import erase_myself
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, PersonDetails, order_of, paid_order, pay_for

pytestmark = pytest.mark.django_db
LIST = "/office/alea/events/fastaval/attendees"


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")


@pytest.fixture
def ada(world, now):
    """Has an account, and has bought a ticket with a membership."""
    person = make_person(ADA.name, ADA.email, street=ADA.street)
    EmailProof.objects.create(person=person, email=ADA.email, method="code", proven_at=now)
    paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1))
    attach_orders(person_id=person.pk, email=ADA.email, now=now)
    run_jobs()
    return person


def erased(person, now) -> Erasure:
    erasure = erase_myself(person=person, void_tickets=False, now=now)
    run_jobs()
    return erasure


def left(*values: str) -> set[str]:
    return {hit.place for hit in in_database(Needles(values))}


def with_person(name: str, **changes) -> PersonDetails:
    return PersonDetails(**{**vars(ADA), "name": name, **changes})


def test_anonymised_people_keep_their_unique_identifier(ada, now):
    """No row that says something about a purchase or a person carries an id of theirs; only proofs that name nobody do."""
    account, number = ada.account.pk, ada.pk
    erased(ada, now)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in {Person, Account}:
                wanted = number if field.related_model is Person else account
                assert not model._default_manager.filter(**{field.attname: wanted}).exists(), f"{model} {field.name}"
    assert left(str(number)) <= {
        "core_auditentry.actor_id", "core_auditentry.subject_id", "core_auditentry.object_reference", "privacy_erasure.subject_id",
    }  # fmt: skip


def test_invoices_answers_and_nested_log_entries_are_left_behind(ada, now):
    """The receipt loses its buyer, the undone check-in its reason, the log its payload: all that hangs on the person."""
    ticket = Ticket.objects.filter(participant__person=ada).first()
    ticket.check_ins.create(
        organization=ticket.organization, event=ticket.event, at=now, undone_at=now, undo_reason=f"{ADA.name} went home"
    )
    erased(ada, now)
    assert set(Receipt.objects.values_list("buyer_name", flat=True)) == {""}
    assert left(ADA.name, ADA.email, "went home") <= {"memberships_member.name", "memberships_membership.payer_name"}


def test_registrations_are_merely_unlinked(ada, now):
    """A row without its person that still has the name is no deletion."""
    mine = set(Participant.objects.filter(person=ada).values_list("pk", flat=True))
    erased(ada, now)
    assert mine and set(
        Participant.objects.filter(pk__in=mine).values_list("person", "name", "email", "birth_date")
    ) == {(None, "", "", None)}


def test_a_flag_stands_instead_of_a_deletion(ada, now):
    erased(ada, now)
    assert not Person.objects.filter(pk=ada.pk).exists() and not Account.objects.filter(email=ADA.email).exists()
    words = re.compile(r"is_deleted|deleted_flag|is_erased|anonymi[sz]ed|hidden_at")
    columns = [
        f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in model._meta.concrete_fields
    ]
    assert not [column for column in columns if words.search(column)]


def test_an_erasure_does_nothing_and_reports_success(ada, now, monkeypatch):
    """What the receipt says was emptied is empty: had nothing been done, a look at the rows would tell."""
    erasure = erased(ada, now)
    emptied = set(erasure.lines.filter(outcome="blanked").values_list("table", flat=True))
    assert {"sales_order", "sales_participant"} <= emptied and left(ADA.email) == set()
    from conbillet.privacy.erasure import erase as room

    monkeypatch.setattr(room, "carry_out", lambda plan: None)
    other = make_person("Other Canary", "other-canary@example.com")
    erased(other, now)
    assert left("other-canary@example.com") != set()


def test_the_identity_is_kept_in_the_log_of_the_anonymisation(ada, now):
    """Ledger, receipt, notice and audit entry name nobody."""
    erasure = erased(ada, now)
    line = (settings.CONBILLET_KEYS / "erasures" / "ledger.jsonl").read_text()
    entry = AuditEntry.objects.get(action="person_erased", object_reference=erasure.reference)
    notice = OutgoingMail.objects.get(kind="erasure_notice")
    for text in (line, f"{vars(entry)}", notice.text, notice.subject, f"{list(erasure.lines.values())}"):
        for value in (ADA.name, ADA.email, ADA.street, "Ada"):
            assert value not in text


def test_the_restore_of_a_backup_brings_the_person_back(ada, now):
    erasure = erased(ada, now)
    Erasure.objects.all().delete()  # the restored database knows of no erasure, and of the person again
    again = Person.objects.create(pk=ada.pk, name=ADA.name, created_at=now, updated_at=now)
    Account.objects.create(person=again, email=ADA.email, password="!", created_at=now)
    Order.objects.update(buyer=again, buyer_name=ADA.name, buyer_email=ADA.email)
    (replayed,) = replay_ledger(now=now + timedelta(days=3))
    assert replayed.subject_id == erasure.subject_id and left(ADA.email) == set()


def test_a_check_in_list_with_names_is_public(ada, world):
    """Everything at the door wants a login and a role; a stranger learns not even that the event is there."""
    ticket = Ticket.objects.first()
    door = "/door/alea/fastaval/"
    for path in ("", f"ticket/{ticket.reference}/", "counters.json", "offline.json"):
        anonymous, stranger = Client().get(door + path), log_in(Client(), world.stranger).get(door + path)
        assert anonymous.status_code in {302, 403, 404} and stranger.status_code in {403, 404}, path
        assert b"Lund" not in anonymous.content + stranger.content
    search = {"code": "Ada"}
    for client in (Client(), log_in(Client(), world.stranger)):
        assert b"Lund" not in client.post(f"{door}search/", search).content
    assert b"Ada Lund" in log_in(Client(), world.owner).post(f"{door}search/", search).content


def test_export_files_are_reachable_by_anybody_who_has_the_link(ada, world):
    """A file is made for who asks for it, in the answer itself: there is no link to it, and a GET gives none."""
    for ending in ("csv", "xlsx"):
        for client in (Client(), log_in(Client(), world.stranger), log_in(Client(), world.buyer)):
            answer = client.post(f"{LIST}.{ending}", {})
            assert answer.status_code in {302, 403, 404} and b"Lund" not in answer.content
        owner = log_in(Client(), world.owner)
        assert owner.get(f"{LIST}.{ending}").status_code == 405
        assert "no-store" in owner.post(f"{LIST}.{ending}", {})["Cache-Control"]


def test_a_placeholder_in_a_mail_reaches_into_objects(world, now):
    """What people type is a value, never a pattern that is filled in."""
    sly = "{order.organization.email} %(password)s {{ settings.SECRET_KEY }} {0.__class__} $name"
    world.event.name = sly[:80]
    world.event.version += 1
    world.event.save()
    pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(with_person(sly[:100]),)), now)
    run_jobs()
    (letter,) = [one for one in mail.outbox if one.to == [ADA.email]]
    assert "{order.organization.email} %(password)s {{ settings.SECRET_KEY }}" in letter.subject + letter.body
    assert settings.SECRET_KEY not in letter.body and "<class" not in letter.body


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n@", "＝", "＋"])
def test_a_cell_of_an_export_is_a_formula(world, now, sign):
    """In the library, and in the file that an association takes home."""
    evil = f"{sign}HYPERLINK(1)"
    assert safe_cell(evil) == f"'{evil}"
    pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(with_person(evil, street=evil, city=evil),)), now)
    answer = log_in(Client(), world.owner).post(f"{LIST}.csv", {})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    _heading, row = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert sum("HYPERLINK" in cell for cell in row) >= 2
    assert not [cell for cell in row if re.match(r"\s*[=+\-@＝＋－＠]", cell)]


@pytest.mark.parametrize(
    "name", ["Win https://evil.example now", "www.evil.example", "<a href='//evil.example'>Ada</a>", "evil.example/x"]
)
def test_a_name_is_a_link_in_a_mail(world, now, name):
    """The pages refuse such names; and were one there all the same, no mail would make a link of it."""
    from conbillet.core.names import BadName, clean_name

    with pytest.raises(BadName):
        clean_name(name)
    friend = with_person("Freja", email="freja@example.com")
    pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(with_person(name), friend)), now)
    run_jobs()
    html = [content for letter in mail.outbox for content, kind in letter.alternatives if kind == "text/html"]
    assert any("evil.example" in text for text in html)
    assert not [
        link for text in html for link in re.findall(r'<[a-z][^<>]*?(?:href|src)="([^"]*)"', text) if "evil" in link
    ]


@pytest.mark.parametrize(
    "header",
    [{"HTTP_HOST": "evil.example"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}, {"HTTP_FORWARDED": "host=evil.example"}],
)
def test_the_host_header_stands_in_mailed_links(world, header):
    answer = Client().post("/accounts/login/", {"email": "buyer@example.com"}, **header)
    run_jobs()
    assert answer.status_code in {302, 400} and "evil" not in answer.get("Location", "")
    assert not [
        letter for letter in mail.outbox if "evil" in f"{letter.body}{letter.alternatives}{letter.extra_headers}"
    ]


def test_forwarded_for_headers_are_believed_from_anyone(rf, settings):
    settings.CONBILLET_TRUSTED_PROXIES = ["10.0.0.0/8"]
    said = {"HTTP_X_FORWARDED_FOR": "198.51.100.9"}
    assert client_address(rf.get("/", REMOTE_ADDR="203.0.113.5", **said)) == "203.0.113.5"
    assert client_address(rf.get("/", REMOTE_ADDR="10.1.2.3", **said)) == "198.51.100.9"
    chain = {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 198.51.100.9"}  # the first one was written by the visitor
    assert client_address(rf.get("/", REMOTE_ADDR="10.1.2.3", **chain)) == "198.51.100.9"


def test_limits_are_checked_before_the_lock(world, now):
    """The claim is one conditional statement: a number that was read earlier decides nothing."""
    stale = world.people
    type(stale).objects.filter(pk=stale.pk).update(sold=stale.size)  # somebody else was faster
    assert stale.sold == 0
    with pytest.raises(SoldOut):
        claim(wanted={stale.pk: 1}, now=now)


def test_members_numbers_are_used_again(world, now):
    """An emptied register row does not hand its number, and with it somebody's past, to the next member."""
    person = make_person("One", "one@example.com")
    Member.objects.create(organization=world.organization, person=person, member_no="1", name="One", created_at=now)
    erased(person, now)
    assert Member.objects.get().member_no == ""


# --- The list itself ----------------------------------------------------------------------------------------------------------
NAMED = """
anonymised people who keep their unique identifier | invoices, multiple-choice answers and nested log entries left behind |
registrations merely unlinked | a flag instead of a deletion | an erasure that did nothing and reported success | the identity kept in
the log of the anonymisation | restore of a backup that brings the person back | a public check-in list with names |
export files reachable by anybody who has the link | e-mail placeholders that reach into objects | formulas in CSV | names rendered as
links in mails | Host header in reset links | forwarded-for headers believed from anyone | limits checked before the lock
"""
TESTED_BY = (
    test_anonymised_people_keep_their_unique_identifier, test_invoices_answers_and_nested_log_entries_are_left_behind,
    test_registrations_are_merely_unlinked, test_a_flag_stands_instead_of_a_deletion,
    test_an_erasure_does_nothing_and_reports_success, test_the_identity_is_kept_in_the_log_of_the_anonymisation,
    test_the_restore_of_a_backup_brings_the_person_back, test_a_check_in_list_with_names_is_public,
    test_export_files_are_reachable_by_anybody_who_has_the_link, test_a_placeholder_in_a_mail_reaches_into_objects,
    test_a_cell_of_an_export_is_a_formula, test_a_name_is_a_link_in_a_mail, test_the_host_header_stands_in_mailed_links,
    test_forwarded_for_headers_are_believed_from_anyone, test_limits_are_checked_before_the_lock,
)  # fmt: skip


def test_each_failure_has_its_test():
    assert len(NAMED.split("|")) == len(TESTED_BY) == len(set(TESTED_BY))


def test_there_is_no_address_that_gives_an_export_by_a_secret_alone():
    """The words of files that other systems put behind a link; ours are made in the answer to a form."""
    files = [path for path in _patterns(get_resolver()) if re.search(r"\.(csv|xlsx|zip|pdf)$", path)]
    lists = [
        path for path in files if not path.startswith(("order/", "ticket/"))
    ]  # one's own papers, by one's own link
    assert lists and not [path for path in lists if "key" in path or "token" in path]


def _patterns(resolver, before: str = ""):
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path
