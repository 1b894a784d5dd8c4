"""A person with unguessable values in every field, who goes through every use case that can write something down."""

import time
from base64 import b32encode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from secrets import token_bytes, token_hex
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.accounts.actions.open_account import open_account
from conbillet.accounts.actions.update_profile import Profile, update_profile
from conbillet.accounts.models import Account, Person
from conbillet.certificates.actions.ask_for_certificate import ask_for_certificate
from conbillet.certificates.actions.give_number import give_number
from conbillet.certificates.actions.reveal_number import reveal_number
from conbillet.certificates.actions.switch_on import switch_on
from conbillet.consents.actions.ask_consent import ask_consent
from conbillet.consents.actions.give_consent import give_consent
from conbillet.core import audit
from conbillet.core.actor import ANONYMOUS, SYSTEM, person_actor
from conbillet.core.references import new_reference
from conbillet.memberships.actions.document_members import document_members
from conbillet.memberships.counting.rule_sets import NoRuleSet, keys, rule_set
from conbillet.memberships.models import DocumentedMember
from conbillet.organizations.actions.accept_agreement import accept_agreement
from conbillet.organizations.actions.accept_invitation import accept_invitation
from conbillet.organizations.actions.invite import invite
from conbillet.organizations.models import Invitation, Role, RoleKind
from conbillet.organizations.tokens import invitation_token
from conbillet.privacy.actions.disclose_to_organization import disclose_to_organization
from conbillet.privacy.models import Breach, BreachSubject, Disclosure, Guardianship, InsightPackage, Limit
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.claim_participant import claim_participant
from conbillet.sales.actions.place_order import PersonDetails
from conbillet.sales.actions.rename_participant import rename_participant
from conbillet.sales.models import Order, Participant
from conbillet.support.models import CaseAttachment, Chat
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.hand_out import hand_out
from conbillet.tickets.actions.undo_check_in import undo_check_in
from conbillet.tickets.models import Ticket
from conbillet.usage.counter import flush
from conbillet.usage.models import ShopCount
from conbillet.workflows.cases import answer_by_mail, receive_case
from conbillet.workflows.chats import answer_chat
from conbillet.workflows.inbox import receive_mail
from conbillet.workflows.insight import order_package
from conbillet.workflows.order_care import mend_email
from conbillet.workflows.refunds import refund_lines
from conbillet.workflows.sign_in import move_to_email
from conbillet.workflows.transfers import confirm_received
from tests.jobs import run_jobs
from tests.login import log_in
from tests.privacy.canary_counted import be_counted
from tests.privacy.canary_news import get_news
from tests.purchases import cart_with, order_of, pay_for


def _unguessable(kind: str) -> str:
    return f"{kind}æ {token_hex(6)}"


