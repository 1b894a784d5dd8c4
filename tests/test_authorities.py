"""Requests of public authorities: two others approve, the scope is kept, the package is sealed, the person is told."""

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from conbillet.accounts.models import Account, StaffRole
from conbillet.config.jobs import HANDLERS  # noqa: F401 - the jobs are registered
from conbillet.core import clock
from conbillet.core.actor import Actor, ActorKind
from conbillet.core.models import AuditEntry
from conbillet.privacy.actions.decide_authority_case import (
    CannotDecide,
    DecidedAlready,
    OwnRequest,
    decide_authority_case,
)
from conbillet.privacy.actions.deliver_authority_package import forget_authority_packages
from conbillet.privacy.actions.end_authority_case import CannotEnd, end_authority_case
from conbillet.privacy.actions.open_authority_case import CannotOpen, Request, open_authority_case
from conbillet.privacy.actions.seal_authority_package import (
    CannotSeal,
    PackageChanged,
    open_package,
    seal_authority_package,
)
from conbillet.privacy.models import AuthorityApproval, AuthorityCase
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.workflows.authorities import hand_over, tell_persons
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in
from tests.purchases import ADA, order_of, pay_for

pytestmark = pytest.mark.django_db

POLICE = Request(
    authority="Østjyllands Politi",
    their_reference="4200-1",
    legal_ground="Retten i Aarhus, kendelse 12-345/2026, retsplejeloven § 804",
    text="Køb foretaget af personen i februar og marts.",
    received_on=date(2026, 3, 1),
    categories=("user.name", "user.email"),
)


@pytest.fixture
def officers(now):
    found = []
    for number in range(4):
        person = make_person(f"Officer {number}", f"officer{number}@conbillet.example")
        StaffRole.objects.create(account=person.account, kind=StaffRole.Kind.PRIVACY_OFFICER, granted_at=now)
        found.append(Actor(ActorKind.STAFF, person.pk, None, "privacy_officer"))
    return found


@pytest.fixture
def bought(world, now):
    return pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(ADA,)), now)


def opened(officers, now, *emails: str, **changes) -> AuthorityCase:
    from dataclasses import replace

    return open_authority_case(
        request=replace(POLICE, **changes), emails=emails or (ADA.email,), actor=officers[0], now=now
    )


def approved(officers, now, **changes) -> AuthorityCase:
    case = opened(officers, now, **changes)
    for actor in officers[1:3]:
        case = decide_authority_case(case=case, approves=True, actor=actor, now=now)
    return case


def people_in(plain: bytes) -> list[dict]:
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        return [json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("person-")]


@pytest.mark.proves("disclose.authorities")
def test_it_takes_two_others(officers, bought, now):
    case = opened(officers, now)
    with pytest.raises(CannotSeal):
        seal_authority_package(case=case, actor=officers[0], now=now)
    with pytest.raises(OwnRequest):
        decide_authority_case(case=case, approves=True, actor=officers[0], now=now)
    case = decide_authority_case(case=case, approves=True, actor=officers[1], now=now)
    assert case.state == AuthorityCase.State.WAITING
    with pytest.raises(DecidedAlready):
        decide_authority_case(case=case, approves=True, actor=officers[1], now=now)
    with pytest.raises(CannotSeal):
        seal_authority_package(case=case, actor=officers[0], now=now)
    case = decide_authority_case(case=case, approves=True, actor=officers[2], now=now)
    assert case.state == AuthorityCase.State.APPROVED
    assert seal_authority_package(case=case, actor=officers[0], now=now).sha256


def test_planted_without_the_look_at_who_asked_one_yes_too_few_is_caught(officers, bought, now):
    """What the rule forbids would be visible in the rows: the requester among those who approved."""
    case = opened(officers, now)
    AuthorityApproval.objects.create(case=case, by_id=officers[0].person_id, approves=True, at=now)
    wrong = AuthorityApproval.objects.filter(by_id=case.requested_by_id, case=case)
    assert wrong.exists()
    with pytest.raises(OwnRequest):
        decide_authority_case(case=case, approves=True, actor=officers[0], now=now)


def test_one_no_ends_it(officers, bought, now):
    case = opened(officers, now)
    case = decide_authority_case(case=case, approves=False, actor=officers[1], now=now)
    assert case.state == AuthorityCase.State.REFUSED
    for actor in officers[2:]:
        with pytest.raises(CannotDecide):
            decide_authority_case(case=case, approves=True, actor=actor, now=now)


@pytest.mark.proves("disclose.authorities")
def test_the_package_holds_the_scope_and_nothing_else(officers, bought, now):
    case = approved(officers, now)
    package = seal_authority_package(case=case, actor=officers[0], now=now)
    plain = open_package(package)
    assert hashlib.sha256(plain).hexdigest() == package.sha256
    (person,) = people_in(plain)
    text = json.dumps(person, ensure_ascii=False)
    assert ADA.name in text and ADA.email in text
    assert ADA.street not in text and str(ADA.birth_date) not in text and ADA.postcode not in text
    assert set(person) >= {"sales_order", "sales_participant"}


