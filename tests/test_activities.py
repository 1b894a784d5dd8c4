"""Activities by quarter: events of themselves, others by hand, and what a quarter lacks; files without anybody's name."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.memberships.models import Activity
from conbillet.organizations.models import RoleKind
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.tickets.models import CheckIn, Ticket
from conbillet.web.office.tests.test_orders import text_of, with_role
from conbillet.workflows.activity_list import quarters_of
from tests.cast import make_event
from tests.login import log_in
from tests.purchases import ADA, BO, order_of, pay_for

pytestmark = pytest.mark.django_db

PAGE = "/office/alea/members/activities/"
LATER = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def owner(client, world):
    Event.objects.filter(pk=world.event.pk).update(starts_on="2026-04-01", ends_on="2026-04-05")
    return log_in(client, world.owner)


def listed(world, year=2026, today=date(2026, 11, 28)):
    return [
        [row.name for row in one.rows] for one in quarters_of(organization=world.organization, year=year, today=today)
    ]


def test_events_stand_where_they_were_held(world, owner):
    make_event(world.organization, slug="sommer", name="Sommer", state="closed", starts_on=date(2026, 6, 29), ends_on=date(2026, 7, 2))  # fmt: skip
    make_event(world.organization, slug="off", name="Aflyst", state="cancelled", starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 2))  # fmt: skip
    make_event(world.organization, slug="draft", name="Kladde", state="draft", starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 2))  # fmt: skip
    make_event(world.organization, slug="coming", name="Kommer", starts_on=date(2026, 12, 5), ends_on=date(2026, 12, 6))
    make_event(world.organization, slug="member", name="Medlemskab", kind="membership", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1))  # fmt: skip
    assert listed(world) == [[], [world.event.name, "Sommer"], ["Sommer"], []]
    missing = [one.is_missing for one in quarters_of(organization=world.organization, year=2026, today=LATER.date())]
    assert missing == [True, False, False, False]  # the fourth is not over yet
    assert quarters_of(organization=world.organization, year=2026, today=date(2027, 1, 1))[3].rows[0].name == "Kommer"
    assert listed(world, year=2027) == [[], [], [], []]


def test_who_was_let_in_counts_once_and_else_who_had_a_ticket(world, now, owner):
    pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)

    def participants() -> int:
        return quarters_of(organization=world.organization, year=2026, today=LATER.date())[1].rows[0].participants

    assert participants() == 2
    ticket = Ticket.objects.filter(admits=True).first()
    at = datetime(2026, 4, 2, 9, tzinfo=UTC)
    CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=at, undone_at=at)
    CheckIn.objects.create(organization=world.organization, ticket=ticket, event=world.event, at=at)
    assert participants() == 1


class TestPage:
    def enter(self, owner, **change):
        return owner.post(PAGE, {"held_on": "2026-02-10", "name": "Brætspilsaften", "place": "Klubben", "participants": "23", **change})  # fmt: skip

    def test_entered_shown_and_taken_out(self, world, owner):
        assert self.enter(owner)["Location"].endswith("?year=2026")
        assert listed(world)[0] == ["Brætspilsaften"]
        assert "Brætspilsaften" in text_of(owner.get(PAGE, {"year": "2026"}))
        assert "intet holdt" in text_of(owner.get(PAGE, {"year": "2026"}))  # in the third
        owner.post(f"{PAGE}{Activity.objects.get().pk}/remove/")
        assert not Activity.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("held_on", "2026-11-29"), ("held_on", "1899-01-01"), ("held_on", ""), ("name", ""), ("participants", "-1"), ("participants", "mange")],
    )  # fmt: skip
    def test_errors_stand_beside_their_field(self, owner, field, value):
        answer = self.enter(owner, **{field: value})
        assert answer.status_code == 422 and field in answer.context["form"].errors
        assert not Activity.objects.exists()

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.DOOR_CREW])
    def test_not_for_these(self, client, world, owner, kind):
        assert with_role(client, world, kind).get(PAGE).status_code == 403

    def test_a_stranger_finds_none(self, client, world, owner):
        self.enter(owner)
        number = Activity.objects.get().pk
        stranger = log_in(client, world.stranger)
        assert stranger.get(PAGE).status_code == 404
        assert stranger.post(f"/office/hyggecon/members/activities/{number}/remove/").status_code == 404

    def test_files(self, world, owner):
        self.enter(owner)
        for name, there in (("pdf", "Brætspilsaften"), ("xlsx", "Brætspilsaften")):
            answer = owner.get(f"/office/alea/members/activities.{name}", {"year": "2026"})
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = (
                " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
                if name == "pdf"
                else zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
            )
            assert there in text and "23" in text and ("intet" not in text or name == "pdf")
        pdf = owner.get("/office/alea/members/activities.pdf", {"year": "2026"}).content
        assert pdf == owner.get("/office/alea/members/activities.pdf", {"year": "2026"}).content
        assert "Der blev ikke holdt noget i dette kvartal" in " ".join(
            page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
        )


def test_a_day_of_a_quarter_belongs_to_it_alone(world):
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31)):
        Activity.objects.create(organization=world.organization, held_on=day, name=str(day), entered_at=LATER)
    Event.objects.update(starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 1) + timedelta(days=1))
    assert listed(world, today=date(2027, 1, 1)) == [["2026-03-31"], ["2026-04-01"], [], ["2026-12-31"]]
