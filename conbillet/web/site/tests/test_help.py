"""The help page: questions, the contact form, and sending links again."""

from datetime import date

import pytest
from django.core import mail
from django.test import Client

from conbillet.consents.policy_texts import parse
from conbillet.core.clock import copenhagen_day
from conbillet.core.models import AuditEntry
from conbillet.mail.models import OutgoingMail
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.support.models import Case
from conbillet.web.site.help_page import TEXTS
from tests.jobs import run_jobs
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db

FILLED = {
    "kind": "refund",
    "name": "Bo Bang",
    "email": "Bo@Example.com",
    "text": "Jeg kan ikke komme alligevel.\r\n\r\nHilsen Bo",
}


def sent_to(address: str) -> list:
    return [one for one in mail.outbox if one.to == [address]]


def test_the_languages_answer_the_same_questions():
    both = [parse((TEXTS / f"help.{language}.md").read_text(), where=language) for language in ("da", "en")]
    assert both[0].ids == both[1].ids and len(both[0].ids) >= 12


@pytest.mark.proves("collect.contact")
def test_what_is_written_becomes_a_case(client, world, operator_address):
    event = world.event
    with_event = {**FILLED, "event": event.reference}
    later = date(2099, 1, 1)
    type(event).objects.filter(pk=event.pk).update(ends_on=later)
    response = client.post("/help/", with_event)
    assert response.status_code == 303 and response.cookies == {}
    case = Case.objects.get()
    assert (case.name, case.email, case.kind, case.event) == ("Bo Bang", "bo@example.com", "refund", event)
    assert case.text == "Jeg kan ikke komme alligevel.\n\nHilsen Bo"
    assert (case.due_on - copenhagen_day(case.created_at)).days == 7
    assert AuditEntry.objects.filter(action="case_opened", object_reference=case.reference).exists()
    assert "vi har fået din besked" in client.get(response["Location"]).content.decode().lower()
    run_jobs()
    for address in ("bo@example.com", operator_address, event.organization.email):
        (letter,) = sent_to(address)
        body = letter.body + letter.subject
        assert "kan ikke komme" not in body, "a mail to an address that was typed holds no text of a stranger"
        assert ("Bo" in body) is (address == "bo@example.com")
    assert not OutgoingMail.objects.exclude(organization=None).exists(), "the office must not see who wrote"


@pytest.fixture
def operator_address(settings) -> str:
    return settings.CONBILLET_OPERATOR["email"]


@pytest.mark.proves("right.insight", "right.deletion")
@pytest.mark.parametrize("kind", ["insight", "deletion"])
def test_insight_and_deletion_are_asked_for_without_an_account(client, kind):
    client.post("/help/", {**FILLED, "name": "", "kind": kind})
    case = Case.objects.get()
    assert 28 <= (case.due_on - copenhagen_day(case.created_at)).days <= 31


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "not an address"), ("email", ""), ("text", ""), ("text", " x "), ("text", "a" * 4001), ("kind", "bribe"), ("kind", ""), ("event", "NOSUCHEVENT0")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_stored(client, field, value):
    response = client.post("/help/", {**FILLED, field: value})
    page = response.content.decode()
    assert response.status_code == 422 and f'href="#id_{field}"' in page
    assert "Hilsen Bo" in page or field == "text"
    assert not Case.objects.exists() and response.cookies == {}


@pytest.mark.asvs("3.2.2")
@pytest.mark.parametrize("text", ["<script>alert(1)</script> hej", "=HYPERLINK(1) hej", "\u202egro.live hej"])
def test_strange_texts_are_kept_as_text(client, text):
    client.post("/help/", {**FILLED, "text": text})
    assert Case.objects.get().text == text


def test_robots_take_the_bait_and_learn_nothing(client):
    person, robot = client.post("/help/", FILLED), client.post("/help/", {**FILLED, "nickname_twice": "x"})
    assert (person.status_code, person["Location"]) == (robot.status_code, robot["Location"])
    assert Case.objects.count() == 1


@pytest.mark.asvs("2.4.1", "16.3.3")
def test_who_writes_too_often_is_asked_to_wait(client):
    for _ in range(5):
        assert client.post("/help/", FILLED).status_code == 303
    assert client.post("/help/", FILLED).status_code == 422
    for number in range(14):
        client.post("/help/", {**FILLED, "email": f"bo{number}@example.com"})
    assert client.post("/help/", {**FILLED, "email": "last@example.com"}).status_code == 429
    assert Case.objects.count() == 19


@pytest.mark.parametrize("path", ["/help/", "/help/find-order/"])
def test_planted_a_form_of_another_site_is_refused(client, path):
    assert client.post(path, FILLED, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Case.objects.exists() and not OutgoingMail.objects.exists()


def test_links_are_sent_again(client, world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    OutgoingMail.objects.all().delete()
    response = client.post("/help/find-order/", {"email": " Ada@Example.com "})
    run_jobs()
    (letter,) = [one for one in sent_to("ada@example.com") if "ordrer" in one.subject]
    assert f"/order/{order.reference}/{order.access_key}/" in letter.body
    assert response.status_code == 303 and response.cookies == {}


def test_nobody_learns_who_has_bought(client, world, now):
    """Status, address, page and number of mails are the same for a buyer's address and for a stranger's."""
    order = paid_order(world, now, Wish(world.adult.pk, 1))
    run_jobs()
    mail.outbox.clear()
    answers = []
    for address in ("ada@example.com", "nobody@example.com"):
        response = client.post("/help/find-order/", {"email": address})
        answers.append((response.status_code, response["Location"], client.get(response["Location"]).content))
    run_jobs()
    assert answers[0] == answers[1]
    assert [one.to for one in mail.outbox] == [["ada@example.com"], ["nobody@example.com"]]
    assert order.access_key not in mail.outbox[1].body


def test_links_are_not_sent_without_end(client, world):
    for _ in range(3):
        assert client.post("/help/find-order/", {"email": "ada@example.com"}).status_code == 303
    refused = client.post("/help/find-order/", {"email": "ADA@example.com"})
    assert refused.status_code == 422 and OutgoingMail.objects.count() == 3
    assert client.post("/help/find-order/", {"email": "else@example.com"}).status_code == 303


def test_help_is_reached_from_every_page(client, world):
    for path in ("/", f"/{world.organization.slug}/", "/policy/", "/accounts/login/", "/nowhere/at/all/"):
        assert b'href="/help/"' in Client().get(path).content
