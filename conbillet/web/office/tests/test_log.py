"""The log of the office: who may read it, what it says, and that every action has words."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

import conbillet
from conbillet.core import audit, clock
from conbillet.core.actor import SYSTEM, Actor, ActorKind, person_actor
from conbillet.organizations.models import Role, RoleKind
from conbillet.web.log_texts import BEGINNINGS, GROUPS, PHRASES
from tests.cast import make_person
from tests.login import log_in

pytestmark = pytest.mark.django_db

LOG = "/office/alea/log/"


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


def write(
    world, action="order_refunded", *, actor=None, at=None, reference="7K3M9QXD2VTA", kind="order", to=None
) -> None:
    audit.record(
        action=action, actor=actor or world.actor(world.owner), now=at or clock.now(),
        organization_id=(to or world.organization).pk, object_kind=kind, object_reference=reference,
    )  # fmt: skip


def lines(response) -> list[str]:
    found = re.findall(r"<li><time.*?</li>", response.content.decode(), re.S)
    return [" ".join(re.sub(r"<time.*?</time>|<[^>]+>", " ", line, flags=re.S).split()) for line in found]


class TestWho:
    def test_owner_and_manager(self, client, world, owner):
        assert owner.get(LOG).status_code == 200
        manager = make_person("Mads Manager", "mads@alea.example")
        Role.objects.create(
            organization=world.organization, person=manager, kind=RoleKind.MANAGER, granted_at=clock.now()
        )
        assert log_in(Client(), manager).get(LOG).status_code == 200

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.MEMBER_SECRETARY])
    def test_nobody_else(self, client, world, kind):
        person = make_person("Rie Rolle", "rie@alea.example")
        Role.objects.create(organization=world.organization, person=person, kind=kind, granted_at=clock.now())
        assert log_in(client, person).get(LOG).status_code == 403

    def test_a_stranger_finds_nothing_and_nobody_posts(self, client, world, owner):
        assert log_in(Client(), world.stranger).get(LOG).status_code == 404
        assert owner.post(LOG).status_code == 405


class TestLines:
    def test_a_sentence_in_danish(self, owner, world):
        write(world)
        assert lines(owner.get(LOG))[0] == "Olga Owner refunderede en ordre · 7K3M-9QXD-2VTA Ejer"

    @pytest.mark.parametrize(
        ("actor", "who"),
        [
            (SYSTEM, "ConBillet"), (Actor(ActorKind.STAFF), "ConBillets medarbejdere"), (Actor(ActorKind.ANONYMOUS), "En besøgende"),
            (Actor(ActorKind.ORGANIZATION, None, None, "owner"), "En, der ikke arbejder her mere"),
        ],
    )  # fmt: skip
    def test_who_has_no_name_here(self, owner, world, actor, who):
        write(world, actor=actor)
        assert lines(owner.get(LOG))[0].startswith(f"{who} refunderede")

    def test_a_buyer_is_not_named(self, owner, world):
        write(world, "tickets_claimed", actor=person_actor(world.buyer.pk))
        said = owner.get(LOG).content.decode()
        assert "En køber</b> overtog billetter" in said and "Bodil" not in said and str(world.buyer.pk) not in said

    def test_another_associations_entries_are_not_here(self, owner, world):
        write(world, to=world.other)
        assert lines(owner.get(LOG)) == []

    def test_the_same_again_is_one_line(self, owner, world):
        at = clock.now().replace(second=0)
        for second in range(3):
            write(world, "order_seen", at=at + timedelta(seconds=second))
        assert lines(owner.get(LOG)) == ["Olga Owner så en ordre · 7K3M-9QXD-2VTA × 3 Ejer"]

    def test_filters(self, owner, world):
        write(world, at=clock.now() - timedelta(days=20))
        write(world, "event_published", kind="event", actor=SYSTEM)
        role = Role.objects.get(person=world.owner)
        assert len(lines(owner.get(LOG, {"who": role.pk}))) == 1
        assert "offentliggjorde" in lines(owner.get(LOG, {"what": "setup"}))[0]
        assert len(lines(owner.get(LOG, {"days": "7"}))) == 1
        assert (
            lines(owner.get(LOG, {"what": "door"})) == []
            and "Intet fundet" in owner.get(LOG, {"what": "door"}).content.decode()
        )
        assert len(lines(owner.get(LOG, {"who": "x", "what": "x", "days": "x", "page": "x"}))) == 2

    def test_the_statements_do_not_grow(self, owner, world):
        counts = []
        for more in (1, 2):
            for number in range(more):
                write(world, reference=f"REF{more}{number}")
            with CaptureQueriesContext(connection) as queries:
                owner.get(LOG)
            counts.append(len(queries))
        assert counts[0] == counts[1]


def recorded_actions() -> set[str]:
    """The literal actions of all calls of `audit.record`, and of `changed` in the catalogue."""
    form = {"page"}  # compared with in one of them
    found = set()
    for path in Path(conbillet.__file__).parent.rglob("*.py"):
        if {"tests", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if keyword.arg == "action" and name in {"record", "changed"}:
                        found |= {
                            part.value
                            for part in ast.walk(keyword.value)
                            if isinstance(part, ast.Constant) and isinstance(part.value, str)
                        }
    return found - form


def test_every_action_has_words():
    known = {*PHRASES, *BEGINNINGS}
    missing = {
        action for action in recorded_actions()
        if action not in known and not action.startswith(tuple(BEGINNINGS)) and not any(name.startswith(action) for name in PHRASES)
    }  # fmt: skip
    assert len(recorded_actions()) > 40 and missing == set()


def test_words_are_danish():
    with override("da"):
        danish = {action: str(phrase) for action, phrase in PHRASES.items()}
    with override("en"):
        assert not [action for action, phrase in PHRASES.items() if str(phrase) == danish[action]]
    assert set(GROUPS) >= {"orders", "people", "money", "door", "setup"}
