"""The front page in pages: each coming event on exactly one of them, and the filters come along."""

import re
from datetime import timedelta

import pytest

from conbillet.catalogue.listings import PAGE_SIZE
from conbillet.core import clock
from tests import cast
from tests.cast import make_event

world, now = cast.world, cast.now


@pytest.fixture(autouse=True)
def at(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


def names(page) -> list[str]:
    return re.findall(r"<h3><a href=[^>]*>([^<]*)</a></h3>", page.content.decode())


def test_many_events_are_dealt_out_over_pages(world, client):
    for number in range(PAGE_SIZE + 3):
        first = world.event.starts_on + timedelta(days=1 + number)
        make_event(
            world.organization, f"con-{number}", name=f"Con {number:02}", starts_on=first, ends_on=first, city="Ribe"
        )
    pages = [client.get("/", {"page": number, "place": "Ribe"}) for number in (1, 2)]
    assert [len(names(page)) for page in pages] == [PAGE_SIZE, 3]
    assert names(pages[0]) + names(pages[1]) == [f"Con {number:02}" for number in range(PAGE_SIZE + 3)]
    links = re.findall(r'href="(\?[^"]*page=2[^"]*)"', pages[0].content.decode())
    assert links and names(client.get("/" + links[0].replace("&amp;", "&"))) == names(pages[1])