@dataclass
class Canary:
    """Values that stand nowhere else. `orders` are the canary's, by what became of them."""

    world: Any
    now: datetime
    name: str = field(default_factory=lambda: _unguessable("Kanarie"))
    badge: str = field(default_factory=lambda: _unguessable("Pip"))
    street: str = field(default_factory=lambda: _unguessable("Burvej"))
    city: str = field(default_factory=lambda: _unguessable("Fugleby"))
    phone: str = field(default_factory=lambda: f"+45{int(token_hex(5), 16) % 10**10:010d}")
    email: str = field(default_factory=lambda: f"pip-{token_hex(6)}@example.com")
    browser: str = field(default_factory=lambda: f"Canary/{token_hex(6)}")
    words: str = field(default_factory=lambda: _unguessable("Hjælp mig"))
    renamed: str = field(default_factory=lambda: _unguessable("Omdøbt"))
    moved: str = field(default_factory=lambda: f"flyttet-{token_hex(6)}@example.com")
    typing_error: str = field(default_factory=lambda: f"pjp-{token_hex(6)}@example.com")
    pending: str = field(default_factory=lambda: f"tredje-{token_hex(6)}@example.com")
    passkey: str = field(default_factory=lambda: _unguessable("Pips telefon"))
    totp: str = field(default_factory=lambda: b32encode(token_bytes(20)).decode())
    number: str = field(default_factory=lambda: f"0506871{int(token_hex(2), 16) % 1000:03d}")
    note: str = field(default_factory=lambda: _unguessable("Ønsker pengene"))
    chatter: str = field(default_factory=lambda: _unguessable("Snak om"))
    person: Person = field(init=False)
    client: Client = field(init=False)
    orders: dict[str, Order] = field(default_factory=dict)

    @property
    def values(self) -> list[str]:
        return [
            self.name, self.badge, self.street, self.city, self.phone, self.email, self.browser, self.words, self.renamed,
            self.moved, self.typing_error, self.pending, self.passkey, self.totp, self.number, self.note, self.chatter, "203.0.113.77",
        ]  # fmt: skip

    @property
    def details(self) -> PersonDetails:
        return PersonDetails(
            name=self.name, badge_name=self.badge, email=self.email, birth_date=date(1987, 6, 5), gender="woman",
            street=self.street, postcode="8000", city=self.city,
        )  # fmt: skip

    def live(self) -> None:
        """Everything, in the order of life."""
        self.look_around()
        self.buy_as_guest()
        self.sign_up()
        self.fail_to_log_in()
        self.secure()
        self.buy()
        self.be_bought_for()
        self.come()
        self.write()
        self.write_by_mail()
        self.chat()
        self.be_documented()
        get_news(self)
        be_counted(self)
        self.be_limited()
        self.be_known()
        self.join_the_crew()
        self.move()
        self.ask_for_insight()
        self.leave_things_open()
        run_jobs()

    def look_around(self) -> None:
        """What the site counts is about nobody, the canary included: pages, a cart, and a form that was filled in wrongly."""
        shop = f"/{self.world.organization.slug}/{self.world.event.slug}/"
        browser = Client(
            HTTP_USER_AGENT=f"Mozilla/5.0 {self.browser}", HTTP_ACCEPT_LANGUAGE="da", REMOTE_ADDR="203.0.113.77",
            HTTP_REFERER=f"https://example.org/?q={self.words}",
        )  # fmt: skip
        for address in ("/", shop, f"{shop}?{self.words}"):
            assert browser.get(address).status_code == 200
        browser.post(f"{shop}cart/", {f"quantity_{self.world.adult.pk}": self.words})
        assert flush() > 0 and ShopCount.objects.filter(event=self.world.event, step="refused").exists()

    def buy_as_guest(self) -> None:
        order = order_of(self.world, self.now, Wish(self.world.adult.pk, 1), people=(self.details,))
        self.orders["guest"] = pay_for(order, self.now)

    def sign_up(self) -> None:
        account, _new = open_account(email=self.email, language="da", now=self.now)
        self.person = account.person
        profile = Profile(
            name=self.name, badge_name=self.badge, birth_date=date(1987, 6, 5), gender="woman", phone=self.phone,
            street=self.street, postcode="8000", city=self.city, country="DK", language="da",
        )  # fmt: skip
        update_profile(person=self.person, profile=profile, actor=person_actor(self.person.pk), now=self.now)
        self.client = Client(HTTP_USER_AGENT=self.browser, REMOTE_ADDR="203.0.113.77")
        log_in(self.client, self.person)
        assert self.client.get("/my/").status_code == 200
        # The test's client logs in without a request: what a real one would have told is put in here.
        device = UserSession.objects.filter(user=account)
        if not device.update(ip="203.0.113.77", user_agent=self.browser):
            key = self.client.session.session_key
            UserSession.objects.create(user=account, session_key=key, ip="203.0.113.77", user_agent=self.browser)
        run_jobs()

    def fail_to_log_in(self) -> None:
        stranger = Client(HTTP_USER_AGENT=self.browser, REMOTE_ADDR="203.0.113.77")
        stranger.post("/accounts/login/", {"email": self.email})
        stranger.post("/accounts/code/", {"code": "000000"})
        run_jobs()

    def secure(self) -> None:
        """An authenticator app, and a passkey with a name of its own."""
        account = Account.objects.get(person=self.person)
        enrol_totp(account=account, secret=self.totp, now=self.now)
        Authenticator.objects.create(
            user=account, type=Authenticator.Type.WEBAUTHN, created_at=self.now,
            data={"name": self.passkey, "credential": {"clientExtensionResults": {}}},
        )  # fmt: skip

    def buy(self) -> None:
        """For themselves and a child, with dues; one order not paid, one given back, one with an address mended."""
        world, now = self.world, self.now
        world.event.transfer_allowed = True
        world.event.version += 1  # offers are remembered by it
        world.event.save(update_fields=["transfer_allowed", "version"])
        child = PersonDetails(
            name="Other Child",
            badge_name="",
            email="",
            birth_date=date(2015, 1, 1),
            gender="",
            street="",
            postcode="",
            city="",
        )
        both = (Wish(world.adult.pk, 1), Wish(world.child.pk, 1), Wish(world.membership.pk, 2))
        self.orders["family"] = pay_for(order_of(world, now, *both, people=(self.details, child)), now)
        self.orders["unpaid"] = order_of(world, now, Wish(world.adult.pk, 1), method="transfer", people=(self.details,))
        back = order_of(world, now, Wish(world.day.pk, 1), method="transfer", people=(self.details,))
        confirm_received(order=back, amount=back.amount, actor=world.actor(world.owner), now=now)
        refund_lines(
            order=back, lines=list(back.lines.all()), reason="requested", actor=world.actor(world.owner), now=now,
            note=f"{self.note}: {self.name}",
        )  # fmt: skip
        self.orders["back"] = back
        typed = PersonDetails(**{**vars(self.details), "email": self.typing_error})
        mended = order_of(world, now, Wish(world.day.pk, 1), method="transfer", people=(typed,))
        run_jobs()  # the wrong address is written to
        mended = mend_email(order=mended, email=self.email, actor=ANONYMOUS, now=now)
        self.orders["mended"] = confirm_received(
            order=mended, amount=mended.amount, actor=world.actor(world.owner), now=now
        )
        cart = cart_with(world, now, Wish(world.adult.pk, 1))
        cart.person = self.person
        cart.save()
        # The address is proven: everything comes home.
        open_account(email=self.email, language="da", now=now)
        run_jobs()

    def be_bought_for(self) -> None:
        """By a friend, who knows the address and gets the confirmation; and with a friend, who is told who bought."""
        friend = PersonDetails(
            name="Freja Friend", badge_name="", email="freja@example.com", birth_date=date(1990, 1, 1), gender="",
            street="", postcode="", city="",
        )  # fmt: skip
        world, now = self.world, self.now
        two = Wish(world.adult.pk, 2)
        theirs = pay_for(order_of(world, now, two, people=(friend, self.details)), now)
        mine = Participant.objects.get(order=theirs, email=self.email)
        claim_participant(participant=mine, actor=person_actor(self.person.pk), now=now)
        shirt = Wish(world.shirt.pk, 1, world.sizes["M"].pk)
        self.orders["friends"] = pay_for(order_of(world, now, two, shirt, people=(self.details, friend)), now)
        # Bought "for somebody else", who is the buyer all the same.
        nobody = PersonDetails(**{**vars(self.details), "email": ""})
        self.orders["oneself"] = pay_for(order_of(world, now, two, people=(self.details, nobody)), now)
        open_account(email=self.email, language="da", now=now)
        run_jobs()

    def come(self) -> None:
        world, now = self.world, self.now
        participant = Participant.objects.get(order=self.orders["guest"])
        assert participant.person_id == self.person.pk
        crew = world.actor(world.door_crew, RoleKind.DOOR_CREW)
        ticket = Ticket.objects.get(participant=participant)
        check_in(event=world.event, code=ticket.reference, actor=crew, device="door", now=now)
        undo_check_in(ticket=ticket, reason=f"It was not {self.name}"[:120], actor=crew, now=now)
        rename_participant(
            participant=participant, name=self.renamed, badge_name=self.badge, actor=world.actor(world.owner), now=now
        )

        thing = self.orders["friends"].lines.get(kind="merchandise")
        hand_out(line=thing, actor=crew, now=now)

    def write(self) -> None:
        case = receive_case(
            kind="other", name=self.name, email=self.email, text=self.words, event=self.world.event, language="da",
            actor=ANONYMOUS, now=self.now, subject=self.words,
        )  # fmt: skip
        answer_by_mail(
            case=case,
            text=f"Dear {self.name}, you wrote: {self.words}",
            actor=person_actor(self.world.owner.pk),
            now=self.now,
        )

    def write_by_mail(self) -> None:
        """A mail with a file comes in, and becomes a case with what the file says."""
        mail = EmailMessage()
        mail["From"], mail["To"] = f"{self.name} <{self.email}>", settings.CONBILLET_OPERATOR["email"]
        mail["Subject"], mail["Message-ID"] = self.words, f"<{token_hex(8)}@example.com>"
        mail.set_content(f"{self.words}\n{self.name}")
        mail.add_attachment(f"{self.note}\n", filename=f"{self.badge}.txt")
        assert receive_mail(raw=bytes(mail), now=self.now) == "case"
        assert CaseAttachment.objects.exclude(content=None).exists()

    def chat(self) -> None:
        """With an association and with the desk, logged in and not, with a name, an address and files; answered by mail."""
        visitor = Client(HTTP_USER_AGENT=self.browser, REMOTE_ADDR="203.0.113.77")
        for client, address in ((self.client, "/support/with/alea/"), (visitor, "/support/with/alea/"), (visitor, "/support/")):
            answer = client.post(address, {"text": f"{self.chatter}, hilsen {self.name}", "name": self.name})
            assert answer.status_code == 303, answer.content
            letter = SimpleUploadedFile("brev.txt", f"{self.chatter}\n".encode(), content_type="text/plain")
            assert client.post(answer["Location"], {"text": "", "file": letter}).status_code == 303
            assert client.post(f"{answer['Location']}address/", {"email": self.email, "name": self.name}).status_code == 303
        run_jobs()
        for chat in Chat.objects.filter(email=self.email).exclude(state=Chat.State.CLOSED):
            answer_chat(
                chat=chat, text=f"Kære {self.name}, du skrev {self.chatter}", key=token_hex(16),
                actor=self.world.actor(self.world.owner), now=self.now,
            )  # fmt: skip
        run_jobs()
        assert Chat.objects.filter(person=self.person).exists()
        assert Chat.objects.filter(person=None, email=self.email).count() == 2

    def be_documented(self) -> None:
        """The register of the year is counted, with who was in it and who paid."""
        organization, year = self.world.organization, self.now.year
        for key in keys():
            with suppress(NoRuleSet):
                rules = rule_set(key, year=year)
                document_members(organization=organization, rules=rules, year=year, actor=SYSTEM, now=self.now)
        assert DocumentedMember.objects.filter(name=self.name).exists()

    def be_limited(self) -> None:
        """A limit to the use of their data, a breach that concerned them, a child whose guardian they are."""
        now = self.now
        Limit.objects.create(person=self.person, kind=Limit.Kind.OBJECTION, purpose="use.improve", from_at=now)
        breach = Breach.objects.create(reference=new_reference(), discovered_at=now, report_by_at=now)
        BreachSubject.objects.create(breach=breach, subject_id=self.person.pk)
        child = Person.objects.create(name="Other Ward", created_at=now, updated_at=now)
        Guardianship.objects.create(guardian=self.person, child=child, basis="case", since_at=now)

    def be_known(self) -> None:
        """What others do with the canary's data."""
        world, now = self.world, self.now
        invite(
            organization=world.organization, email=self.email, kind="read_only", actor=world.actor(world.owner),
            language="da", now=now,
        )  # fmt: skip
        account = Account.objects.get(person=self.person)
        give_consent(account=account, organization_id=None, purpose="newsletter", gpc=False, language="da", now=now)
        with transaction.atomic():
            disclose_to_organization(
                organization=world.organization, event=world.event, purpose=Disclosure.Purpose.EXPORT, form="csv",
                actor=world.actor(world.owner), now=now,
            )  # fmt: skip
        audit.record(
            action="person_looked_up", actor=world.actor(world.owner), now=now, organization_id=None, object_kind="person",
            object_reference=str(self.person.pk), subject=self.person.pk, reason=self.name,
        )  # fmt: skip

    def join_the_crew(self) -> None:
        """Takes the role, accepts the agreement, gives the CPR number for a certificate, and is looked at."""
        world, now = self.world, self.now
        account, me = Account.objects.get(person=self.person), person_actor(self.person.pk)
        invitation = Invitation.objects.get(email=self.email)
        token = invitation_token(organization_id=world.organization.pk, email=self.email, created_at=now)
        accept_invitation(token=token, account=account, actor=me, now=now)
        Role.objects.filter(person=self.person).update(kind=RoleKind.OWNER)
        accept_agreement(
            organization=invitation.organization, version="canary", text_hash="x", shown_hash="x", name=self.name,
            actor=world.actor(self.person), now=now,
        )  # fmt: skip
        owner = world.actor(world.owner)
        switch_on(
            organization=world.organization, purpose="Ledere af børnerummet", basis="children", actor=owner, now=now
        )
        request = ask_for_certificate(
            organization=world.organization, person_id=self.person.pk, name=self.name, actor=owner, now=now
        )
        give_number(request=request, typed=self.number, consents=True, birth_date=None, actor=me, now=now)
        request.refresh_from_db()
        assert reveal_number(request=request, reason=f"For {self.name}", actor=owner, now=now) == self.number
        run_jobs()

    def move(self) -> None:
        """Another address; the old one is told, and stays proven."""
        account = Account.objects.get(person=self.person)
        move_to_email(
            account=account, email=self.moved, actor=person_actor(self.person.pk), language="da", now=self.now
        )
        ask_consent(
            email=self.moved, organization_id=self.world.organization.pk, purpose="association", gpc=False,
            language="da", now=self.now,
        )  # fmt: skip
        run_jobs()

    def ask_for_insight(self) -> None:
        """A sealed file with everything lies ready outside the database."""
        order_package(account=Account.objects.get(person=self.person), language="da", now=self.now)
        run_jobs()
        assert InsightPackage.objects.get(person=self.person).state == InsightPackage.State.READY

    def leave_things_open(self) -> None:
        """A login begun in another browser, an address typed and never proven, a wrong code."""
        elsewhere = Client(HTTP_USER_AGENT=self.browser, REMOTE_ADDR="203.0.113.77")
        elsewhere.post("/accounts/login/", {"email": self.moved})
        session = self.client.session
        session["pending_code"] = {
            "reference": "x" * 20, "email": self.pending, "purpose": "attach", "sent_at": time.time(), "next": "",
        }  # fmt: skip
        session.save()
        run_jobs()
        audit.seal_entries()
