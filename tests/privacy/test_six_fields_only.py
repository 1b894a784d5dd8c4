"""Through no page, file, sort, filter, search, header or mail of the office and the door do more than the six fields pass.

A canary person has a value that cannot be guessed in every place that is not one of the six. Every page there is below
`/office/` and `/door/` is opened as the owner, found in the URL configuration itself, and read for them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from conbillet.accounts.models import EmailProof
from conbillet.consents.models import MarketingConsent
from conbillet.core.actor import ANONYMOUS, SYSTEM
from conbillet.core.references import new_reference
from conbillet.mail.models import OutgoingMail
from conbillet.memberships.actions.document_members import document_members
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.models import Member
from conbillet.newsletters.actions.write_issue import Words, write_issue
from conbillet.newsletters.models import Recipient
from conbillet.privacy.models import Limit
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Participant, Receipt
from conbillet.tickets.models import Ticket
from conbillet.web.door import urls as door_urls
from conbillet.web.office import urls as office_urls
from conbillet.web.office.attendee_forms import AGES, SORTS, WHO, AttendeeForm
from conbillet.workflows.cases import receive_case
from tests.cast import make_event, make_person, make_product
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, paid_order

pytestmark = pytest.mark.django_db

LIST = "/office/alea/events/fastaval/attendees/"
PHONE, CPR = "+4528817263", "0707774321"


@dataclass
class House:
    """`canaries`: by what they are, values that must not be found; `fill`: what stands in for the parts of addresses;
    `register`: pages about a member; `issue`: a newsletter that went to the canary."""

    order: Order
    canaries: dict[str, str]
    fill: dict[str, object]
    register: tuple[str, ...]
    issue: str


@pytest.fixture
def house(world, now) -> House:
    karla = make_person(
        "Karla Kanarie", "karla.kanarie@example.com", phone=PHONE, street="Profilvej 7719", city="Profilstrup",
        postcode="9881", badge_name="Kanarifuglen", language="en",
    )  # fmt: skip
    EmailProof.objects.create(person=karla, email="karlas.anden@example.com", method="code", proven_at=now)
    order = paid_order(
        world, now, Wish(world.adult.pk, 2), Wish(world.bed.pk, 1), Wish(world.shirt.pk, 1, world.sizes["M"].pk)
    )
    Order.objects.filter(pk=order.pk).update(buyer=karla)
    Participant.objects.filter(order=order, name=ADA.name).update(person=karla)
    elsewhere = make_event(world.other, "hemmelig", name="Hemmeligcon 7719")
    make_product(elsewhere, "ticket", "Hemmelig billet 7719", 100)
    theirs = Order.objects.create(
        organization=world.other, event=elsewhere, reference="KANAR1E0RDRE",
        access_key="kanarie-andres-link-77", buyer=karla, buyer_name="Karla Kanarie", buyer_email="karla.kanarie@example.com",
        buyer_street="Andetstedsvej 7719", state=Order.State.PAID, method="free", amount=0, placed_at=now, paid_at=now,
    )  # fmt: skip
    receive_case(
        kind="other", name="Karla", email="ada@example.com", text=f"Chat 7719: mit CPR er {CPR}", event=world.event,
        language="da", actor=ANONYMOUS, now=now,
    )  # fmt: skip
    client = Client(HTTP_USER_AGENT="Kanariebrowser/77.19", REMOTE_ADDR="203.0.113.77")
    log_in(client, karla).get("/my/")
    run_jobs()
    OutgoingMail.objects.filter(about=order.reference).update(
        text="Brevtekst 7719", html="Brevtekst 7719", subject="Emne 7719"
    )
    Limit.objects.create(
        person=karla, kind=Limit.Kind.OBJECTION, purpose="use.improve", from_at=now - timedelta(days=1)
    )
    order.refresh_from_db()
    holder = Participant.objects.get(order=order, person=karla)
    canaries = {
        "phone": PHONE, "profile's street": "Profilvej 7719", "profile's town": "Profilstrup", "profile's badge": "Kanarifuglen",
        "account's address": "karla.kanarie@example.com", "proven address": "karlas.anden@example.com", "id": str(karla.pk),
        "name of the profile": "Karla Kanarie", "event elsewhere": "Hemmeligcon", "order elsewhere": theirs.reference,
        "street elsewhere": "Andetstedsvej", "link elsewhere": theirs.access_key, "case": "Chat 7719", "CPR": CPR,
        "device": "Kanariebrowser", "IP": "203.0.113.77", "mail's text": "Brevtekst 7719", "mail's subject": "Emne 7719",
        "link of the order": order.access_key, "claim link": holder.claim_key,
        "link of the ticket": Ticket.objects.filter(participant=holder).first().access_key,
    }  # fmt: skip
    member = Member.objects.create(
        organization=world.organization, person=karla, member_no="7", name="Karla i registret", created_at=now
    )
    kept = document_members(
        organization=world.organization, rules=rule_set("cfr", year=2026), year=2026, actor=SYSTEM, now=now
    )
    receipt = Receipt.objects.get(order=order)
    fill = {
        "organization": "alea", "event": "fastaval", "reference": order.reference, "product": world.adult.pk,
        "quota": world.people.pk, "number": receipt.number, "year": 2026, "role": 1, "invitation": 1, "refund": 1,
        "person": holder.pk, "kind": "ticket", "do": "publish", "request": 1, "job": 1,
        "form": "csv", "rules": "cfr", "file": "nothing", "language": "da",
    }  # fmt: skip
    yes = MarketingConsent.objects.create(
        reference=new_reference(), organization=world.organization, person=karla, email="karla.kanarie@example.com",
        purpose="newsletter", event="given", method="account", text_version="x", text_hash="x", at=now,
    )  # fmt: skip
    canaries["link of a consent"] = yes.reference
    words = Words("Nyt", "Hej", audience="event", event=world.event)
    issue = write_issue(issue=None, words=words, organization_id=world.organization.pk, actor=SYSTEM, now=now)
    Recipient.objects.create(
        issue=issue, organization=world.organization, person=karla, consent=yes, email=yes.email, language="da", state="sent"
    )
    return House(order, canaries, fill, (f"{member.member_no}/", f"documentation/{kept.reference}/", "counting/cfr/2026/"), issue.reference)


def addresses(house: House) -> Iterator[str]:
    for app, patterns in (("office", office_urls.urlpatterns), ("door", door_urls.urlpatterns)):
        for pattern in patterns:
            names = pattern.pattern.converters
            unknown = set(names) - set(house.fill)
            assert not unknown, f"{app}:{pattern.name} has parts that this test cannot fill: {unknown}"
            fill = {**house.fill, "reference": house.issue} if "newsletter" in pattern.name else house.fill
            yield reverse(f"{app}:{pattern.name}", kwargs={name: fill[name] for name in names})
    yield from (f"/office/alea/members/{page}" for page in house.register)
    ticket = Ticket.objects.filter(line__order=house.order).first()
    yield f"/door/alea/fastaval/ticket/{ticket.reference}/"


def requests(house: House) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, address and what is sent, of everything that shows something."""
    for address in addresses(house):
        yield "get", address, {}
    for sort in (
        *(value for value, _label in SORTS),
        "phone",
        "-phone",
        "person__phone",
        "order__access_key",
        "organization__name",
    ):
        yield "get", LIST, {"sort": sort}
    for name, values in (("who", WHO), ("age", AGES)):
        for value, _label in values:
            yield "get", LIST, {name: str(value)}
    for sort in ("newest", "oldest", "amount", "name", "buyer__phone", "access_key"):
        yield "get", "/office/alea/orders/", {"sort": sort}
    for state in ("paid", "refunded", "mail_failed", "x"):
        yield "get", "/office/alea/orders/", {"state": state}
    for canary in house.canaries.values():
        yield "post", LIST, {"q": canary}
        yield "post", "/office/alea/orders/", {"q": canary}
    for ending in ("csv", "xlsx"):
        yield "post", f"{LIST[:-1]}.{ending}", {"who": "everybody"}
    for text in (ADA.name, "a", PHONE):
        yield "post", "/door/alea/fastaval/search/", {"code": text}
        yield "post", "/door/alea/fastaval/", {"code": text}


