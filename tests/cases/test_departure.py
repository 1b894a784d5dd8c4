"""An association leaves: its records handed over, every row of it deleted, nobody else touched."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from conbillet.accounts.models import Account, Person
from conbillet.core import clock
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.clock import copenhagen_day
from conbillet.core.models import AuditEntry
from conbillet.payments.models import LedgerEntry
from conbillet.privacy.actions.ask_to_leave import CannotLeave, ask_to_leave, stay_after_all
from conbillet.privacy.actions.delete_association import NotToday, delete_association
from conbillet.privacy.actions.disclose_to_organization import disclose_to_organization
from conbillet.privacy.actions.hand_over_records import NothingToHandOver, hand_over_records
from conbillet.privacy.departure import OWN, PackageChanged, columns_of, unseal
from conbillet.privacy.models import Departure, DisclosedPerson, Disclosure, Limit
from conbillet.privacy.models.departures import STAY, tables_of_associations
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order
from conbillet.support.models import Case
from conbillet.workflows.departures import delete_departed, leave
from tests.cases.conftest import a_case
from tests.cast import make_event, make_person, make_product, make_quota
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, BO, order_of, pay_for

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def after(world, now):
    """Two months after the event, of an association that has sold, let in, listed, and been written about."""
    pay_for(order_of(world, now, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1), people=(ADA, BO)), now)
    list(
        disclose_to_organization(
            organization=world.organization, event=world.event, purpose=Disclosure.Purpose.EXPORT, form="csv",
            actor=world.actor(world.owner), now=now,
        ).rows
    )  # fmt: skip
    case = a_case(now, "refund")
    Case.objects.filter(pk=case.pk).update(organization=world.organization, event=world.event)
    event = make_event(world.other, "andet")
    make_product(event, "ticket", "Andet", 1000, quotas=[make_quota(event, "P", 10)])
    run_jobs()
    return now + 65 * DAY


def owner_of(world) -> Actor:
    return world.actor(world.owner)


def leaving(world, now, actor=None, **changes) -> Departure:
    words = {"delete_on": copenhagen_day(now) + 20 * DAY, "reason": ""}
    return leave(organization=world.organization, actor=actor or owner_of(world), now=now, **{**words, **changes})


def gone(world, now) -> Departure:
    departure = leaving(world, now)
    hand_over_records(departure=departure, actor=owner_of(world), now=now)
    assert delete_departed(now=now + 20 * DAY) == 1
    departure.refresh_from_db()
    return departure


def rows_of(organization_id: int) -> dict[str, int]:
    """Found without the models: every table of the database that has the column."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE column_name = 'organization_id' AND t.table_type = 'BASE TABLE' AND table_schema = current_schema()"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE organization_id = %s', [organization_id])
            if count := cursor.fetchone()[0]:
                found[table] = count
    return found


class TestDeleting:
    def test_nothing_of_it_is_left_in_any_table_and_others_are_untouched(self, world, after):
        other, people = rows_of(world.other.pk), Person.objects.count()
        mine = rows_of(world.organization.pk)
        assert len(mine) > 20 and mine["sales_order"] == 1 and mine["core_auditentry"] >= 3, (
            "the twin: it was all there"
        )
        gone(world, after)
        assert rows_of(world.organization.pk) == {}
        assert rows_of(world.other.pk) == other
        assert Person.objects.count() == people and Account.objects.filter(person=world.owner).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM organizations_organization WHERE id = %s", [world.organization.pk])
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) FROM sales_receipt_lines")
            assert cursor.fetchone() == (0,), "what hangs on its rows is gone too"
        case = Case.objects.get()
        assert case.organization is None and case.event is None and case.text, "cases are the platform's"

    def test_every_table_of_associations_is_known(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
                "WHERE column_name = 'organization_id' AND table_type = 'BASE TABLE' AND table_schema = current_schema()"
            )
            real = {name for (name,) in cursor.fetchall()}
        assert real == {model._meta.db_table for model in tables_of_associations()}

    def test_planted_a_table_that_the_function_does_not_know_is_noticed(self, world, after, monkeypatch):
        from conbillet.privacy.models import departures

        whole = departures.tables_of_associations
        monkeypatch.setattr(
            departures, "tables_of_associations", lambda: [m for m in whole() if m._meta.db_table != "tickets_ticket"]
        )
        assert '"tickets_ticket"' not in departures._delete_function()
        monkeypatch.undo()
        assert '"tickets_ticket"' in departures._delete_function()

    def test_the_receipt_says_what_went_and_what_is_kept(self, world, after):
        departure = gone(world, after)
        lines = {line.table: line.count for line in departure.lines.filter(outcome="deleted")}
        assert lines["sales_order"] == 1 and departure.rows_deleted == sum(lines.values()) + 1
        run_jobs()
        receipt = [one for one in mail.outbox if "er slettet hos ConBillet" in one.subject]
        assert [one.to for one in receipt] == [[world.organization.email]]
        assert (
            departure.sha256 in receipt[0].body
            and "Slettejournalen" in receipt[0].body
            and "Ordrer: 1" in receipt[0].body
        )

    def test_the_platform_s_own_fees_stay_as_sums(self, world, after, now):
        from uuid import uuid4

        happened = [uuid4(), uuid4()]
        first = LedgerEntry.objects.order_by("id").first()
        booked = ((700, "platform_fee"), (-700, "provider"), (300, "platform_fee"), (-300, "provider"))
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                organization=world.organization, transaction=happened[number // 2], account=account, amount=amount,
                about=first.about, key=f"test {number // 2}", posted_at=now,
            )
            for number, (amount, account) in enumerate(booked)
        )  # fmt: skip
        departure = gone(world, after)
        (kept,) = departure.lines.filter(outcome="kept")
        assert kept.amount == 1000 and kept.until.year == now.year + 5 and kept.law == "bogføringsloven § 12"
        assert departure.kept_until == kept.until

    def test_it_runs_once(self, world, after):
        departure = gone(world, after)
        assert delete_departed(now=after + 30 * DAY) == 0
        with pytest.raises(NotToday):
            delete_association(departure=departure, now=after + 30 * DAY)


