"""The ledger of consents: a yes has its proof, a no is silence, and taking it back is one step."""

from datetime import timedelta

import pytest

from conbillet.consents.actions.ask_consent import ask_consent
from conbillet.consents.actions.confirm_consent import OPEN_FOR, confirm_consent
from conbillet.consents.actions.forget_consents import forget_consents
from conbillet.consents.actions.give_consent import give_consent
from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.consent_links import consent_key, consent_of_link
from conbillet.consents.ledger import ConsentRefused, consents_of, has_consented, wording
from conbillet.consents.models import MarketingConsent
from conbillet.consents.queries import texts

pytestmark = [pytest.mark.django_db, pytest.mark.proves("use.services")]

GUEST = "guest@example.com"


def give(world, now, *, organization=None, **changes):
    values = {"gpc": False, "purpose": "newsletter", "language": "da", "now": now, **changes}
    return give_consent(account=world.buyer.account, organization_id=organization and organization.pk, **values)


def take_back(world, now, *, organization=None):
    return withdraw_consent(
        email=world.buyer.account.email, organization_id=organization and organization.pk, purpose="newsletter",
        method="account", person_id=world.buyer.pk, language="da", now=now,
    )  # fmt: skip


def ask(now, *, organization=None, **changes):
    values = {"email": GUEST, "purpose": "newsletter", "gpc": False, "language": "da", "now": now, **changes}
    return ask_consent(organization_id=organization and organization.pk, **values)


def says_yes(email, organization=None):
    return has_consented(email=email, organization_id=organization and organization.pk)


def test_silence_is_a_no(world):
    assert not says_yes(world.buyer.account.email) and not says_yes("nobody@example.com", world.organization)


def test_a_yes_holds_for_one_sender_and_has_its_proof(world, now):
    assert give(world, now, organization=world.organization)
    email = world.buyer.account.email
    assert says_yes(email, world.organization) and says_yes(email.upper(), world.organization)
    assert not says_yes(email) and not says_yes(email, world.other)
    row = MarketingConsent.objects.get()
    text = texts().consents[-1]
    assert (row.text_version, row.text_hash, row.method, row.at) == (text.name, text.text_hash, "account", now)
    assert "foreningen" in wording(version=text, language="da", purpose="newsletter", association=True).markdown
    assert not give(world, now, organization=world.organization), "said twice is said once"


def test_the_ledger_is_only_added_to(world, now):
    give(world, now)
    assert take_back(world, now + timedelta(days=1)) and not take_back(world, now + timedelta(days=2))
    assert not says_yes(world.buyer.account.email)
    give(world, now + timedelta(days=3))
    assert list(MarketingConsent.objects.order_by("id").values_list("event", flat=True)) == [
        "given",
        "withdrawn",
        "given",
    ]
    assert [one.event for one in consents_of(person_id=world.buyer.pk, emails=[])] == ["given"]


def test_no_row_holds_an_internet_address():
    assert not [field.name for field in MarketingConsent._meta.concrete_fields if "ip" in field.name.split("_")]


def test_the_browsers_signal_is_a_no_for_every_way_of_saying_yes(world, now):
    ask(now)
    asked = MarketingConsent.objects.get()
    for refused in (
        lambda: give(world, now, gpc=True),
        lambda: ask(now, gpc=True),
        lambda: confirm_consent(asked=asked, gpc=True, now=now),
    ):
        with pytest.raises(ConsentRefused):
            refused()
    assert MarketingConsent.objects.count() == 1 and not says_yes(GUEST)


@pytest.mark.parametrize(("years", "old_enough"), [(15, True), (14, False)])
def test_under_fifteen_one_does_not_say_yes_alone(world, now, years, old_enough):
    world.buyer.birth_date = now.date().replace(year=now.year - years)
    world.buyer.save()
    if old_enough:
        assert give(world, now)
    else:
        with pytest.raises(ConsentRefused):
            give(world, now)


class TestDoubleOptIn:
    def test_a_wish_is_no_yes_before_the_link_is_opened(self, world, now):
        assert ask(now, organization=world.organization)
        assert not says_yes(GUEST, world.organization)
        asked = MarketingConsent.objects.get()
        given = confirm_consent(asked=asked, gpc=False, now=now + timedelta(hours=1))
        assert says_yes(GUEST, world.organization)
        assert (given.method, given.text_hash) == ("double_opt_in", asked.text_hash)
        assert confirm_consent(asked=asked, gpc=False, now=now + timedelta(hours=2)) is None

    def test_one_mail_a_day_for_each_sender_however_often_somebody_types_an_address(self, world, now, monkeypatch):
        assert ask(now) and not ask(now + timedelta(hours=3)) and ask(now, organization=world.organization)
        assert ask(now + timedelta(hours=25))
        monkeypatch.setattr("conbillet.consents.actions.ask_consent.MOST_A_DAY", 2)
        assert not ask(now + timedelta(hours=2), organization=world.other), "not more than a few in all"

    def test_who_said_yes_is_not_asked_again(self, world, now):
        give(world, now)
        assert not ask(now, email=world.buyer.account.email)

    def test_a_link_does_not_outlive_its_week_or_a_withdrawal(self, now):
        ask(now)
        asked = MarketingConsent.objects.get()
        with pytest.raises(ConsentRefused):
            confirm_consent(asked=asked, gpc=False, now=now + OPEN_FOR + timedelta(seconds=1))
        confirm_consent(asked=asked, gpc=False, now=now)
        withdraw_consent(email=GUEST, organization_id=None, purpose="newsletter", method="mail_link", person_id=None, language="da", now=now)  # fmt: skip
        with pytest.raises(ConsentRefused):
            confirm_consent(asked=asked, gpc=False, now=now)
        assert not says_yes(GUEST)

    def test_planted_another_rows_key_opens_nothing(self, world, now):
        ask(now)
        ask(now, email="other@example.com")
        first, second = MarketingConsent.objects.order_by("id")
        assert consent_of_link(reference=first.reference, key=consent_key(first)) == first
        assert consent_of_link(reference=first.reference, key=consent_key(second)) is None
        assert consent_of_link(reference="x" * 99, key="") is None


def later(now, months):
    return now + timedelta(days=31 * months)


@pytest.mark.proves("also.retention")
def test_proofs_go_two_years_after_their_last_use_and_wishes_after_a_week(world, now):
    give(world, now)
    give(world, now, organization=world.organization)
    take_back(world, now + timedelta(days=30))
    ask(now)
    assert forget_consents(now=now + timedelta(days=6)) == 0
    assert forget_consents(now=now + timedelta(days=8)) == 1
    assert forget_consents(now=later(now, 24)) == 0
    assert forget_consents(now=later(now, 26)) == 2
    assert says_yes(world.buyer.account.email, world.organization), "a yes that is in use stays"


@pytest.mark.proves("also.retention")
def test_planted_a_newer_yes_is_not_forgotten_with_the_old_no(world, now):
    give(world, now)
    take_back(world, now)
    give(world, later(now, 25))
    assert forget_consents(now=later(now, 26)) == 2
    assert says_yes(world.buyer.account.email)
