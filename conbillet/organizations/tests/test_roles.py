"""Who works for an association: invited by address, never without an owner."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction

from conbillet.accounts.actions.create_account import create_account
from conbillet.accounts.actions.prove_email import prove_email
from conbillet.core.actor import person_actor
from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import acting_for
from conbillet.organizations.actions.accept_invitation import InvitationGone, WrongPerson, accept_invitation
from conbillet.organizations.actions.change_role import LastOwner, change_role
from conbillet.organizations.actions.create_organization import (
    CannotCreateOrganization,
    OrganizationDetails,
    create_organization,
)
from conbillet.organizations.actions.invite import AlreadyHere, invite
from conbillet.organizations.actions.remove_role import remove_role
from conbillet.organizations.actions.update_organization import update_organization
from conbillet.organizations.actions.withdraw_invitation import withdraw_invitation
from conbillet.organizations.models import Invitation, Role, RoleKind
from conbillet.organizations.slugs import proposed_slug, slug_refusal
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


def invited(world, now, email="ny@alea.example", kind=RoleKind.TREASURER) -> Invitation:
    with transaction.atomic(), acting_for(world.organization.pk):
        return invite(organization=world.organization, email=email, kind=kind, actor=world.actor(world.owner), language="da", now=now)


def token() -> str:
    run_jobs()
    return re.search(r"/invitation/([0-9a-f]{40})/", mail.outbox[-1].body).group(1)


def newcomer(now, email="ny@alea.example"):
    return create_account(email=email, name="Ny Frivillig", now=now)


def accept(token, account, now):
    return accept_invitation(token=token, account=account, actor=person_actor(account.person_id), now=now)


class TestInvitations:
    @pytest.fixture(autouse=True)
    def _now(self, now, monkeypatch):
        monkeypatch.setattr("conbillet.core.clock.now", lambda: now)

    def test_the_link_in_the_mail_gives_the_role(self, world, now):
        invitation = invited(world, now)
        secret = token()
        assert mail.outbox[-1].to == ["ny@alea.example"]
        assert secret not in str(Invitation.objects.values().get(pk=invitation.pk))
        role = accept(secret, newcomer(now), now)
        assert (role.organization, role.kind, role.granted_by) == (world.organization, RoleKind.TREASURER, world.owner)

    def test_the_link_alone_is_not_enough(self, world, now):
        invited(world, now)
        with pytest.raises(WrongPerson):
            accept(token(), world.buyer.account, now)
        assert not Role.objects.filter(person=world.buyer).exists()

    def test_an_unproven_address_is_not_enough(self, world, now):
        invited(world, now)
        with pytest.raises(WrongPerson):
            accept(token(), create_account(email="ny@alea.example", name="", now=now, verified=False), now)

    def test_another_address_of_the_same_person_is_enough_when_proven(self, world, now):
        invited(world, now)
        prove_email(person=world.buyer, email="ny@alea.example", method="code", now=now)
        assert accept(token(), world.buyer.account, now).person == world.buyer

    def test_works_once(self, world, now):
        invited(world, now)
        secret, account = token(), newcomer(now)
        accept(secret, account, now)
        with pytest.raises(InvitationGone):
            accept(secret, account, now)

    def test_runs_out_after_14_days(self, world, now):
        invited(world, now)
        secret, account = token(), newcomer(now)
        with pytest.raises(InvitationGone):
            accept(secret, account, now + timedelta(days=14))

    def test_can_be_withdrawn(self, world, now):
        invitation = invited(world, now)
        secret = token()
        assert withdraw_invitation(invitation=invitation, actor=world.actor(world.owner), now=now)
        with pytest.raises(InvitationGone):
            accept(secret, newcomer(now), now)
        assert not withdraw_invitation(invitation=invitation, actor=world.actor(world.owner), now=now)

    def test_a_second_one_replaces_the_first(self, world, now):
        invited(world, now)
        first = token()
        invited(world, now + timedelta(hours=1), kind=RoleKind.MANAGER)
        second, account = token(), newcomer(now)
        with pytest.raises(InvitationGone):
            accept(first, account, now)
        assert accept(second, account, now).kind == RoleKind.MANAGER

    def test_a_withdrawn_one_sends_no_mail(self, world, now):
        withdraw_invitation(invitation=invited(world, now), actor=world.actor(world.owner), now=now)
        run_jobs()
        assert mail.outbox == []

    def test_who_works_here_is_not_invited(self, world, now):
        with pytest.raises(AlreadyHere):
            invited(world, now, email="Door@alea.example")

    def test_the_office_learns_nothing_about_other_accounts(self, world, now):
        assert invited(world, now, email="stranger@hyggecon.example").email == "stranger@hyggecon.example"

    def test_an_owner_does_not_lose_it_by_an_invitation(self, world, now):
        prove_email(person=world.owner, email="ny@alea.example", method="code", now=now)
        invited(world, now, kind=RoleKind.READ_ONLY)
        assert accept(token(), world.owner.account, now).kind == RoleKind.OWNER


class TestOwners:
    def role(self, person) -> Role:
        return Role.objects.get(person=person)

    def test_the_last_one_cannot_step_down_or_leave(self, world, now):
        with pytest.raises(LastOwner):
            change_role(role=self.role(world.owner), kind=RoleKind.MANAGER, actor=world.actor(world.owner), now=now)
        with pytest.raises(LastOwner):
            remove_role(role=self.role(world.owner), actor=world.actor(world.owner), now=now)
        assert self.role(world.owner).kind == RoleKind.OWNER

    def test_one_of_two_can(self, world, now):
        change_role(role=self.role(world.door_crew), kind=RoleKind.OWNER, actor=world.actor(world.owner), now=now)
        remove_role(role=self.role(world.owner), actor=world.actor(world.owner), now=now)
        assert not Role.objects.filter(person=world.owner).exists()
        with pytest.raises(LastOwner):
            remove_role(role=self.role(world.door_crew), actor=world.actor(world.door_crew), now=now)

    def test_an_owner_elsewhere_does_not_count(self, world, now):
        Role.objects.filter(person=world.stranger).update(kind=RoleKind.OWNER)
        with pytest.raises(LastOwner):
            remove_role(role=self.role(world.owner), actor=world.actor(world.owner), now=now)

    def test_removing_twice_is_harmless(self, world, now):
        role = self.role(world.door_crew)
        for _ in range(2):
            remove_role(role=role, actor=world.actor(world.owner), now=now)
        assert AuditEntry.objects.filter(action="role_removed").count() == 1

    def test_every_change_leaves_one_trace(self, world, now):
        change_role(role=self.role(world.door_crew), kind=RoleKind.MANAGER, actor=world.actor(world.owner), now=now)
        change_role(role=self.role(world.door_crew), kind=RoleKind.MANAGER, actor=world.actor(world.owner), now=now)
        assert AuditEntry.objects.filter(action="role_changed", organization=world.organization).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_owners_cannot_both_step_down_at_once(world, now, locked, monkeypatch):
    """And planted: without the lock on the owners they can."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from conbillet.organizations.actions import change_role as module

    Role.objects.filter(person=world.door_crew).update(kind=RoleKind.OWNER)
    meet, check = Barrier(2), module.refuse_last_owner
    if not locked:
        monkeypatch.setattr(module, "lock_role", lambda role: Role.objects.get(pk=role.pk))

        def both_look_first(role):
            check(role)
            meet.wait(10)

        monkeypatch.setattr(module, "refuse_last_owner", both_look_first)

    def step_down(person) -> bool:
        try:
            role = Role.objects.get(person=person)
            change_role(role=role, kind=RoleKind.READ_ONLY, actor=world.actor(person), now=now)
            return True
        except LastOwner:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(step_down, [world.owner, world.door_crew]))
    left = Role.objects.filter(organization=world.organization, kind=RoleKind.OWNER).count()
    assert (sum(done), left) == ((1, 1) if locked else (2, 0))


