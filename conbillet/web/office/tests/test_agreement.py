"""The data-processing agreement: read by everybody in the office, accepted by an owner, wanted before a new one sells."""

import pytest

from conbillet.catalogue.actions.publish_event import publish_event
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event
from conbillet.consents.processors import Listed
from conbillet.consents.queries import texts
from conbillet.core.data_map import data_map
from conbillet.core.models import AuditEntry
from conbillet.organizations.agreements import ACCEPTED_HERE_SINCE, may_sell
from conbillet.organizations.models import Agreement, Role, RoleKind
from conbillet.web.office import annexes
from tests.login import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.proves("role.processor")]

PAGE = "/office/alea/agreement/"


def answer(**changes):
    return {"agree": "1", "text_hash": texts().agreements[-1].text_hash, **changes}


def test_an_owner_reads_and_accepts_it(client, world):
    log_in(client, world.owner)
    home = client.get("/office/alea/").content.decode()
    assert "Databehandleraftalen venter" in home
    page = client.get(PAGE).content.decode()
    assert (
        "Instruks" in page
        and "venter" not in page
        and "Noctem Solutions" in page
        and texts().agreements[-1].text_hash in page
    )
    assert client.post(PAGE, answer())["Location"] == PAGE
    row = Agreement.objects.get()
    version = texts().agreements[-1]
    assert (row.version, row.text_hash, row.accepted_by, row.accepted_name) == (
        version.name,
        version.text_hash,
        world.owner,
        "Olga Owner",
    )
    assert AuditEntry.objects.filter(action="agreement_accepted", organization_id=world.organization.pk).count() == 1
    assert "Olga Owner" in client.get(PAGE).content.decode()
    assert "Databehandleraftalen venter" not in client.get("/office/alea/").content.decode()
    client.post(PAGE, answer())
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{"text_hash": texts().agreements[-1].text_hash}, answer(text_hash="0" * 64), answer(text_hash="")]
)
def test_without_the_tick_or_of_another_text_nothing_is_accepted(client, world, values):
    page = log_in(client, world.owner).post(PAGE, values)
    assert page.status_code == 422 and 'role="alert"' in page.content.decode()
    assert not Agreement.objects.exists()


def test_a_manager_reads_but_does_not_accept(client, world):
    Role.objects.filter(person=world.door_crew).update(kind=RoleKind.MANAGER)
    log_in(client, world.door_crew)
    assert 'name="agree"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, answer()).status_code == 422
    assert not Agreement.objects.exists()


def test_others_have_no_such_page(client, world):
    assert log_in(client, world.stranger).get(PAGE).status_code == 404
    assert client.post(PAGE, answer()).status_code == 404


def test_the_box_is_not_ticked_beforehand(client, world):
    assert "checked" not in log_in(client, world.owner).get(PAGE).content.decode()


def test_a_new_association_does_not_sell_without_it(world, now):
    world.organization.created_at = ACCEPTED_HERE_SINCE
    world.organization.save(update_fields=["created_at"])
    Event.objects.filter(pk=world.event.pk).update(state=Event.State.DRAFT)
    by = {"event": world.event, "actor": world.actor(world.owner), "now": now}
    with pytest.raises(CannotChange, match="[Aa]ftale|agreement"):
        publish_event(**by)
    Agreement.objects.create(organization=world.organization, version="2026-11-23", text_hash="0" * 64, accepted_at=now)
    assert publish_event(**by).state == Event.State.LIVE


def test_planted_another_associations_acceptance_does_not_count(world, now):
    world.organization.created_at = ACCEPTED_HERE_SINCE
    Agreement.objects.create(organization=world.other, version="2026-11-23", text_hash="0" * 64, accepted_at=now)
    assert not may_sell(world.organization)


def test_the_annexes_are_made_from_the_data_map(client, world):
    page = log_in(client, world.owner).get(PAGE).content.decode()
    for words in (
        "Bilag A",
        "Fødselsdato",
        "5 år fra foreningens regnskabsårs afslutning",
        "Stripe",
        "Hetzner",
        "Tyskland",
    ):
        assert words in page, words


def test_every_word_of_the_map_has_its_words_here():
    """A category, purpose, period or processor without words of ours would stand in the agreement as a code."""
    own = [table for table in data_map.load().tables.values() if "organization" in table.columns]
    columns = [column for table in own for column in table.columns.values() if column.category and column.keep]
    assert {column.category for column in columns} <= set(annexes.CATEGORIES)
    assert {purpose for column in columns for purpose in column.purposes} <= set(annexes.PURPOSES)
    assert {column.keep.name for column in columns} <= set(annexes.PERIODS)
    assert set(data_map.processors) <= set(annexes.PROCESSORS)
    assert {one.country for one in data_map.processors.values()} <= set(annexes.COUNTRIES)


def test_planted_a_processor_that_nobody_described_is_shown_by_its_name():
    nobody_knows = Listed("quantum", "XX", (), ("everything",), "always", "")
    shown = annexes._helper(nobody_knows)
    assert (shown.name, shown.country, shown.does, shown.gets) == ("quantum", "XX", "always", "everything")
