"""Sessions are read with a statement of our own; nothing else about them differs from Django's."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from conbillet.core import clock
from conbillet.web.sessions import SessionStore

pytestmark = pytest.mark.django_db


def stored() -> SessionStore:
    store = SessionStore()
    store["language"] = "en"
    store.save()
    return store


def test_a_session_comes_back_with_one_query(django_assert_num_queries):
    key = stored().session_key
    with django_assert_num_queries(1):
        again = SessionStore(key)
        assert (again["language"], again.get("other")) == ("en", None)


@pytest.mark.parametrize("key", ["unknownunknownunknown", "' OR true --", "x" * 500])
def test_an_unknown_key_gives_an_empty_session_of_no_name(key: str):
    stored()
    store = SessionStore(key)
    assert (store.get("language"), store.session_key) == (None, None)


def test_a_session_that_has_run_out_is_empty():
    key = stored().session_key
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    assert SessionStore(key).get("language") is None


def test_a_session_that_was_ended_is_empty():
    store = stored()
    key = store.session_key
    store.flush()
    assert SessionStore(key).get("language") is None
