"""Who counts and why not, member by member; rules of one's own with their preview; warnings where dues are entered."""

import pytest

from conbillet.core import clock
from conbillet.memberships.counting.own import rules_for
from conbillet.memberships.models import MemberDocumentation, OwnRuleSet
from conbillet.memberships.tests.test_importing import load
from conbillet.organizations.models import RoleKind
from conbillet.web.office.tests.test_orders import text_of, with_role
from tests.login import log_in

pytestmark = pytest.mark.django_db

OFFICE = "/office/alea/members/"
LIST = f"{OFFICE}counting/duf/2026/"
FILLED = {
    "name_da": "Odense Kommune", "name_en": "", "source_da": "odense.dk, 3. marts 2026", "valid_from": "2026-01-01",
    "oldest": "24", "youngest": "", "age_on": "12-31", "residence": "here", "municipalities": ["0461", "0751"],
    "least_dues": "60", "separate_line": "on", "payers": [], "months": "3", "joined_before": "", "crossing": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def owner(client, world, now):
    load(world, now)
    return log_in(client, world.owner)


def names(page) -> list[str]:
    return [row["name"].split()[0] for row in page.context["rows"]]


class TestList:
    def test_everybody_with_the_reason(self, owner):
        page = owner.get(LIST)
        assert len(page.context["rows"]) == 10
        assert "fordi: mindre end 75 kr. blev betalt" in text_of(page)

    @pytest.mark.parametrize(
        ("why", "who"),
        [
            ("counts", ["Bo", "Dan", "Eva"]),
            ("not", ["Anna", "Cecilie", "Finn", "Gun", "Hans", "Ida", "Jens"]),
            ("BELOW_75", ["Cecilie"]),
            ("NOT_RESIDENT_DK", ["Gun"]),
            ("NO_SUCH", []),
        ],
    )
    def test_narrowed_down(self, owner, why, who):
        assert names(owner.get(LIST, {"why": why})) == who

    def test_each_filter_says_how_many(self, owner):
        filters = {code: count for code, _text, count in owner.get(LIST).context["filters"]}
        assert (filters[""], filters["counts"], filters["not"], filters["AGE_30"]) == (10, 3, 7, 1)

    def test_rules_and_years_that_are_none(self, owner):
        assert owner.get(f"{OFFICE}counting/nobody/2026/").status_code == 404
        assert owner.get(f"{OFFICE}counting/duf/2027/").status_code == 404
        assert owner.get(f"{OFFICE}counting/duf/2015/").status_code == 404

    @pytest.mark.parametrize("kind", [RoleKind.READ_ONLY, RoleKind.TREASURER, RoleKind.DOOR_CREW])
    def test_not_for_these(self, client, world, owner, kind):
        assert with_role(client, world, kind).get(LIST).status_code == 403
        assert client.post(f"{OFFICE}rules/preview/", FILLED).status_code == 403


class TestRules:
    def test_written_previewed_and_saved(self, owner, world):
        preview = owner.post(f"{OFFICE}rules/preview/", FILLED).json()
        assert preview["text"] == "Ville tælle 2 af 10 i 2026."
        assert "bor i en anden kommune: 3" in preview["reasons"]
        tried = owner.post(f"{OFFICE}rules/new/", {**FILLED, "try": "1"})
        assert tried.status_code == 200 and "Ville tælle 2 af 10" in text_of(tried) and not OwnRuleSet.objects.exists()
        owner.post(f"{OFFICE}rules/new/", FILLED)
        assert OwnRuleSet.objects.get().key == "odense-kommune"
        rules = rules_for(organization_id=world.organization.pk, key="odense-kommune", year=2026)
        assert (rules.oldest, rules.least_dues, rules.months, rules.municipalities) == (24, 6000, 3, {"0461", "0751"})
        assert "odense-kommune" in {row["key"] for row in owner.get(f"{OFFICE}documentation/").context["rows"]}
        assert owner.get(f"{OFFICE}counting/odense-kommune/2026/").status_code == 200

    def test_begun_like_those_of_the_program(self, owner):
        form = owner.get(f"{OFFICE}rules/new/", {"like": "duf"}).context["form"]
        assert form["payers"].value() == ["guardian", "parent", "self", "step_parent"]
        assert (form["oldest"].value(), form["residence"].value(), form["crossing"].value()) == (29, "denmark", "warn")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name_da", ""), ("source_da", ""), ("municipalities", []), ("months", "13"), ("least_dues", "7,5")],
    )
    def test_errors_stand_beside_their_field(self, owner, field, value):
        answer = owner.post(f"{OFFICE}rules/new/", {**FILLED, field: value})
        assert field in answer.context["form"].errors and not OwnRuleSet.objects.exists()
        assert owner.post(f"{OFFICE}rules/preview/", {**FILLED, field: value}).status_code == 200

    def test_a_used_version_is_followed_by_a_new_one(self, owner, world):
        owner.post(f"{OFFICE}rules/new/", FILLED)
        owner.post(f"{OFFICE}documentation/keep/", {"rules": "odense-kommune", "year": "2026"})
        assert MemberDocumentation.objects.get().rules_version == "odense-kommune/2026-01-01"
        first = OwnRuleSet.objects.get()
        page = owner.get(f"{OFFICE}rules/{first.pk}/")
        assert "Derfor bliver den, som den er" in text_of(page)
        owner.post(f"{OFFICE}rules/{first.pk}/", {**FILLED, "oldest": "29"})  # the same day again
        owner.post(f"{OFFICE}rules/{first.pk}/remove/")
        assert OwnRuleSet.objects.get().rules["oldest"] == 24
        owner.post(f"{OFFICE}rules/{first.pk}/", {**FILLED, "oldest": "29", "valid_from": "2027-01-01"})
        assert [one.rules["oldest"] for one in OwnRuleSet.objects.order_by("valid_from")] == [24, 29]

    def test_an_unused_version_is_changed_and_removed(self, owner):
        owner.post(f"{OFFICE}rules/new/", FILLED)
        number = OwnRuleSet.objects.get().pk
        owner.post(f"{OFFICE}rules/{number}/", {**FILLED, "oldest": "29"})
        assert OwnRuleSet.objects.get().rules["oldest"] == 29
        owner.post(f"{OFFICE}rules/{number}/remove/")
        assert not OwnRuleSet.objects.exists()

    def test_a_stranger_finds_none(self, client, world, owner):
        owner.post(f"{OFFICE}rules/new/", FILLED)
        number = OwnRuleSet.objects.get().pk
        stranger = log_in(client, world.stranger)
        assert stranger.get(f"/office/hyggecon/members/rules/{number}/").status_code == 404
        assert stranger.post(f"/office/hyggecon/members/rules/{number}/remove/").status_code == 404
        assert stranger.get("/office/hyggecon/members/counting/odense-kommune/2026/").status_code == 404


