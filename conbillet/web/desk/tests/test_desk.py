"""The desk: staff with a second factor work here, nobody else learns that it is there."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from conbillet.accounts.models import Account, StaffRole
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS, Actor, ActorKind
from conbillet.core.facts import announce
from conbillet.core.models import AuditEntry
from conbillet.mail.models import OutgoingMail
from conbillet.support.actions.look_up_case import NoSuchCase, look_up_case
from conbillet.support.models import Case, CaseNote
from conbillet.workflows.cases import receive_case
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in

pytestmark = pytest.mark.django_db

PAGES = ("/desk/", "/desk/cases/closed/", "/desk/health/", "/desk/associations/")


@pytest.fixture
def agent(world, now):
    person = make_person("Signe Support", "signe@conbillet.example")
    StaffRole.objects.create(account=person.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=now)
    return person


@pytest.fixture
def staff(agent) -> Client:
    return log_in(Client(), agent)


@pytest.fixture
def case(world, now) -> Case:
    return receive_case(
        kind="refund", name="Bodil Buyer", email="buyer@example.com", text="<b>Jeg</b> er syg.", event=world.event,
        language="da", actor=ANONYMOUS, now=clock.now(),
    )  # fmt: skip


def everywhere(case: Case) -> list[str]:
    return [*PAGES, f"/desk/cases/{case.reference}/"]


def test_staff_works(staff, case):
    for path in everywhere(case):
        assert staff.get(path).status_code == 200


@pytest.mark.parametrize("who", ["owner", "door_crew", "stranger", "buyer"])
def test_everybody_else_is_told_that_there_is_nothing(world, case, who):
    client = log_in(Client(), getattr(world, who))
    for path in everywhere(case):
        assert client.get(path).status_code == 404
    assert client.post(f"/desk/cases/{case.reference}/", {"do": "close"}).status_code == 404
    assert client.post("/desk/health/retry/1/").status_code == 404
    case.refresh_from_db()
    assert case.state == "open"


def test_nobody_signed_in_is_asked_to(client, case):
    for path in everywhere(case):
        response = client.get(path)
        assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")


def test_a_second_factor_is_required(agent, case):
    client = log_in(Client(), agent, second_factor=False)
    for path in everywhere(case):
        assert client.get(path)["Location"].startswith("/accounts/2fa/")


def test_a_role_that_was_taken_away_closes_the_desk(staff):
    StaffRole.objects.all().delete()
    assert staff.get("/desk/").status_code == 404


@pytest.mark.parametrize("path", ["/desk/health/retry/1/"])
def test_wrong_verbs(staff, path):
    assert staff.get(path).status_code == 405
    assert staff.delete("/desk/").status_code == 405


@pytest.mark.proves("collect.contact")
def test_opening_a_case_is_recorded_under_the_person(staff, agent, world, case):
    staff.get(f"/desk/cases/{case.reference}/")
    entry = AuditEntry.objects.get(action="looked_up_case")
    assert (entry.object_reference, entry.subject_id, entry.actor_id) == (case.reference, world.buyer.pk, agent.pk)
    assert entry.actor_kind == ActorKind.STAFF


def test_planted_a_look_up_without_being_staff_is_refused(world, case, now):
    for actor in (ANONYMOUS, Actor(ActorKind.PERSON, world.owner.pk), world.actor(world.owner)):
        with pytest.raises(NoSuchCase):
            look_up_case(reference=case.reference, actor=actor, now=now)
    assert not AuditEntry.objects.filter(action="looked_up_case").exists()


def test_lists_name_nobody(staff, case):
    page = staff.get("/desk/").content.decode()
    assert case.number in page
    assert "Bodil" not in page and "buyer@example.com" not in page and "syg" not in page


def test_a_case_is_shown_as_text(staff, case):
    page = staff.get(f"/desk/cases/{case.reference}/").content.decode()
    assert "&lt;b&gt;Jeg&lt;/b&gt; er syg." in page


def test_an_answer_goes_out_by_mail(staff, case, agent):
    run_jobs()
    mail.outbox.clear()
    path = f"/desk/cases/{case.reference}/"
    response = staff.post(path, {"do": "answer", "text": "Hej Bodil\r\n\r\nGod bedring. <i>Pengene</i> er på vej."})
    assert response["Location"] == path
    run_jobs()
    (letter,) = mail.outbox
    assert letter.to == ["buyer@example.com"] and "God bedring." in letter.body
    html = next(content for content, kind in letter.alternatives if kind == "text/html")
    assert "&lt;i&gt;Pengene&lt;/i&gt;" in html
    case.refresh_from_db()
    assert case.state == "answered"
    assert CaseNote.objects.get().by == agent


def test_a_note_stays_here(staff, case):
    run_jobs()
    mail.outbox.clear()
    staff.post(f"/desk/cases/{case.reference}/", {"do": "note", "text": "Ringede til foreningen."})
    run_jobs()
    case.refresh_from_db()
    assert mail.outbox == [] and case.state == "open"


def test_a_closed_case_takes_no_answer(staff, case):
    path = f"/desk/cases/{case.reference}/"
    assert staff.post(path, {"do": "close"})["Location"] == "/desk/"
    case.refresh_from_db()
    assert case.state == "closed" and case.closed_at is not None
    before = OutgoingMail.objects.count()
    assert staff.post(path, {"do": "answer", "text": "For sent"}).status_code == 422
    assert OutgoingMail.objects.count() == before and not CaseNote.objects.exists()
    assert case.number in staff.get("/desk/cases/closed/").content.decode()
    assert case.number not in staff.get("/desk/").content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"do": "answer", "text": "  "}, {"do": "explode", "text": "x"}, {"do": "answer", "text": "x" * 8001}]
)
def test_nonsense_changes_nothing(staff, case, data):
    assert staff.post(f"/desk/cases/{case.reference}/", data).status_code == 422
    assert not CaseNote.objects.exists()


def test_an_unknown_case_is_not_there(staff):
    assert staff.get("/desk/cases/NOSUCHCASE00/").status_code == 404


def fail_all_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' RETURNING id")
        return cursor.fetchone()[0]


def test_a_failed_job_runs_again(staff, agent):
    announce("mail_waiting", mail=1)
    job = fail_all_jobs()
    assert "mail_waiting" in staff.get("/desk/health/").content.decode()
    staff.post(f"/desk/health/retry/{job}/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        assert cursor.fetchone() == ("todo",)
    assert AuditEntry.objects.get(action="job_retried").actor_id == agent.pk
    assert staff.post(f"/desk/health/retry/{job}/").status_code == 302
    assert AuditEntry.objects.filter(action="job_retried").count() == 1


def test_health_tells_what_is_wrong(staff, case):
    OutgoingMail.objects.update(created_at=clock.now() - timedelta(hours=1))
    page = staff.get("/desk/health/").content.decode()
    assert "Der kører ingen worker" in page
    assert OutgoingMail.objects.count() == 3


def test_associations_are_found(staff, world):
    page = staff.get("/desk/associations/", {"q": world.other.name.lower()}).content.decode()
    assert world.other.email in page and world.organization.email not in page
    assert Account.objects.get(person=world.owner).email not in staff.get("/desk/associations/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_lists_take_as_many_queries_for_three_as_for_one(staff, world, number, django_assert_max_num_queries):
    for one in range(number):
        receive_case(
            kind="other",
            name="",
            email=f"a{one}@b.dk",
            text="hej",
            event=world.event,
            language="da",
            actor=ANONYMOUS,
            now=clock.now(),
        )
    with django_assert_max_num_queries(10):
        staff.get("/desk/")
