"""Publishing versions, and answering about cookies."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conbillet.consents.actions.answer_cookies import answer_cookies
from conbillet.consents.actions.forget_answers import forget_answers
from conbillet.consents.actions.publish_versions import PublishedVersionEdited, publish_versions
from conbillet.consents.actions.withdraw_answer import withdraw_answer
from conbillet.consents.models import ConsentReceipt, PolicyVersion
from conbillet.consents.queries import answer_of, texts

pytestmark = pytest.mark.django_db


@pytest.mark.proves("policy.dates", "policy.previous")
def test_versions_are_written_down_once(now):
    added = publish_versions(texts=texts(), now=now)
    assert added == [f"{version.document} {version.name}" for version in texts().all]
    assert {"policy 2019-07-12", "policy 2026-11-22", "terms 2026-11-22", "agreement 2026-11-23"} <= set(added)
    assert publish_versions(texts=texts(), now=now) == []
    rows = PolicyVersion.objects.filter(document="policy").order_by("updated_on")
    assert rows[1].previous_hash == rows[0].text_hash


def test_planted_an_edited_version_is_refused(now):
    publish_versions(texts=texts(), now=now)
    edited = replace(texts().policies[1], text_hash="0" * 64)
    with pytest.raises(PublishedVersionEdited, match="2026-11-22"):
        publish_versions(texts=replace(texts(), policies=(texts().policies[0], edited)), now=now)


@pytest.mark.proves("cookie.consent")
def test_an_answer_is_kept_changed_and_withdrawn(now):
    policy = texts().policies[-1]
    receipt = answer_cookies(reference="", allow_all=True, gpc=False, policy=policy, now=now)
    assert (receipt.choices, receipt.method, receipt.text_hash) == ("all", "form", policy.text_hash)
    assert answer_of(reference=receipt.reference).allows_all
    answer_cookies(reference=receipt.reference, allow_all=False, gpc=False, policy=policy, now=now)
    assert not answer_of(reference=receipt.reference).allows_all
    assert withdraw_answer(reference=receipt.reference, policy=policy, now=now)
    assert answer_of(reference=receipt.reference) is None
    assert not withdraw_answer(reference=receipt.reference, policy=policy, now=now)
    assert ConsentReceipt.objects.count() == 3


@pytest.mark.proves("cookie.consent")
def test_the_browsers_signal_is_a_refusal(now):
    receipt = answer_cookies(reference="", allow_all=True, gpc=True, policy=texts().policies[-1], now=now)
    assert (receipt.choices, receipt.method) == ("necessary", "gpc")


def test_an_unknown_reference_answers_nothing():
    assert answer_of(reference="") is None
    assert answer_of(reference="x" * 33) is None
    assert answer_of(reference="0123456789ABCDEFGHJK") is None


@pytest.mark.proves("cookie.consent")
def test_answers_are_forgotten_two_years_after_their_last_use(now):
    policy = texts().policies[-1]
    answer_cookies(reference="", allow_all=False, gpc=False, policy=policy, now=now)
    assert forget_answers(now=now + timedelta(days=3 * 365 - 2)) == 0
    assert forget_answers(now=now + timedelta(days=3 * 365 + 2)) == 1
