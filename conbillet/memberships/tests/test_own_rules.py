"""An association's own counting rules: what they can ask, their versions, and that a used one stays as it is."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from conbillet.core.actor import SYSTEM
from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.memberships import own_rules as module
from conbillet.memberships.actions.add_own_rules import add_own_rules
from conbillet.memberships.actions.change_own_rules import change_own_rules
from conbillet.memberships.actions.document_members import document_members
from conbillet.memberships.actions.remove_own_rules import remove_own_rules
from conbillet.memberships.counting.count import count_members
from conbillet.memberships.counting.own import all_rules_for, rules_for
from conbillet.memberships.counting.rule_sets import NoRuleSet, RuleSet, shipped
from conbillet.memberships.models import MemberDocumentation, OwnRuleSet
from conbillet.memberships.own_rules import BadRules, RulesUsed, checked, key_of
from conbillet.memberships.pdf.words import reason_text

from .test_importing import HEADING, load

ODENSE = RuleSet(
    key="odense", name_da="Odense Kommune", name_en="", valid_from=date(2025, 1, 1), source_da="odense.dk, 3. marts 2025",
    source_en="", oldest=24, municipalities=frozenset({"0461"}), months=1,
)  # fmt: skip
PEOPLE = f"""{HEADING}
1;Anna;2003-07-01;woman;;5000;;DK;;;;2026-02-01;2026-12-31;50;true;2026-02-01;self;;
2;Bo;1990-01-01;man;;5000;;DK;;;;2026-02-01;2026-12-31;50;true;2026-02-01;self;;
3;Cy;2003-01-01;man;;8000;;DK;;;;2026-02-01;2026-12-31;50;true;2026-02-01;sponsor;;
4;anna;2003-07-01;woman;;5000;;DK;;;;2026-02-01;2026-12-31;50;false;2026-02-01;self;;
5;Dy;2012-01-01;woman;;5000;;DK;;;;2025-11-01;2026-10-31;50;true;2025-11-01;self;;
"""


def add(world, now, rules=ODENSE) -> OwnRuleSet:
    return add_own_rules(organization=world.organization, rules=rules, actor=SYSTEM, now=now)


def verdicts(world, rules: RuleSet) -> dict[str, str]:
    counted = count_members(organization_id=world.organization.pk, rules=rules, year=2026)
    return {one.member_no: "yes" if one.verdict.counts else one.verdict.reason for one in counted}


class TestWhatTheyAsk:
    @pytest.mark.parametrize(
        ("change", "number", "reason"),
        [
            ({}, "1", "yes"),
            ({}, "2", "AGE_25"),
            ({}, "3", "OTHER_MUNICIPALITY"),
            ({}, "4", "DUES_NOT_SEPARATE"),
            ({"separate_line": False}, "4", "yes"),
            ({"separate_line": False, "once_per_person": True}, "4", "COUNTED_ALREADY"),
            ({"separate_line": False, "once_per_person": True}, "1", "yes"),
            ({"oldest": 22}, "1", "AGE_23"),
            ({"oldest": 22, "age_on": (6, 30)}, "1", "yes"),
            ({"oldest": 22, "age_on": (7, 1)}, "1", "AGE_23_ON_07-01"),
            ({"youngest": 18}, "5", "AGE_BELOW_18"),
            ({"least_dues": 6000}, "1", "BELOW_60"),
            ({"municipalities": frozenset(), "payers": frozenset({"self"})}, "3", "PAYER_NOT_ALLOWED"),
            ({"refuse_period_crosses_year": True}, "5", "PERIOD_CROSSES_YEAR"),
            ({"paid_within_year": True}, "5", "PAID_OUTSIDE_YEAR"),
            ({"joined_before": (2, 1)}, "1", "JOINED_TOO_LATE"),
            ({"joined_before": (2, 2)}, "1", "yes"),
        ],
    )
    def test_each_question(self, world, now, change, number, reason):
        load(world, now, PEOPLE)
        assert verdicts(world, replace(ODENSE, **change))[number] == reason

    def test_every_reason_has_words(self):
        assert reason_text("AGE_23_ON_07-01") == "23 år eller ældre den 1. juli"
        assert reason_text("AGE_30") == "30 år eller ældre den 31. december"
        assert reason_text("AGE_BELOW_18") == "under 18 år den 31. december"
        assert all(
            reason_text(code) != code for code in ("COUNTED_ALREADY", "PAYER_NOT_ALLOWED", "PERIOD_CROSSES_YEAR")
        )

    def test_what_comes_with_the_program_asks_what_it_asked_before(self):
        assert all(one.separate_line and one.age_on == (12, 31) and not one.once_per_person for one in shipped())
        old = {
            name: value for name, value in ODENSE.as_data().items() if name not in ("age_on", "payers", "separate_line")
        }
        assert RuleSet.from_data(old) == ODENSE  # kept with a count before these could be asked


class TestVersions:
    def test_a_year_is_counted_by_the_newest_that_is_valid_on_its_last_day(self, world, now):
        add(world, now)
        add(world, now, replace(ODENSE, valid_from=date(2026, 12, 31), oldest=29))
        pk = world.organization.pk
        assert rules_for(organization_id=pk, key="odense", year=2025).oldest == 24
        assert rules_for(organization_id=pk, key="odense", year=2026).oldest == 29
        with pytest.raises(NoRuleSet):
            rules_for(organization_id=pk, key="odense", year=2024)
        assert [one.key for one in all_rules_for(organization_id=pk, year=2026)] == ["duf", "cfr", "under25", "odense"]
        assert [one.key for one in all_rules_for(organization_id=world.other.pk, year=2026)] == [
            "duf",
            "cfr",
            "under25",
        ]

    def test_one_that_was_not_used_is_changed_and_removed(self, world, now):
        own = change_own_rules(own=add(world, now), rules=replace(ODENSE, oldest=26), actor=SYSTEM, now=now)
        assert RuleSet.from_data(OwnRuleSet.objects.get().rules).oldest == 26
        remove_own_rules(own=own, actor=SYSTEM, now=now)
        assert not OwnRuleSet.objects.exists()
        assert list(AuditEntry.objects.filter(object_kind="rules").order_by("pk").values_list("action", flat=True)) == [
            "rules_added", "rules_changed", "rules_removed",
        ]  # fmt: skip

    def used(self, world, now) -> OwnRuleSet:
        load(world, now, PEOPLE)
        own = add(world, now)
        document_members(organization=world.organization, rules=ODENSE, year=2026, actor=SYSTEM, now=now)
        return own

    def test_one_that_was_used_stays_and_a_new_one_comes_beside_it(self, world, now):
        own = self.used(world, now)
        with pytest.raises(RulesUsed):
            change_own_rules(own=own, rules=replace(ODENSE, oldest=26), actor=SYSTEM, now=now)
        with pytest.raises(RulesUsed):
            remove_own_rules(own=own, actor=SYSTEM, now=now)
        add(world, now, replace(ODENSE, oldest=26, valid_from=date(2027, 1, 1)))
        assert MemberDocumentation.objects.get().rules["oldest"] == 24
        assert rules_for(organization_id=world.organization.pk, key="odense", year=2026) == ODENSE

    def test_planted_a_used_one_that_can_be_changed_is_noticed(self, world, now, monkeypatch):
        own = self.used(world, now)
        monkeypatch.setattr("conbillet.memberships.actions.change_own_rules.was_used", lambda own: False)
        change_own_rules(own=own, rules=replace(ODENSE, oldest=26), actor=SYSTEM, now=now)
        assert rules_for(organization_id=world.organization.pk, key="odense", year=2026) != ODENSE
        assert (
            MemberDocumentation.objects.get().rules["oldest"] == 24
        )  # what was handed in stays explicable all the same

    def test_two_from_one_day_are_refused(self, world, now):
        add(world, now)
        with pytest.raises(BadRules) as refusal:
            add(world, now, replace(ODENSE, oldest=26))
        assert refusal.value.field == "valid_from"

    def test_another_association_does_not_see_them(self, world, now):
        add(world, now)
        with transaction.atomic(), acting_for(world.other.pk):
            assert not OwnRuleSet.objects.exists()
        with transaction.atomic(), acting_for(world.organization.pk):
            assert OwnRuleSet.objects.count() == 1


class TestChecked:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name_da": " "}, "name_da"),
            ({"source_da": ""}, "source_da"),
            ({"oldest": 200}, "oldest"),
            ({"youngest": 30}, "oldest"),
            ({"least_dues": 7550}, "least_dues"),
            ({"months": 13}, "months"),
            ({"payers": frozenset({"uncle"})}, "payers"),
            ({"municipalities": frozenset({"9999"})}, "municipalities"),
            ({"key": "duf"}, "name_da"),
        ],
    )
    def test_what_cannot_be(self, change, field):
        with pytest.raises(BadRules) as refusal:
            checked(replace(ODENSE, **change))
        assert refusal.value.field == field

    def test_keys_fit_the_command_line_and_are_nobodys(self):
        assert key_of("Ærø Kommune, børn & unge", taken=set()) == "aeroe-kommune-boern-unge"
        assert key_of("DUF", taken=set()) == "duf-2"
        assert key_of("Odense", taken={"odense", "odense-2"}) == "odense-3"
        assert len(key_of("x" * 200, taken=set())) <= module.LONGEST_KEY