def content_of(response) -> str:
    """Everything that a response says, headers included, files opened."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.get("Content-Type", "")
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            body = b"\n".join(package.read(name) for name in package.namelist())
    text = body.decode("utf-8", "replace")
    if "pdf" in kind:
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return "\n".join([*(f"{name}: {value}" for name, value in response.items()), str(response.cookies), text])


def leaks(client: Client, house: House) -> list[str]:
    """What was found that must not be, and where; what the visitor typed themselves is taken out first."""
    found = []
    for method, address, values in requests(house):
        response = getattr(client, method)(address, values)
        said = content_of(response)
        for sent in values.values():
            said = (
                re.sub(re.escape(str(sent)).replace(r"\+", r"(?:\+|%2B|&\#x2B;)"), "", said) if len(sent) > 2 else said
            )
        found += [f"{what} in {method} {address} {values}" for what, value in house.canaries.items() if value in said]
    return found


def names(client: Client, **values: str) -> list[str]:
    return re.findall(r'<tr><th scope="row">([^<]+)<', client.get(LIST, values).content.decode())


@pytest.fixture
def owner(world) -> Client:
    return log_in(Client(raise_request_exception=False), world.owner)


@pytest.mark.proves("disclose.organization")
def test_nothing_but_the_six_fields_is_found_anywhere(owner, house):
    assert leaks(owner, house) == []


def test_the_crawl_opens_pages_that_show_people(owner, house):
    """A crawl that is refused everywhere would find nothing either."""
    seen = {address: owner.get(address) for address in set(addresses(house))}
    opened = [address for address, response in seen.items() if response.status_code == 200]
    assert len(opened) > 20 and not [address for address, response in seen.items() if response.status_code >= 500]
    assert (
        ADA.name in seen[LIST].content.decode()
        and ADA.name in owner.post("/door/alea/fastaval/search/", {"code": ADA.name}).content.decode()
        and ADA.email in seen[f"/office/alea/orders/{house.order.reference}/"].content.decode()
    )


def test_mails_to_the_association_name_none_of_it(owner, house):
    ours = [letter for letter in mail.outbox if "alea.example" in " ".join(letter.to)]
    for letter in ours:
        text = f"{letter.subject}\n{letter.body}\n{letter.extra_headers}"
        assert not [what for what, value in house.canaries.items() if value in text]


@pytest.mark.parametrize(
    "what",
    ["phone", "id", "IP", "CPR", "profile's street", "account's address", "order elsewhere", "link of the order"],
)
def test_searching_for_it_finds_nobody(owner, house, what):
    """Not even that there is somebody: the answer is that of a search for nonsense."""
    nonsense = owner.post(LIST, {"q": "qqqqzzzz"}).content.decode()
    found = owner.post(LIST, {"q": house.canaries[what]}).content.decode()
    assert 'scope="row"' not in found and "Ingen fundet" in found and "Ingen fundet" in nonsense


def test_sorting_by_it_changes_nothing(owner, house):
    odd = ("name", "phone", "person__phone", "subject_id", "order__access_key")
    assert {tuple(names(owner, sort=sort)) for sort in odd} == {tuple(names(owner))}


class TestPlanted:
    """Each way out, opened, is noticed."""

    def test_a_page_that_shows_the_profile(self, owner, house, monkeypatch):
        Participant.objects.filter(order=house.order, name=ADA.name).update(city=PHONE)
        assert {leak.split(" in ")[0] for leak in leaks(owner, house)} == {"phone"}
        assert any(".xlsx" in leak for leak in leaks(owner, house))

    def test_a_header(self, owner, house, monkeypatch):
        from conbillet.web.office.views import attendees

        def told(request, template, context):
            answer = original(request, template, context)
            answer["X-Person"] = house.canaries["id"]
            return answer

        original = attendees.render
        monkeypatch.setattr(attendees, "render", told)
        assert "id" in {leak.split(" in ")[0] for leak in leaks(owner, house)}

    def test_a_sort_by_something_else(self, owner, house, monkeypatch):
        from django.db.models import F

        from conbillet.privacy import attendees

        field = AttendeeForm.base_fields["sort"]
        monkeypatch.setattr(field, "choices", [*field.choices, ("phone", "Phone")])
        monkeypatch.setitem(attendees.SORTS, "phone", [F("name").desc()])
        assert names(owner, sort="phone") != names(owner)
