"""Two at once: one takes a conversation; numbers are committed in their order, so that a reader misses none.

The planted bugs show that these tests would notice."""

import secrets
from threading import Event

import pytest
from django.conf import settings
from django.db import connection, transaction

from conbillet.core.actor import ANONYMOUS
from conbillet.core.tenancy import acting_for
from conbillet.organizations.models import Role, RoleKind
from conbillet.support.actions import say as saying
from conbillet.support.actions import take_chat as taking
from conbillet.support.actions.open_chat import open_chat
from conbillet.support.actions.say import say
from conbillet.support.actions.take_chat import TakenAlready, take_chat
from conbillet.support.models import Chat, ChatMessage
from tests.cast import World, make_person, make_world
from tests.door.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture
def chat(world, now, tmp_path, monkeypatch) -> Chat:
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    return open_chat(
        organization=world.organization, person=None, token="t", name="", language="da", actor=ANONYMOUS, now=now
    )


def takers(world: World, chat: Chat, now, count: int):
    people = [make_person(f"Agent {number}") for number in range(count)]
    for person in people:
        Role.objects.create(organization=world.organization, person=person, kind=RoleKind.MANAGER, granted_at=now)

    def taker(person):
        def take() -> str:
            with acting_for(world.organization.pk):
                try:
                    take_chat(chat=chat, actor=world.actor(person, RoleKind.MANAGER), now=now)
                except TakenAlready:
                    return "no"
            return "yes"

        return take

    return [taker(person) for person in people]


@pytest.mark.asvs("2.3.4")
@pytest.mark.parametrize("count", [2, 6])
def test_one_of_those_who_take_it_at_once_wins(world, chat, now, count):
    assert sorted(at_once(*takers(world, chat, now, count))) == ["no"] * (count - 1) + ["yes"]
    assert ChatMessage.objects.filter(event="taken").count() == 1


def test_planted_taking_without_the_lock_gives_it_to_two(world, chat, now, monkeypatch):
    both_looked = Event()
    looked = []

    def unlocked(wanted: Chat) -> Chat:
        found = Chat.objects.defer("token_hash", "order_proof").get(pk=wanted.pk)
        looked.append(found)
        if len(looked) >= 2:
            both_looked.set()
        both_looked.wait(5)
        return found

    def careless(*, chat: Chat, to, actor, now) -> Chat:
        Chat.objects.filter(pk=chat.pk).update(agent_id=to, taken_at=now, state="taken")
        return chat

    monkeypatch.setattr(taking, "locked_chat", unlocked)
    monkeypatch.setattr(taking, "give_chat", careless)
    assert at_once(*takers(world, chat, now, 2)) == ["yes", "yes"]


def speaker(chat: Chat, now, text: str, *, slow: Event | None = None, done: Event | None = None):
    def speak() -> int:
        with transaction.atomic():
            message = say(chat=chat, by="visitor", text=text, key=secrets.token_hex(16), actor=ANONYMOUS, now=now)
            if slow is not None:
                slow.wait(3)
        if done is not None:
            done.set()
        return message.number

    return speak


def reader(chat: Chat, missed: list[str], *, until: Event):
    """Looks again and again for what came after the newest number it has, as a page does."""

    def read() -> list[str]:
        seen, last = [], 0
        while True:
            over = until.is_set()
            for message in ChatMessage.objects.filter(chat=chat, number__gt=last).order_by("number"):
                seen.append(message.text)
                last = message.number
            if over:
                missed.extend(seen)
                return seen

    return read


def all_seen(chat: Chat, now) -> set[str]:
    """What a reader has in the end, while eight say three things each."""
    from concurrent.futures import ThreadPoolExecutor

    until, seen = Event(), []

    def clean(deed):
        def run():
            try:
                return deed()
            finally:
                connection.close()

        return run

    with ThreadPoolExecutor(9) as pool:
        listening = pool.submit(clean(reader(chat, seen, until=until)))
        said = [pool.submit(clean(speaker(chat, now, f"{one}-{two}"))) for one in range(8) for two in range(3)]
        for one in said:
            one.result(30)
        until.set()
        listening.result(30)
    return set(seen)


EVERYTHING = {f"{one}-{two}" for one in range(8) for two in range(3)}


def test_a_reader_who_asks_for_what_came_after_misses_nothing(chat, now):
    assert all_seen(chat, now) == EVERYTHING
    assert list(ChatMessage.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 25))


def test_planted_numbers_that_are_not_committed_in_their_order_are_noticed(chat, now, monkeypatch):
    """As a sequence would give them: the second is committed first, and whoever has seen it never asks for the first."""
    first_waits, second_done = Event(), Event()
    numbers = iter(range(1, 10))

    def unlocked(wanted: Chat) -> Chat:
        found = Chat.objects.defer("token_hash", "order_proof").get(pk=wanted.pk)
        found.last_number = next(numbers) - 1
        return found

    monkeypatch.setattr(saying, "locked_chat", unlocked)
    monkeypatch.setattr(Chat, "save", lambda self, **rest: None)
    seen: list[str] = []

    def late_reader():
        second_done.wait(5)
        last = 0
        for _ in range(2):
            for message in ChatMessage.objects.filter(chat=chat, number__gt=last).order_by("number"):
                seen.append(message.text)
                last = message.number
            first_waits.set()
            second_first.wait(5)
        return seen

    second_first = Event()

    def first():
        number = speaker(chat, now, "first", slow=first_waits)()
        second_first.set()
        return number

    second = speaker(chat, now, "second", done=second_done)
    outcome = at_once_plain(first, second, late_reader)
    assert not [one for one in outcome if isinstance(one, Exception)], outcome
    assert ChatMessage.objects.count() == 2 and len(seen) == 1


def at_once_plain(*deeds) -> list[object]:
    """Without a transaction around each, and the later ones a moment later."""
    import time
    from concurrent.futures import ThreadPoolExecutor

    def run(number, deed):
        time.sleep(0.15 * number)
        try:
            return deed()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result(20) for future in [pool.submit(run, *one) for one in enumerate(deeds)]]
