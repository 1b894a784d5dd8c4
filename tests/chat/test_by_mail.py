"""Nobody is there: the answer comes by mail; what the law gives people becomes a case."""

import secrets

import pytest
from django.core import mail
from django.test import Client

from conbillet.mail.models import OutgoingMail
from conbillet.support.models import Case, CaseAttachment, Chat
from tests.jobs import run_jobs

from .conftest import begin, desk, office
from .test_agents import text_file

pytestmark = pytest.mark.django_db
ADDRESS = "vera@example.com"


def leave(talk, email: str = ADDRESS, **more):
    return talk.client.post(f"{talk.address}address/", {"email": email, "name": "Vera", **more})


def letters(to: str) -> list:
    run_jobs()
    return [one for one in mail.outbox if one.to == [to]]


def test_an_association_answers_by_mail_from_its_queue(talk, owner, world):
    assert leave(talk).status_code == 303
    (alert,) = letters(world.organization.email)
    assert "plads" not in alert.body and ADDRESS not in alert.body and "Vera" not in alert.body
    assert f"/office/alea/chat/{talk.chat.reference}/" in alert.body
    assert ADDRESS in owner.get(office(talk.chat)).content.decode()
    owner.post(office(talk.chat), {"text": "Ja, der er plads.\n\nHilsen ALEA", "key": secrets.token_hex(16)})
    (answer,) = letters(ADDRESS)
    assert "Ja, der er plads." in answer.body and answer.reply_to == [world.organization.email]
    assert "Ja, der er plads." in talk.page()
    assert Chat.objects.get().state == "mail" and not Case.objects.exists()


def test_before_that_nothing_is_mailed(talk, owner):
    owner.post(office(talk.chat), {"text": "Ja", "key": secrets.token_hex(16)})
    run_jobs()
    assert mail.outbox == []


def test_what_is_conbillets_becomes_a_case_with_all_that_was_said(desk_talk, staff):
    desk_talk.client.post(desk_talk.address, {"text": "Se vedlagt", "file": text_file(b"fejlbesked\n")})
    leave(desk_talk)
    case = Case.objects.get()
    assert (case.channel, case.email, case.name) == ("chat", ADDRESS, "Vera")
    assert "Siden virker ikke" in case.text and "Se vedlagt" in case.text
    assert bytes(CaseAttachment.objects.get().content) == b"fejlbesked"
    chat = Chat.objects.get(pk=desk_talk.chat.pk)
    assert chat.state == "closed" and chat.case_id == case.pk
    assert case.number in desk_talk.page()
    assert "Siden virker ikke" in staff.get(f"/desk/cases/{case.reference}/").content.decode()
    (told,) = letters(ADDRESS)
    assert case.number in told.body and "virker ikke" not in told.body


@pytest.mark.proves("right.insight", "right.deletion")
@pytest.mark.parametrize(
    ("text", "kind"),
    [("Jeg vil gerne have slettet alt om mig: slet mine data", "deletion"), ("Hvilke oplysninger har I om mig?", "insight")],
)  # fmt: skip
def test_a_right_asked_for_in_an_associations_chat_becomes_a_case_with_its_month(world, text, kind):
    talk = begin(Client(), text=text)
    leave(talk)
    case = Case.objects.get()
    assert case.kind == kind and case.is_right and not case.is_proven
    assert (case.due_on - case.created_at.date()).days >= 28


@pytest.mark.proves("right.insight", "right.deletion")
def test_an_agent_makes_a_case_of_it(talk, owner):
    assert owner.post(office(talk.chat, "case/"), {"kind": "deletion", "email": ""}).status_code == 302
    assert not Case.objects.exists()
    owner.post(office(talk.chat, "case/"), {"kind": "deletion", "email": ADDRESS})
    case = Case.objects.get()
    assert case.kind == "deletion" and "er der plads" in case.text and case.channel == "chat"
    assert owner.get(f"/desk/cases/{case.reference}/").status_code == 404


def test_staff_makes_a_case_and_goes_on_there(desk_talk, staff):
    answer = staff.post(desk(desk_talk.chat, "case/"), {"kind": "payment", "email": ADDRESS})
    assert answer["Location"] == f"/desk/cases/{Case.objects.get().reference}/"
    again = staff.post(desk(desk_talk.chat, "case/"), {"kind": "payment", "email": ADDRESS})
    assert again["Location"] == "/desk/chat/" and Case.objects.count() == 1


def test_a_wrong_address_is_said_beside_the_field(talk):
    answer = leave(talk, email="vera@")
    assert answer.status_code == 422 and not OutgoingMail.objects.exists()


def test_one_address_cannot_be_flooded(world):
    codes = [leave(begin(Client(), at="/support/")).status_code for _ in range(7)]
    assert codes[:5] == [303] * 5 and codes[-1] == 422
