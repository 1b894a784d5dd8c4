"""I13: whatever a backup brings back, what was erased, withdrawn or made invalid since stays so before anybody is served."""

import os

import psycopg
import pytest

from conbillet.accounts.models import Person
from conbillet.backups import mark, state
from conbillet.backups.mark import NotOpen
from conbillet.backups.places import BackupProblem
from conbillet.backups.restoring import LedgerOutOfReach
from conbillet.cli import restoring
from conbillet.cli.__main__ import main
from conbillet.cli.embedded_postgres import CannotStart, EmbeddedPostgres
from conbillet.cli.restoring import drill, open_database, restore
from conbillet.config.closed import refuse_if_restored
from conbillet.consents.ledger import has_consented
from conbillet.core.replay_ledger import ledger_path
from conbillet.privacy.erasure import replay as erasures
from conbillet.privacy.residue import search
from conbillet.tickets.models import Ticket
from conbillet.workflows import replay
from tests.backups.conftest import DATABASE, ROLE, working_on


@pytest.fixture(scope="session")
def brought_back(told, tmp_path_factory):
    """The moment before the erasure, restored and still closed."""
    cluster = restore(told.opened, tmp_path_factory.mktemp("restored") / "here", told.moment)
    yield cluster
    cluster.stop()


@pytest.fixture
def restored(brought_back, django_db_blocker):
    """Django works on it as its owner."""
    with working_on(brought_back.dsn(DATABASE), django_db_blocker):
        yield brought_back


def open_it(cluster, story):
    return open_database(cluster.dsn(DATABASE), story.opened, rehearsal=True, cluster=cluster.data_dir)


def test_the_backup_does_hold_the_erased_person(restored, story):
    """Or the next tests would prove nothing. It is the chosen second, too: what came later is not there."""
    assert Person.objects.filter(name=story.secret).exists()
    assert Ticket.objects.get(reference=story.voided).voided_at is None
    assert has_consented(email=story.reader, organization_id=None)


def test_nobody_is_served_before(restored):
    assert mark.restored_until(restored.dsn(DATABASE)) is not None
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(restored.dsn(DATABASE, f"{ROLE}_app"))
    with pytest.raises(CannotStart, match="restored from a backup"):
        EmbeddedPostgres(restored.data_dir).start()


def test_web_server_and_worker_refuse_it(restored, django_db_blocker, monkeypatch, capsys):
    for url in (restored.dsn(DATABASE), restored.dsn(DATABASE, f"{ROLE}_app")):
        with working_on(url, django_db_blocker), pytest.raises(NotOpen):
            refuse_if_restored()
    monkeypatch.setenv("DATABASE_URL", restored.dsn(DATABASE))
    monkeypatch.setenv("DATABASE_OWNER_URL", restored.dsn(DATABASE))
    for name in ("CONBILLET_DATA", "CONBILLET_SECRET_KEY"):
        monkeypatch.setenv(name, os.environ[name])
    assert main(["worker", "--once"]) == 1
    assert main(["serve"]) == 1
    assert capsys.readouterr().err.count("was restored from a backup") == 2


def test_without_the_ledger_it_stays_closed(restored, story, monkeypatch):
    path = ledger_path("erasures")
    away = path.with_name("away")
    path.rename(away)
    try:
        monkeypatch.setattr(type(story.opened.main), "read", lambda *_: (_ for _ in ()).throw(LedgerOutOfReach("gone")))
        with pytest.raises(LedgerOutOfReach):
            open_it(restored, story)
        assert mark.restored_until(restored.dsn(DATABASE)) is not None
    finally:
        away.rename(path)


def test_planted_a_replay_that_does_nothing_is_noticed(restored, story, monkeypatch):
    monkeypatch.setattr(erasures, "replay_ledger", lambda now: [])
    for name in ("_withdraw_again", "_void_again"):
        monkeypatch.setattr(replay, name, lambda now: 0)
    with pytest.raises(BackupProblem, match="still there: .*accounts_person.id"):
        open_it(restored, story)
    assert mark.restored_until(restored.dsn(DATABASE)) is not None


def test_the_erased_person_is_still_gone_and_it_opens(restored, story, tmp_path):
    done = open_it(restored, story)
    assert (done.erasures, done.withdrawals, done.tickets) == (1, 1, 1)
    assert not Person.objects.filter(pk=story.erased).exists()
    assert {hit.place for hit in search([story.secret], folders=[])} == set()
    assert Ticket.objects.get(reference=story.voided).void_reason == "refunded"
    assert not has_consented(email=story.reader, organization_id=None)
    assert mark.restored_until(restored.dsn(DATABASE)) is None
    psycopg.connect(restored.dsn(DATABASE, f"{ROLE}_app")).close()
    assert not mark.folder_is_marked(restored.data_dir)
    assert (restored.data_dir.parent / "media" / "poster.txt").read_text() == "a poster"
    refuse_if_restored()


def test_a_drill_does_all_of_it_in_an_empty_place(story, django_db_blocker):
    with working_on(story.house.app_url, django_db_blocker):
        found = drill(story.opened)
    assert (found.until, found.orders) == (story.later, 2)
    assert state.read(story.house.places.spool)["drill"]["orders"] == 2
    assert not list(story.house.places.spool.glob("drill-*")), "nothing is left behind"


def test_planted_a_drill_that_fails_is_red(story, monkeypatch):
    def nothing(*_, **__):
        raise BackupProblem("PostgreSQL does not come up")

    monkeypatch.setattr(restoring, "restore", nothing)
    with pytest.raises(BackupProblem):
        drill(story.opened)
    known = state.read(story.house.places.spool)["drill"]
    assert known["reason"] == "PostgreSQL does not come up"