class TestStarting:
    def start(self, world, now, slug="spilforeningen", **details):
        details = OrganizationDetails(**{"name": "Spilforeningen", "email": "bestyrelsen@example.dk", **details})
        return create_organization(slug=slug, details=details, owner=world.buyer, actor=person_actor(world.buyer.pk), now=now)

    def test_makes_the_starter_its_owner(self, world, now):
        organization = self.start(world, now, cvr="13585628")
        assert Role.objects.get(organization=organization).person == world.buyer

    @pytest.mark.parametrize(
        ("field", "details"),
        [
            ("slug", {"slug": "office"}), ("slug", {"slug": "alea"}), ("slug", {"slug": "Store Bogstaver"}), ("slug", {"slug": "x"}), ("slug", {"slug": "-x-"}),
            ("cvr", {"cvr": "13585627"}), ("cvr", {"vat_status": "registered"}), ("accounting_year_start_month", {"accounting_year_start_month": 13}),
        ],
    )  # fmt: skip
    def test_refuses(self, world, now, field, details):
        with pytest.raises(CannotCreateOrganization) as refusal:
            self.start(world, now, **details)
        assert refusal.value.field == field
        assert not Role.objects.filter(person=world.buyer).exists()

    def test_proposes_a_free_readable_address(self, world):
        assert proposed_slug("Ålborg Spil & Ø-klub") == "aalborg-spil-oe-klub"
        assert proposed_slug("ALEA") == "alea-2"
        assert proposed_slug("Office") == "forening-office"
        assert proposed_slug("東京") == "forening"
        for name in ("my", "x" * 90, "Help", "--", "policy", "start"):
            assert slug_refusal(proposed_slug(name)) is None

    def test_a_change_notes_which_fields_and_no_values(self, world, now):
        details = OrganizationDetails(
            name="ALEA", cvr="13585628", street="Ny Vej 2", postcode="8000", city="Aarhus C", email="kontakt@alea.example", accent_colour="#7c3aed",
        )  # fmt: skip
        with transaction.atomic(), acting_for(world.organization.pk):
            assert update_organization(organization=world.organization, details=details, actor=world.actor(world.owner), now=now) == ["street"]
            assert update_organization(organization=world.organization, details=details, actor=world.actor(world.owner), now=now) == []
        assert AuditEntry.objects.filter(action="organization_updated").count() == 1


def test_invitations_are_forgotten_30_days_after_their_end(world, now):
    from conbillet.organizations.actions.forget_invitations import forget_invitations

    days = timedelta(days=1)
    ends = {"answered": {"accepted_at": now - 31 * days}, "withdrawn": {"withdrawn_at": now - 31 * days}, "run out": {}, "recent": {"withdrawn_at": now - 29 * days}, "open": {}}  # fmt: skip
    for name, end in ends.items():
        expires = now - 31 * days if name == "run out" else now + days
        Invitation.objects.create(organization=world.organization, email=f"{name}@example.com", kind="manager", token_hash=name, created_at=now, expires_at=expires, **end)
    assert forget_invitations(now=now) == 3
    assert set(Invitation.objects.values_list("token_hash", flat=True)) == {"recent", "open"}