class TestNotYet:
    def test_not_before_the_day_nor_before_the_records_were_fetched(self, world, after):
        departure = leaving(world, after)
        assert delete_departed(now=after + 40 * DAY) == 0, "not fetched"
        hand_over_records(departure=departure, actor=owner_of(world), now=after)
        assert delete_departed(now=after + 19 * DAY) == 0, "not the day"
        assert Order.objects.exists()
        assert delete_departed(now=after + 20 * DAY) == 1

    def test_planted_the_database_itself_refuses(self, world, after):
        """Without the checks above: the function of the owner's looks by itself."""
        departure = leaving(world, after)
        for change in ({}, {"handed_over_at": after}, {"handed_over_at": after, "withdrawn_at": after}):
            Departure.objects.filter(pk=departure.pk).update(**change)
            day = copenhagen_day(after) + (10 * DAY if len(change) == 1 else 20 * DAY)
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT privacy_delete_association(%s, %s)", [departure.reference, day])
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT privacy_delete_association('NOSUCH', '2099-01-01')")
        assert Order.objects.exists()

    def test_the_office_s_role_cannot_call_it(self, world, after):
        from conbillet.core.tenancy import acting_for

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting_for(world.organization.pk),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT privacy_delete_association('X', '2099-01-01')")

    def test_orders_of_coming_events_stand_in_the_way_also_on_the_day(self, world, now, after):
        with pytest.raises(CannotLeave) as refusal:
            leaving(world, now)
        assert "arrangementer" in str(refusal.value.message) or "events" in str(refusal.value.message)
        departure = leaving(world, after)
        hand_over_records(departure=departure, actor=owner_of(world), now=after)
        world.event.ends_on = copenhagen_day(after) + 90 * DAY
        world.event.save(update_fields=["ends_on"])
        assert delete_departed(now=after + 20 * DAY) == 0 and Order.objects.exists()

    def test_taken_back_nothing_is_deleted_and_the_package_is_gone(self, world, after):
        departure = leaving(world, after)
        hand_over_records(departure=departure, actor=owner_of(world), now=after)
        stay_after_all(departure=departure, actor=owner_of(world), now=after)
        assert delete_departed(now=after + 40 * DAY) == 0
        with pytest.raises(NothingToHandOver):
            hand_over_records(departure=departure, actor=owner_of(world), now=after)
        with pytest.raises(FileNotFoundError):
            unseal(departure)

    @pytest.mark.parametrize("days", [0, 13, 366, -5])
    def test_the_day_is_within_reason(self, world, after, days):
        with pytest.raises(CannotLeave) as refusal:
            leaving(world, after, delete_on=copenhagen_day(after) + days * DAY)
        assert refusal.value.field == "delete_on"

    def test_only_an_owner_or_staff_with_a_reason(self, world, after):
        staff = Actor(ActorKind.STAFF, make_person("Signe").pk)
        manager = Actor(ActorKind.ORGANIZATION, world.owner.pk, world.organization.pk, "manager")
        stranger = Actor(ActorKind.ORGANIZATION, world.stranger.pk, world.other.pk, "owner")
        for actor in (manager, stranger, Actor(ActorKind.PERSON, world.owner.pk)):
            with pytest.raises(CannotLeave):
                leaving(world, after, actor)
        with pytest.raises(CannotLeave) as refusal:
            leaving(world, after, staff, reason="nej")
        assert refusal.value.field == "reason"
        departure = leaving(world, after, staff, reason="Foreningen er opløst, siger den sidste formand.")
        assert not departure.by_owner and departure.reason
        with pytest.raises(CannotLeave):
            ask_to_leave(organization=world.organization, delete_on=departure.delete_on, reason="", actor=owner_of(world), now=after)  # fmt: skip


