"""Who comes: the list, its filters and its files; who may see them, and what is written down."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.organizations.models import Role, RoleKind
from conbillet.privacy.models import Disclosure
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Participant
from conbillet.tickets.models import CheckIn, Ticket
from tests.cast import make_person
from tests.login import log_in
from tests.purchases import ADA, BO, paid_order

pytestmark = pytest.mark.django_db

LIST = "/office/alea/events/fastaval/attendees/"
CSV, XLSX = LIST.rstrip("/") + ".csv", LIST.rstrip("/") + ".xlsx"
CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


@pytest.fixture
def order(world, now) -> Order:
    return paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.shirt.pk, 1, world.sizes["M"].pk))


def with_role(client, world, kind: str) -> Client:
    person = make_person("Rie Rolle", f"{kind}@alea.example")
    Role.objects.create(organization=world.organization, person=person, kind=kind, granted_at=clock.now())
    return log_in(client, person)


def names(response) -> list[str]:
    return re.findall(r'<tr><th scope="row">([^<]+)<', response.content.decode())


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def cells(content: bytes) -> list[list[str]]:
    """The texts and numbers of a workbook's only sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row.iter(f"{CELL}c")] for row in sheet.iter(f"{CELL}row")]


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


class TestWho:
    @pytest.mark.parametrize("kind", [RoleKind.MANAGER, RoleKind.MEMBER_SECRETARY])
    def test_those_who_plan_the_event_and_keep_the_register(self, client, world, order, kind):
        someone = with_role(client, world, kind)
        assert names(someone.get(LIST)) == [ADA.name, BO.name]
        assert someone.post(CSV).status_code == someone.post(XLSX).status_code == 200

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.DOOR_CREW])
    def test_nobody_else(self, client, world, order, kind):
        someone = with_role(client, world, kind)
        assert {someone.get(LIST).status_code, someone.post(CSV).status_code, someone.post(XLSX).status_code} == {403}
        assert not Disclosure.objects.exists()

    def test_for_a_stranger_there_is_no_such_page(self, client, world, order):
        stranger = log_in(client, world.stranger)
        for url in (LIST, LIST.replace("alea", "hyggecon")):
            assert stranger.get(url).status_code == 404
        assert stranger.post(CSV).status_code == 404

    def test_anonymous_signs_in_first(self, client, world, order):
        assert client.get(LIST)["Location"] == f"/accounts/login/?next={LIST}"
        assert client.post(CSV).status_code == 302

    def test_a_file_is_asked_for_by_post(self, owner, world, order):
        assert owner.get(CSV).status_code == owner.get(XLSX).status_code == 405
        assert owner.put(LIST).status_code == owner.delete(LIST).status_code == 405
        assert not Disclosure.objects.exists()


class TestList:
    def test_six_fields_and_our_own_record(self, owner, world, order):
        page = owner.get(LIST).content.decode()
        for value in (
            ADA.name,
            ADA.email,
            ADA.street,
            "8000 Aarhus C",
            "01.05.1990",
            "35 år",
            "Kvinde",
            order.reference[:4],
        ):
            assert value in page, value
        assert "Adult, all days" in page and "400,00" in page

    def test_before_anybody_has_paid(self, owner, world):
        page = owner.get(LIST)
        assert page.status_code == 200 and "Ingen endnu" in page.content.decode()
        assert not Disclosure.objects.exists()

    def test_buyers_are_shown_when_asked_for(self, owner, world, now, order):
        Participant.objects.filter(name=ADA.name).update(name="Cara Lund", email="cara@example.com")
        assert names(owner.get(LIST)) == [BO.name, "Cara Lund"]
        assert names(owner.get(LIST, {"who": "buyer"})) == [ADA.name]
        assert names(owner.get(LIST, {"who": "everybody"})) == [ADA.name, BO.name, "Cara Lund"]

    def test_filters_and_sorts(self, owner, world, now, order):
        ticket = Ticket.objects.get(participant__name=BO.name)
        CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=now)
        assert names(owner.get(LIST, {"inside": "in"})) == [BO.name]
        assert names(owner.get(LIST, {"inside": "out"})) == [ADA.name]
        assert names(owner.get(LIST, {"sort": "oldest"})) == [BO.name, ADA.name]
        assert names(owner.get(LIST, {"product": world.day.pk})) == []
        assert names(owner.get(LIST, {"age": "30-59"})) == [ADA.name, BO.name]
        assert names(owner.get(LIST, {"age": "0-14"})) == []

    def test_what_is_searched_for_is_not_in_the_address(self, owner, world, order):
        assert names(owner.post(LIST, {"q": "bo lund"})) == [BO.name]
        assert owner.post(LIST, {"q": " ", "sort": "oldest"})["Location"] == f"{LIST}?sort=oldest"
        assert names(owner.get(LIST, {"q": "bo"})) == [BO.name]

    @pytest.mark.parametrize(
        "odd",
        [
            {"sort": "phone"},
            {"sort": "order__access_key"},
            {"age": "x"},
            {"product": "1; DROP"},
            {"page": "x"},
            {"who": "x"},
            {"inside": "x"},
        ],
    )
    def test_odd_values_count_as_none(self, owner, world, order, odd):
        assert names(owner.get(LIST, odd)) == [ADA.name, BO.name]

    def test_the_statements_do_not_grow_with_the_people(self, owner, world, now):
        counts = []
        for _more in range(3):
            paid_order(world, now, Wish(world.adult.pk, 1))
            owner.get(LIST)
            with CaptureQueriesContext(connection) as queries:
                assert owner.get(LIST).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[2]

    def test_pages(self, owner, world, order, monkeypatch):
        from conbillet.web.office import paging

        monkeypatch.setattr(paging.page_of, "__defaults__", (1,))
        assert names(owner.get(LIST)) == [ADA.name] and names(owner.get(LIST, {"page": 2})) == [BO.name]
        assert sorted(Disclosure.objects.values_list("people", flat=True)) == [1, 1]


