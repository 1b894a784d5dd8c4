"""Office pages about the association: for whom, how they answer, and that lists do not grow queries."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.accounts.models import Account
from conbillet.organizations.models import Invitation, Organization, Role, RoleKind
from conbillet.organizations.permissions import PERMISSIONS
from conbillet.payments.models import ConnectedAccount
from conbillet.web.office.roles import ROLE_TEXTS
from tests.cast import make_person
from tests.jobs import run_jobs
from tests.login import log_in

pytestmark = pytest.mark.django_db

HOME, SETTINGS, ROLES, PAYMENTS = "/office/alea/", "/office/alea/settings/", "/office/alea/roles/", "/office/alea/payments/"
DETAILS = {
    "name": "ALEA", "email": "kontakt@alea.example", "cvr": "13585628", "vat_status": "not_registered", "street": "Ringgaden 1", "postcode": "8000",
    "city": "Aarhus C", "accounting_year_start_month": "7", "accent_colour": "#0f766e", "website": "alea.example", "phone": "86 12 34 56",
}  # fmt: skip


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


class TestFor:
    @pytest.mark.parametrize("url", [HOME, SETTINGS, ROLES, PAYMENTS])
    def test_the_owner(self, owner, url):
        assert owner.get(url).status_code == 200

    @pytest.mark.parametrize("url", [HOME, SETTINGS, ROLES, PAYMENTS])
    def test_a_stranger_there_is_no_such_page(self, client, world, url):
        assert log_in(client, world.stranger).get(url).status_code == 404

    @pytest.mark.parametrize("url", [HOME, SETTINGS, ROLES, PAYMENTS])
    def test_door_crew_they_are_closed(self, client, world, url):
        assert log_in(client, world.door_crew).get(url).status_code == 403

    @pytest.mark.parametrize("url", [HOME, SETTINGS, ROLES, PAYMENTS])
    def test_anonymous_they_are_behind_the_sign_in(self, client, world, url):
        assert client.get(url)["Location"] == f"/accounts/login/?next={url}"

    @pytest.mark.parametrize("url", [HOME, SETTINGS, ROLES, PAYMENTS])
    def test_wrong_verb(self, owner, url):
        assert owner.delete(url).status_code == 405

    def test_a_manager_the_details_are_closed_and_the_money_is_not(self, client, world):
        Role.objects.filter(person=world.door_crew).update(kind=RoleKind.MANAGER)
        log_in(client, world.door_crew)
        assert [client.get(url).status_code for url in (HOME, SETTINGS, ROLES, PAYMENTS)] == [200, 403, 403, 200]
        assert client.post("/office/alea/payments/connect/").status_code == 403
        menu = [item["url"] for item in client.get(HOME).context["side_menu"]]
        assert SETTINGS not in menu and PAYMENTS in menu


class TestSettings:
    def test_are_saved(self, owner, world):
        assert owner.post(SETTINGS, DETAILS).status_code == 302
        saved = Organization.objects.get(pk=world.organization.pk)
        assert (saved.accent_colour, saved.accounting_year_start_month, saved.phone, saved.website) == ("#0f766e", 7, "+4586123456", "https://alea.example")
        assert saved.slug == "alea"

    @pytest.mark.parametrize(
        ("field", "value"),
        [("cvr", "13585627"), ("accent_colour", "red"), ("accent_colour", "#fff;}"), ("accounting_year_start_month", "13"), ("vat_status", "maybe"), ("name", ""),
         ("email", "kontakt"), ("postcode", "0001"), ("website", "javascript:alert(1)"), ("name", "A\u202eB")],
    )  # fmt: skip
    def test_errors_stand_beside_the_field_and_nothing_is_stored(self, owner, world, field, value):
        page = owner.post(SETTINGS, {**DETAILS, field: value, "about_da": "Bevar mig"})
        assert page.status_code == 422 and field in page.context["form"].errors and "Bevar mig" in page.content.decode()
        assert Organization.objects.get(pk=world.organization.pk).accounting_year_start_month == 1

    def test_vat_without_a_cvr_number_contradicts_itself(self, owner):
        page = owner.post(SETTINGS, {**DETAILS, "cvr": "", "vat_status": "registered"})
        assert "cvr" in page.context["form"].errors

    def test_the_address_cannot_be_changed_by_a_hidden_field(self, owner, world):
        owner.post(SETTINGS, {**DETAILS, "slug": "hyggecon2", "id": world.other.pk})
        assert Organization.objects.get(pk=world.organization.pk).slug == "alea"


class TestRoles:
    def test_invite_accept_and_work(self, owner, world):
        assert owner.post(ROLES, {"email": "ny@alea.example", "kind": "manager"}).status_code == 302
        run_jobs()
        link = re.search(r"http://localhost:8000(/invitation/[0-9a-f]+/)", mail.outbox[-1].body).group(1)
        newcomer = Client()
        assert newcomer.post(link)["Location"].startswith("/accounts/login/")
        assert 'value="ny@alea.example"' in newcomer.get("/accounts/login/").content.decode()
        newcomer.post("/accounts/login/", {"email": "ny@alea.example", "next": link})
        run_jobs()
        code = re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE).group(1)
        assert newcomer.post("/accounts/code/", {"code": code})["Location"] == link
        assert newcomer.get(link).context["fits"]
        assert newcomer.post(link)["Location"] == HOME
        assert newcomer.get(HOME)["Location"].startswith("/accounts/2fa/?required=1")
        assert newcomer.get(link).status_code == 410

    def test_a_forwarded_link_is_refused(self, owner, world):
        owner.post(ROLES, {"email": "ny@alea.example", "kind": "manager"})
        run_jobs()
        link = re.search(r"(/invitation/[0-9a-f]+/)", mail.outbox[-1].body).group(1)
        other = log_in(Client(), world.buyer)
        assert other.get(link).status_code == 200 and other.post(link).status_code == 403
        assert not Role.objects.filter(person=world.buyer).exists()

    def test_an_unknown_link_is_gone(self, client, db):
        assert client.get("/invitation/" + "0" * 40 + "/").status_code == 410

    def test_another_role_and_none(self, owner, world):
        role = Role.objects.get(person=world.door_crew)
        assert owner.post(f"{ROLES}{role.pk}/", {"kind": "treasurer"}).status_code == 302
        role.refresh_from_db()
        assert role.kind == RoleKind.TREASURER
        owner.post(f"{ROLES}{role.pk}/", {"remove": "1"})
        assert not Role.objects.filter(pk=role.pk).exists()

    def test_the_last_owner_is_told_why_not(self, owner, world):
        role = Role.objects.get(person=world.owner)
        for data in ({"kind": "manager"}, {"remove": "1"}):
            page = owner.post(f"{ROLES}{role.pk}/", data)
            assert page.status_code == 422
        assert page.context["refusal"]

    def test_of_another_association_do_not_exist(self, owner, world):
        foreign = Role.objects.get(person=world.stranger)
        assert owner.get(f"{ROLES}{foreign.pk}/").status_code == 404
        assert owner.post(f"{ROLES}{foreign.pk}/", {"remove": "1"}).status_code == 404
        assert Role.objects.filter(pk=foreign.pk).exists()

    def test_invitations_can_be_withdrawn_but_not_those_of_others(self, owner, world, now):
        owner.post(ROLES, {"email": "ny@alea.example", "kind": "manager"})
        mine = Invitation.objects.get()
        theirs = Invitation.objects.create(organization=world.other, email="x@example.com", kind="owner", token_hash="x", created_at=now, expires_at=now)
        assert owner.post(f"/office/alea/invitations/{theirs.pk}/withdraw/").status_code == 404
        owner.post(f"/office/alea/invitations/{mine.pk}/withdraw/")
        assert Invitation.objects.filter(withdrawn_at=None).get() == theirs

    @pytest.mark.parametrize("kind", ["god", "", "owner "])
    def test_unknown_roles_are_refused(self, owner, world, kind):
        assert owner.post(ROLES, {"email": "ny@alea.example", "kind": kind}).status_code == 422
        assert not Invitation.objects.exists()

    def test_every_role_is_explained(self):
        assert set(ROLE_TEXTS) == set(RoleKind) == set(PERMISSIONS)

    def test_the_list_does_not_grow_queries(self, owner, world, now):
        def count() -> int:
            owner.get(ROLES)  # takes the messages of the posts before
            with CaptureQueriesContext(connection) as captured:
                owner.get(ROLES)
            return len(captured)

        def add(number: int) -> None:
            person = make_person(f"Frivillig {number}", f"f{number}@alea.example")
            Role.objects.create(organization=world.organization, person=person, kind=RoleKind.READ_ONLY, granted_at=now)
            owner.post(ROLES, {"email": f"i{number}@alea.example", "kind": "read_only"})

        add(1)
        one = count()
        add(2), add(3)
        assert count() == one


class TestStart:
    def test_anybody_with_an_account_can_and_is_led_on(self, client, world):
        log_in(client, world.buyer, second_factor=False)
        assert client.get("/office/").status_code == 200
        answer = client.post("/office/start/", {**DETAILS, "name": "Blåbær Spil"})
        assert answer["Location"] == "/office/blaabaer-spil/"
        assert Role.objects.get(person=world.buyer).kind == RoleKind.OWNER
        assert client.get(answer["Location"])["Location"].startswith("/accounts/2fa/")

    def test_a_reserved_or_taken_address_is_refused(self, client, world):
        log_in(client, world.buyer, second_factor=False)
        for slug in ("alea", "policy", "x y", "../my"):
            page = client.post("/office/start/", {**DETAILS, "slug": slug})
            assert page.status_code == 422 and "slug" in page.context["form"].errors
        assert Organization.objects.count() == 2

    def test_needs_an_account(self, client, db):
        assert client.post("/office/start/", DETAILS)["Location"].startswith("/accounts/login/")

    def test_choosing_does_not_grow_queries(self, client, world, now):
        log_in(client, world.buyer)

        def count() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get("/office/")
            return len(captured)

        Role.objects.create(organization=world.organization, person=world.buyer, kind="owner", granted_at=now)
        one = count()
        for slug in ("a1", "a2"):
            organization = Organization.objects.create(slug=slug, name=slug, email="a@example.com", created_at=now)
            Role.objects.create(organization=organization, person=world.buyer, kind="owner", granted_at=now)
        assert count() == one


class TestStripe:
    def connected(self, world, now, **state) -> ConnectedAccount:
        return ConnectedAccount.objects.create(
            organization=world.organization, stripe_account="acct_1", connected_at=now, checked_at=now, **state
        )

    def test_three_states(self, owner, world, now):
        assert owner.get(PAYMENTS).context["state"] == "none"
        account = self.connected(world, now)
        assert owner.get(PAYMENTS).context["state"] == "started"
        account.charges_enabled = account.payouts_enabled = account.details_submitted = True
        account.save()
        assert owner.get(PAYMENTS).context["state"] == "ready"

    def test_the_account_of_another_association_is_not_shown(self, client, world, now):
        self.connected(world, now)
        log_in(client, world.stranger)
        assert client.get("/office/hyggecon/payments/").context["state"] == "none"

    def test_connecting_leads_to_stripe_with_our_own_addresses(self, owner, world, monkeypatch, settings):
        settings.ALLOWED_HOSTS = ["*"]
        asked = {}

        def connect(**given):
            assert not connection.in_atomic_block or connection.savepoint_ids is not None
            asked.update(given)
            return "https://connect.stripe.com/setup/x"

        monkeypatch.setattr("conbillet.web.office.views.stripe.connect_account", connect)
        answer = owner.post("/office/alea/payments/connect/", headers={"host": "evil.example"})
        assert answer["Location"] == "https://connect.stripe.com/setup/x"
        assert asked["return_url"] == "http://localhost:8000/office/alea/payments/returned/"
        assert asked["organization"] == world.organization

    def test_stripe_down_is_said(self, owner, monkeypatch):
        from conbillet.payments.actions.connect_account import CannotConnect

        def down(**given):
            raise CannotConnect

        monkeypatch.setattr("conbillet.web.office.views.stripe.connect_account", down)
        assert owner.post("/office/alea/payments/connect/", follow=True).status_code == 200


def test_office_pages_forbid_inline_code_and_markup_made_by_scripts(owner):
    policy = owner.get(SETTINGS)["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy and "trusted-types 'none'" in policy


def test_accounts_are_not_readable_from_an_office_page(owner, world, monkeypatch):
    """Planted: a page that reaches for an account gets nothing but an error."""
    from django.db.utils import ProgrammingError

    monkeypatch.setattr("conbillet.web.office.views.organization._url", lambda name, slug: str(Account.objects.count()))
    with pytest.raises(ProgrammingError, match="permission denied"):
        owner.get(HOME)