def test_days_confine_it(officers, bought, now):
    tomorrow = clock.copenhagen_day(now) + timedelta(days=1)
    case = approved(officers, now, from_date=tomorrow)
    (person,) = people_in(open_package(seal_authority_package(case=case, actor=officers[0], now=now)))
    assert "sales_order" not in person


def test_nobody_elses_data_is_in_it(officers, bought, world, now):
    case = approved(officers, now)
    plain = open_package(seal_authority_package(case=case, actor=officers[0], now=now))
    text = json.dumps(people_in(plain), ensure_ascii=False)
    for stranger in (world.owner, world.stranger, world.buyer):
        assert stranger.name not in text


def test_on_disk_it_is_unreadable_and_an_altered_file_is_refused(officers, bought, now):
    case = approved(officers, now)
    package = seal_authority_package(case=case, actor=officers[0], now=now)
    path = settings.CONBILLET_DATA / "authorities" / f"{case.reference}.sealed"
    sealed = path.read_bytes()
    assert ADA.name.encode() not in sealed and sealed[:2] != b"PK" and path.stat().st_mode & 0o077 == 0
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(PackageChanged):
        open_package(package)


@pytest.mark.proves("disclose.authorities")
def test_handing_over_is_recorded_and_the_person_is_told_at_once(officers, bought, now):
    package = seal_authority_package(case=approved(officers, now), actor=officers[0], now=now)
    hand_over(package=package, actor=officers[0], now=now)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"authority_case_opened", "authority_case_approved", "authority_package_sealed"} <= actions
    assert "authority_package_delivered" in actions
    run_jobs()
    told = [one for one in mail.outbox if one.to == [ADA.email] and "Østjyllands Politi" in one.body]
    assert len(told) == 1 and "§ 804" in told[0].body
    assert tell_persons(now=now + timedelta(days=1)) == 0


def test_silence_lasts_to_its_day_and_no_longer(officers, bought, now):
    last = clock.copenhagen_day(now) + timedelta(days=30)
    package = seal_authority_package(
        case=approved(officers, now, silence_why="Efterforskningen", silence_until=last), actor=officers[0], now=now
    )
    hand_over(package=package, actor=officers[0], now=now)
    assert not AuditEntry.objects.filter(action="disclosed_to_authority").exists()
    assert tell_persons(now=clock.day_end(last) - timedelta(seconds=1)) == 0
    assert tell_persons(now=clock.day_end(last)) == 1


def test_the_file_goes_after_thirty_days_and_the_hash_stays(officers, bought, now):
    package = seal_authority_package(case=approved(officers, now), actor=officers[0], now=now)
    hand_over(package=package, actor=officers[0], now=now)
    assert forget_authority_packages(now=now + timedelta(days=29)) == 0
    assert forget_authority_packages(now=now + timedelta(days=31)) == 1
    with pytest.raises(FileNotFoundError):
        open_package(package)
    package.refresh_from_db()
    assert len(package.sha256) == 64


