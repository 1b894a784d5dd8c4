"""The people one can sign in as. Demo only: their secrets are printed on the screen."""

from datetime import datetime

from conbillet.accounts.actions.create_account import create_account
from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.accounts.models import Account, StaffRole
from conbillet.consents.policy_texts import current
from conbillet.consents.queries import texts
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.models import Agreement, Organization, Role, RoleKind

PASSWORD = "nordlys-demo-2026"  # noqa: S105  printed on purpose
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  printed on purpose

BUYER, OWNER, DOOR, STAFF = "buyer@demo.example", "owner@demo.example", "door@demo.example", "staff@demo.example"

LOGIN_HELP = [
    "Sign in at /accounts/login/ with a code by mail (read it at the mail catcher) or with the password",
    f"  password for all      {PASSWORD}",
    f"  authenticator secret  {TOTP_SECRET}   (owner, door and staff; `bin/conbillet demo-code` prints the code of the moment)",
    f"  buyer                 {BUYER}   → /my/",
    f"  owner of Nordlys      {OWNER}   → /office/nordlys/",
    f"  door crew of Nordlys  {DOOR}    → /door/",
    f"  platform staff        {STAFF}   → /desk/",
]


def make_people(organization: Organization, now: datetime) -> dict[str, Account]:
    accounts = {}
    for email, name in ((BUYER, "Bodil Bæk"), (OWNER, "Oline Østergaard"), (DOOR, "Dan Dahl"), (STAFF, "Stine Skov")):
        account = create_account(email=email, name=name, now=now)
        account.set_password(PASSWORD)
        account.save()
        accounts[email] = account
    for email in (OWNER, DOOR, STAFF):
        enrol_totp(account=accounts[email], secret=TOTP_SECRET, now=now)
    for email, kind in ((OWNER, RoleKind.OWNER), (DOOR, RoleKind.DOOR_CREW)):
        Role.objects.create(organization=organization, person=accounts[email].person, kind=kind, granted_at=now)
    for desk in StaffRole.Kind.values:
        StaffRole.objects.create(account=accounts[STAFF], kind=desk, granted_at=now)
    buyer = accounts[BUYER].person
    buyer.badge_name, buyer.street, buyer.postcode, buyer.city, buyer.phone = (
        "Ravnen",
        "Skovvej 7, 2. tv",
        "8000",
        "Aarhus C",
        "+4540506070",
    )
    buyer.birth_date, buyer.gender = now.date().replace(year=now.year - 27, month=5, day=17), "woman"
    buyer.save()
    return accounts


def accept_agreements(organizations: dict[str, Organization], now: datetime) -> None:
    """Each association has accepted today's data-processing agreement, by its owner where it has one to sign in as."""
    version = current(texts().agreements, copenhagen_day(now))
    for organization in organizations.values():
        owner = Role.objects.filter(organization=organization, kind=RoleKind.OWNER).select_related("person").first()
        Agreement.objects.create(
            organization=organization,
            version=version.name,
            text_hash=version.text_hash,
            accepted_by=owner.person if owner else None,
            accepted_name=owner.person.name if owner else "",
            accepted_at=now,
        )