class TestPackage:
    def opened(self, plain: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def test_it_holds_the_association_s_own_and_nobody_else_s(self, world, after):
        plain = hand_over_records(departure=leaving(world, after), actor=owner_of(world), now=after)
        files = self.opened(plain)
        (order,) = json.loads(files["json/sales_order.json"])
        assert order["buyer_name"] == ADA.name and b"Ada Lund" in files["csv/sales_order.csv"]
        whole = b"".join(files.values())
        assert world.other.name.encode() not in whole and b"Andet" not in whole
        assert Order.objects.get().access_key.encode() not in whole
        for person in Person.objects.all():
            assert str(person.pk).encode() not in whole
        assert hand_over_records(departure=Departure.objects.get(), actor=owner_of(world), now=after) == plain

    def test_columns_are_those_that_the_association_may_read(self):
        by_name = {model._meta.db_table: model for model in [*tables_of_associations(), Order]}
        for table in set(OWN) - {"organizations_organization"}:
            model = by_name[table]
            assert getattr(model, "office_access", "none") != "none", table
            assert not set(columns_of(model)) & {*getattr(model, "office_hidden", ()), "access_key", "claim_key"}, table
            assert not [one for one in columns_of(model) if isinstance(model._meta.get_field(one), models.BinaryField)]
        assert not set(OWN) & {*STAY, "mail_outgoingmail", "certificates_cprnumber", "core_auditentry"}

    def test_it_is_sealed_and_written_down_for_everybody_in_it(self, world, after, settings):
        departure = leaving(world, after)
        hand_over_records(departure=departure, actor=owner_of(world), now=after)
        departure.refresh_from_db()
        path = settings.CONBILLET_DATA / "departures" / f"{departure.reference}.sealed"
        assert ADA.name.encode() not in path.read_bytes() and path.stat().st_mode & 0o077 == 0
        disclosure = Disclosure.objects.get(purpose="departure")
        assert DisclosedPerson.objects.filter(disclosure=disclosure).count() == disclosure.people > 0
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(PackageChanged):
            unseal(departure)
        assert AuditEntry.objects.filter(action="departure_handed_over", organization=None).exists()

    def test_whose_data_is_only_stored_has_no_name_in_it(self, world, after):
        Limit.objects.create(email="bo@example.com", kind="restriction", from_at=after - DAY)
        plain = hand_over_records(departure=leaving(world, after), actor=owner_of(world), now=after)
        people = json.loads(self.opened(plain)["json/sales_participant.json"])
        assert {one["name"] for one in people} == {ADA.name, None}


class TestPages:
    @pytest.fixture(autouse=True)
    def later(self, after, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: after)

    def test_an_owner_agrees_fetches_and_takes_it_back(self, world, after):
        client = log_in(Client(), world.owner)
        page = f"/office/{world.organization.slug}/leave/"
        shown = client.get(page).content.decode()
        assert "Ordrer" in shown and 'value="leave"' in shown
        day = (copenhagen_day(after) + 20 * DAY).isoformat()
        assert (
            client.post(page, {"do": "leave", "delete_on": day}).status_code == 422 and not Departure.objects.exists()
        )
        assert client.post(page, {"do": "leave", "delete_on": day, "sure": "on"}).status_code == 302
        answer = client.post(page, {"do": "package"})
        assert answer["Content-Type"] == "application/zip" and answer.content[:2] == b"PK"
        assert client.post(page, {"do": "stay"}).status_code == 302 and Departure.objects.get().withdrawn_at

    @pytest.mark.parametrize("who", ["door_crew", "stranger", "buyer"])
    def test_nobody_else_of_the_association(self, world, who):
        answer = log_in(Client(), getattr(world, who)).post(
            f"/office/{world.organization.slug}/leave/", {"do": "leave"}
        )
        assert answer.status_code in {403, 404}

    def test_who_signed_in_a_while_ago_is_asked_again(self, world):
        client = log_in(Client(), world.owner, fresh=False)
        answer = client.get(f"/office/{world.organization.slug}/leave/")
        assert answer.status_code == 302 and "/accounts/" in answer["Location"]

    def test_an_officer_with_a_reason(self, officer, agent, world, after):
        page = f"/desk/associations/{world.organization.slug}/leave/"
        assert agent.get(page).status_code == 403 and log_in(Client(), world.owner).get(page).status_code == 404
        form = {"do": "leave", "delete_on": (copenhagen_day(after) + 20 * DAY).isoformat(), "sure": "on"}
        assert officer.post(page, form).status_code == 422
        reason = "Foreningen er opløst, siger den sidste formand."
        assert officer.post(page, {**form, "reason": reason}).status_code == 302
        assert officer.post(page, {"do": "package"})["Content-Type"] == "application/zip"
        delete_departed(now=after + 20 * DAY)
        assert world.organization.name in officer.get("/desk/associations/").content.decode()
        assert officer.get(page).status_code == 404
