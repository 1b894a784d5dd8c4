"""A version of the policy that is coming: a banner, one mail to everybody with an account, and the right one on the day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail

from conbillet.accounts.models import Account
from conbillet.consents import queries
from conbillet.consents.models import PolicyVersion
from conbillet.consents.queries import texts
from conbillet.core import clock
from conbillet.core.clock import copenhagen_day, day_start
from conbillet.web.shop.terms import accepted_at
from conbillet.workflows import policy_news
from tests.jobs import run_jobs
from tests.login import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.proves("policy.dates")]


@pytest.fixture
def coming(monkeypatch):
    """A published version that applies in ten days."""
    today = copenhagen_day(clock.now())
    last = texts().policies[-1]
    version = replace(last, updated_on=today, effective_on=today + timedelta(days=10), text_hash="c" * 64)
    before = tuple(one for one in texts().policies if one.updated_on < today and one.effective_on <= today)
    library = replace(texts(), policies=(*before, version))
    for module in ("conbillet.consents.queries", "conbillet.web.templatetags.policy_news", "conbillet.web.site.views.policy",
                   "conbillet.workflows.policy_news", "conbillet.workflows.notifications.consent_letters"):  # fmt: skip
        monkeypatch.setattr(f"{module}.texts", lambda: library)
    PolicyVersion.objects.create(
        document="policy",
        updated_on=today,
        effective_on=version.effective_on,
        text_hash="c" * 64,
        published_at=clock.now(),
    )
    return version


def test_it_is_announced_on_the_policys_pages_and_on_mine(client, world, coming):
    for path in ("/policy/", "/policy/cookies/"):
        assert f'href="/policy/{coming.name}/"' in client.get(path).content.decode()
    log_in(client, world.buyer, second_factor=False)
    for path in ("/my/", "/my/profile/", "/my/data/"):
        assert f"to={coming.name}" in client.get(path).content.decode()


def test_without_one_there_is_no_banner(client, monkeypatch):
    library = replace(texts(), policies=texts().policies[:2])
    monkeypatch.setattr("conbillet.web.templatetags.policy_news.texts", lambda: library)
    assert "En ny privatlivspolitik gælder" not in client.get("/policy/cookies/").content.decode()


def test_everybody_with_an_account_gets_one_mail(world, coming, monkeypatch):
    monkeypatch.setattr(policy_news, "BATCH", 2)
    Account.objects.filter(person=world.stranger).update(is_active=False)
    told = set(Account.objects.filter(is_active=True).values_list("email", flat=True))
    assert len(told) == 3, "more than a batch"
    assert policy_news.announce_policy(now=clock.now()) == coming.name
    run_jobs()
    assert {message.to[0] for message in mail.outbox} == told and len(mail.outbox) == 3
    assert "/policy/changes/" in mail.outbox[0].body
    assert policy_news.announce_policy(now=clock.now()) == "", "the next day there is nobody left to tell"
    policy_news.policy_coming(version=coming.name, after=0)
    run_jobs()
    assert len(mail.outbox) == 3


def test_what_was_not_published_here_is_not_mailed(world, coming):
    today = copenhagen_day(clock.now())
    assert policy_news.announce_policy(now=day_start(today - timedelta(days=1))) == "", "not before its date"
    assert policy_news.announce_policy(now=day_start(coming.effective_on)) == "", "not when it applies"


def test_the_checkout_accepts_the_new_one_from_its_day_on(coming):
    assert accepted_at(day_start(coming.effective_on) - timedelta(seconds=1)).policy != coming.name
    assert accepted_at(day_start(coming.effective_on)).policy == coming.name
    assert queries.current_policy_version(on=coming.effective_on) == coming.name