class TestRecord:
    def test_looking_is_written_down_once_a_day(self, owner, world, order):
        owner.get(LIST)
        owner.get(LIST, {"sort": "oldest"})
        row = Disclosure.objects.get()
        assert (row.purpose, row.form, row.people) == ("attendee_list", "page", 2)
        assert AuditEntry.objects.filter(action="attendees_listed", actor_id=world.owner.pk).count() == 1

    def test_each_file_is(self, owner, world, order):
        for url in (CSV, CSV, XLSX):
            body(owner.post(url))
        assert sorted(Disclosure.objects.values_list("form", flat=True)) == ["csv", "csv", "xlsx"]
        assert AuditEntry.objects.filter(action="attendees_exported").count() == 3

    def test_it_is_made_when_the_file_begins(self, owner, world, order):
        """Also when nobody reads on: what has left cannot be called back."""
        response = owner.post(CSV)
        assert next(iter(response.streaming_content))
        response._iterator.close()  # as when the browser goes away
        assert Disclosure.objects.get().people == 2


class TestFiles:
    @pytest.mark.parametrize("url", [CSV, XLSX])
    def test_name_type_and_caching(self, owner, world, order, url):
        response = owner.post(url)
        kind = url.rsplit(".", 1)[1]
        assert re.fullmatch(
            rf'attachment; filename="deltagere-fastaval-\d{{4}}-\d\d-\d\d\.{kind}"', response["Content-Disposition"]
        )
        assert "no-store" in response["Cache-Control"]
        body(response)

    def test_csv_for_danish_excel(self, owner, world, order):
        content = body(owner.post(CSV))
        assert content.startswith(b"\xef\xbb\xbf")
        head, ada, bo = lines(content)
        row = dict(zip(head, ada, strict=True))
        assert (
            row["Navn"] == ADA.name
            and row["Fødselsdato"] == "1990-05-01"
            and row["Pris"] == "400,00"
            and row["Køn"] == "Kvinde"
        )
        assert bo[0] == BO.name

    def test_workbook(self, owner, world, order):
        head, ada, bo = cells(body(owner.post(XLSX)))
        row = dict(zip(head, ada, strict=True))
        assert (
            row["Navn"] == ADA.name
            and row["Fødselsdato"] == "32994"
            and row["Pris"] == "400.00"
            and row["Postnummer"] == "8000"
        )
        assert bo[0] == BO.name

    def test_what_is_narrowed_down_stays_so(self, owner, world, order):
        assert [row[0] for row in lines(body(owner.post(CSV, {"q": "bo"})))[1:]] == [BO.name]
        assert Disclosure.objects.get().people == 1

    @pytest.mark.parametrize("nasty", ["=HYPERLINK(1)", "@SUM(1)", "+45", "-1", " =1", "<script>&\"'", "ab\x0bc"])
    def test_no_cell_is_a_formula_or_breaks_the_file(self, owner, world, order, nasty):
        Participant.objects.filter(name=ADA.name).update(name=nasty, email="a@example.com")
        names_ = {row[0] for row in lines(body(owner.post(CSV)))[1:]}
        assert names_ == {BO.name, nasty if nasty[0] in "<a" else f"'{nasty}"}
        content = body(owner.post(XLSX))
        assert {row[0] for row in cells(content)[1:]} == {BO.name, nasty.replace("\x0b", "")}
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")

    def test_another_associations_event_is_not_found(self, client, world, order):
        Event.objects.filter(pk=world.event.pk).update(state=Event.State.CLOSED)
        stranger = log_in(client, world.stranger)
        assert stranger.post(CSV.replace("alea", "hyggecon")).status_code == 404

    def test_somebody_who_came_in_between_is_not_in_it(self, owner, world, now, order):
        response = owner.post(CSV)
        late = paid_order(world, now + timedelta(minutes=1), Wish(world.adult.pk, 1))
        late.participants.update(name="Late Lund")
        assert "Late Lund" not in body(response).decode()