class TestWarnings:
    def dues(self, world, **change):
        kind = world.membership.membership_type_id
        return {
            "membership_type": kind, "period_from": "2026-02-01", "period_to": "2026-12-31", "amount": "75",
            "paid_on": "2026-02-01", "payer_relation": "self", **change,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ({"period_to": "2027-01-31"}, "perioden går hen over nytår"),
            ({"amount": "50"}, "mindre end 75 kr. blev betalt"),
            ({"payer_relation": "sponsor"}, "ikke betalt af medlemmet, en forælder eller en værge"),
            ({"paid_on": "2025-12-30"}, "betalt i et andet kalenderår"),
        ],
    )
    def test_unsafe_dues_are_said_where_they_are_entered_and_stay_marked(self, owner, world, change, text):
        answer = owner.post(f"{OFFICE}1/dues/", self.dues(world, **change), follow=True)
        assert any(text in str(message) for message in answer.context["messages"])
        assert text in text_of(owner.get(f"{OFFICE}1/"))

    def test_safe_dues_are_not(self, owner, world):
        answer = owner.post(f"{OFFICE}2/dues/", self.dues(world), follow=True)
        assert not any("Usikkert" in str(message) for message in answer.context["messages"])
        assert "usikkert" not in text_of(owner.get(f"{OFFICE}2/"))

    def test_the_list_of_types_says_why(self, owner, world):
        assert "der skal mindst 75 kr. til" not in text_of(owner.get("/office/alea/membership-types/"))
        world.membership.prices.filter(audience="ordinary").update(amount=5000)
        assert "der skal mindst 75 kr. til" in text_of(owner.get("/office/alea/membership-types/"))