@pytest.mark.parametrize(
    ("changes", "emails", "field"),
    [
        ({"legal_ground": " "}, ("ada@example.com",), "legal_ground"),
        ({"categories": ()}, ("ada@example.com",), "categories"),
        ({"categories": ("user.secret",)}, ("ada@example.com",), "categories"),
        ({}, (" ",), "emails"),
        ({}, ("nobody@example.com",), "emails"),
        ({"silence_why": "Hemmeligt"}, ("ada@example.com",), "silence_until"),
        ({"from_date": date(2026, 2, 2), "to_date": date(2026, 2, 1)}, ("ada@example.com",), "to_date"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_is_stored(officers, bought, now, changes, emails, field):
    with pytest.raises(CannotOpen) as refusal:
        opened(officers, now, *emails, **changes)
    assert set(refusal.value.errors) == {field}
    assert not AuthorityCase.objects.exists()


def test_support_agents_cannot_decide_by_whatever_way(officers, bought, now):
    case = opened(officers, now)
    agent = Actor(ActorKind.STAFF, make_person("Signe").pk, None, "support_agent")
    with pytest.raises(CannotDecide):
        decide_authority_case(case=case, approves=True, actor=agent, now=now)
    assert not AuthorityApproval.objects.exists()


def test_planted_whom_it_names_does_not_decide(officers, world, now):
    """An officer whose own data is asked for: as one of two approvers they would let it go, or stop it."""
    mine = Account.objects.get(person_id=officers[1].person_id).email
    case = opened(officers, now, mine)
    with pytest.raises(CannotDecide) as refusal:
        decide_authority_case(case=case, approves=False, actor=officers[1], now=now)
    assert "dig" in str(refusal.value.message) or "you" in str(refusal.value.message)
    assert decide_authority_case(case=case, approves=True, actor=officers[2], now=now).state == "waiting"


def test_what_is_taken_back_is_ended_and_its_time_runs(officers, bought, now):
    case = approved(officers, now)
    package = seal_authority_package(case=case, actor=officers[0], now=now)
    case = end_authority_case(case=case, actor=officers[0], now=now)
    assert case.state == "withdrawn" and case.closed_at == now
    with pytest.raises(FileNotFoundError):
        hand_over(package=package, actor=officers[0], now=now)
    assert AuthorityCase.objects.get().state == "withdrawn" and tell_persons(now=now) == 0


def test_what_was_handed_over_cannot_be_ended(officers, bought, now):
    case = approved(officers, now)
    hand_over(package=seal_authority_package(case=case, actor=officers[0], now=now), actor=officers[0], now=now)
    with pytest.raises(CannotEnd):
        end_authority_case(case=case, actor=officers[0], now=now)
    with pytest.raises(CannotEnd):
        end_authority_case(
            case=opened(officers, now), actor=Actor(ActorKind.STAFF, None, None, "support_agent"), now=now
        )


class TestPages:
    @pytest.fixture
    def case(self, officers, bought):
        return opened(officers, clock.now())

    def officer(self, officers, number: int) -> Client:
        return log_in(Client(), Account.objects.get(person_id=officers[number].person_id).person)

    def test_the_whole_way(self, officers, bought, now):
        writer, second, third = (self.officer(officers, number) for number in range(3))
        answer = writer.post(
            "/desk/authorities/new/",
            {
                "authority": "Politiet", "legal_ground": "Kendelse", "text": "Alt om købet", "received_on": "2026-03-01",
                "emails": "ada@example.com", "categories": ["user.name"],
            },
        )  # fmt: skip
        assert answer.status_code == 302
        page = answer["Location"]
        assert 'value="approve"' not in writer.get(page).content.decode()
        assert writer.post(f"{page}package/").status_code == 302 and not AuthorityCase.objects.get().told_at
        for client in (second, third):
            assert 'value="approve"' in client.get(page).content.decode()
            client.post(f"{page}decision/", {"do": "approve"})
        answer = writer.post(f"{page}package/")
        assert answer["Content-Type"] == "application/zip" and "attachment" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        assert AuthorityCase.objects.get().state == AuthorityCase.State.DELIVERED

    @pytest.mark.parametrize("hours", [1, 13])
    def test_fetching_asks_again_who_it_is_and_leads_back_to_the_page(self, officers, case, hours):
        page = f"/desk/authorities/{case.reference}/"
        stale = log_in(Client(), Account.objects.get(person_id=officers[1].person_id).person)
        session = stale.session
        for record in session["account_authentication_methods"]:
            record["at"] -= hours * 3600
        session.save()
        answer = stale.post(f"{page}package/", headers={"referer": f"http://testserver{page}"})
        assert answer.status_code == 302
        assert answer["Location"] == f"/accounts/confirm/?next=%2Fdesk%2Fauthorities%2F{case.reference}%2F"

    @pytest.mark.parametrize("who", ["owner", "door_crew", "stranger", "buyer"])
    def test_associations_and_buyers_find_nothing(self, world, case, who):
        client = log_in(Client(), getattr(world, who))
        for path in ("/desk/authorities/", "/desk/authorities/new/", f"/desk/authorities/{case.reference}/"):
            assert client.get(path).status_code == 404

    def test_opening_it_is_recorded_and_it_can_be_ended(self, officers, case):
        client = self.officer(officers, 3)
        page = f"/desk/authorities/{case.reference}/"
        client.get(page)
        assert AuditEntry.objects.get(action="authority_case_seen").actor_id == officers[3].person_id
        client.post(f"{page}end/")
        assert AuthorityCase.objects.get().state == "withdrawn"
        assert "/end/" not in client.get(page).content.decode()

    def test_support_agents_are_refused(self, case, now):
        agent = make_person("Signe Support", "signe@conbillet.example")
        StaffRole.objects.create(account=agent.account, kind=StaffRole.Kind.SUPPORT_AGENT, granted_at=now)
        client = log_in(Client(), agent)
        assert client.get("/desk/authorities/").status_code == 403
        assert "/desk/authorities/" not in client.get("/desk/").content.decode()

    def test_an_associations_pages_say_nothing_of_it(self, world, case):
        owner = log_in(Client(), world.owner)
        for path in ("", "orders/", "roles/"):
            assert case.reference not in owner.get(f"/office/{world.organization.slug}/{path}").content.decode()

    def test_errors_stand_beside_the_field_and_what_was_typed_stays(self, officers, bought):
        answer = self.officer(officers, 0).post(
            "/desk/authorities/new/", {"authority": "Politiet", "emails": "nonsense"}
        )
        text = answer.content.decode()
        assert answer.status_code == 422 and 'value="Politiet"' in text and "nonsense" in text
        assert not AuthorityCase.objects.exists()

    def test_lists_cost_the_same_for_one_and_for_three(self, officers, bought, django_assert_max_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        client, counts = self.officer(officers, 0), []
        for more in (1, 2):
            for _ in range(more):
                opened(officers, clock.now())
            with CaptureQueriesContext(connection) as queries:
                client.get("/desk/authorities/")
            counts.append(len(queries))
        assert counts[0] == counts[1]
