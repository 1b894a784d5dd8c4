"""The register as it was on a past day; what was kept is handed out with the same bytes, and its names go in time."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import F

from conbillet.core import clock
from conbillet.core.actor import SYSTEM
from conbillet.memberships.actions.document_members import CannotDocument, document_members
from conbillet.memberships.counting.count import count_members
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.documentation import verifies
from conbillet.memberships.models import DocumentedMember, Member, MemberDocumentation, Membership
from conbillet.memberships.tests.test_importing import load
from conbillet.privacy.retention.rules import RULES, run_rule
from conbillet.workflows.member_documentation import freeze_year
from tests.login import log_in

pytestmark = pytest.mark.django_db

PAGE = "/office/alea/members/"
LATER = datetime(2026, 11, 28, 12, tzinfo=UTC)
CFR = rule_set("cfr", year=2026)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def owner(client, world, now):
    load(world, now)
    return log_in(client, world.owner)


def verdicts(world, on):
    counted = count_members(organization_id=world.organization.pk, rules=CFR, year=2026, on=on)
    return {one.member_no: "yes" if one.verdict.counts else one.verdict.reason for one in counted}


class TestAsOf:
    def test_what_came_later_is_not_known(self, world, owner):
        before = verdicts(world, None)
        assert before["2"] == "yes" and before["10"] == "REFUNDED"
        # Given back in June, left in July, and bought in August.
        Membership.objects.filter(member__member_no="2").update(
            refunded_amount=7500, ended_at=datetime(2026, 6, 1, 12, tzinfo=UTC)
        )
        Member.objects.filter(member_no="3").update(left_on=date(2026, 4, 1))
        Membership.objects.filter(member__member_no="1").update(paid_at=datetime(2026, 8, 1, 12, tzinfo=UTC))
        now, may = verdicts(world, None), verdicts(world, date(2026, 5, 1))
        assert (now["2"], may["2"]) == ("REFUNDED", "yes")
        assert (now["3"], may["3"]) == ("PERIOD_TOO_SHORT", "PERIOD_TOO_SHORT")
        assert verdicts(world, date(2026, 3, 31))["3"] == "yes"
        assert (now["1"], may["1"]) == ("yes", "NOT_PAID")

    def test_who_was_not_there_is_not_in_it(self, world, owner):
        assert "4" in verdicts(world, date(2026, 11, 20))  # begins on the 20th
        Member.objects.filter(member_no="4").update(created_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
        assert "4" not in verdicts(world, date(2026, 11, 19))

    def test_the_day_is_a_copenhagen_day(self, world, owner):
        Membership.objects.filter(member__member_no="1").update(paid_at=datetime(2026, 4, 30, 22, 30, tzinfo=UTC))
        assert verdicts(world, date(2026, 4, 30))["1"] == "NOT_PAID"
        assert verdicts(world, date(2026, 5, 1))["1"] == "yes"

    def test_counted_and_kept_twice_it_is_the_same(self, world, owner):
        first, second = (
            document_members(
                organization=world.organization, rules=CFR, year=2026, actor=SYSTEM, as_of=date(2026, 5, 1), now=LATER + timedelta(days=n)
            )
            for n in (0, 3)
        )  # fmt: skip
        assert first.numbers_sha256 == second.numbers_sha256

    @pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 11, 29)])
    def test_days_that_cannot_be(self, world, owner, day):
        with pytest.raises(CannotDocument):
            document_members(organization=world.organization, rules=CFR, year=2026, actor=SYSTEM, as_of=day, now=LATER)

    def test_on_the_page(self, world, owner):
        page = owner.get(f"{PAGE}counting/cfr/2026/", {"on": "2026-03-04"})
        assert {row["number"] for row in page.context["rows"]} >= {
            "1",
            "2",
        } and "den 4. marts 2026" in page.content.decode()
        assert owner.get(f"{PAGE}counting/cfr/2026/", {"on": "x"}).context["on"] is None
        owner.post(f"{PAGE}documentation/keep/", {"rules": "cfr", "year": "2026", "on": "2026-03-04"})
        kept = MemberDocumentation.objects.get()
        assert kept.as_of == date(2026, 3, 4)
        assert "4. marts 2026" in owner.get(f"{PAGE}documentation/{kept.reference}/").content.decode()

    def test_a_count_of_a_past_day_is_not_taken_for_new_years(self, world, owner):
        new_year = datetime(2026, 12, 31, 23, 1, tzinfo=UTC)
        document_members(
            organization=world.organization, rules=CFR, year=2026, actor=SYSTEM, as_of=date(2026, 5, 1), now=new_year
        )
        freeze_year(now=new_year)
        assert MemberDocumentation.objects.filter(rules_version=CFR.version, as_of=None).count() == 1


class TestKept:
    @pytest.fixture
    def kept(self, world, owner):
        return document_members(organization=world.organization, rules=CFR, year=2026, actor=SYSTEM, now=LATER)

    def sha256(self, owner, kept, form) -> str:
        answer = owner.post(f"{PAGE}documentation/{kept.reference}/{form}/", {"size": "3"})
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return hashlib.sha256(content).hexdigest()

    @pytest.mark.parametrize("form", ["numbers", "pdf", "xlsx", "csv", "proofs"])
    def test_the_same_bytes_whatever_is_changed_since(self, world, owner, kept, form, monkeypatch):
        before = self.sha256(owner, kept, form)
        Member.objects.update(street="Flyttet 1", postcode="5000", municipality_code="0461")
        Membership.objects.update(refunded_amount=F("dues_amount"))
        monkeypatch.setattr(clock, "now", lambda: LATER + timedelta(minutes=30))
        assert self.sha256(owner, kept, form) == before

    @pytest.mark.proves("use.member_documentation")
    def test_names_go_when_their_time_has_come_and_numbers_stay(self, world, owner, kept):
        (rule,) = [one for one in RULES if one.name == "member_evidence"]
        last = datetime(2031, 12, 31, 12, tzinfo=UTC)
        run_rule(rule, now=last)
        assert DocumentedMember.objects.exclude(name="").count() == 10
        run_rule(rule, now=last + timedelta(days=1))
        assert not DocumentedMember.objects.exclude(name="", street="", member_no="", birth_date=None).exists()
        kept.refresh_from_db()
        assert verifies(kept) and kept.numbers["overall"] == 6
        assert self.sha256(owner, kept, "numbers")  # and can still be handed in
