"""A world in which every address leads somewhere: one of each thing that has a page, and the values for its address."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from conbillet.accounts.models import Person, StaffRole
from conbillet.certificates.models import CertificateRequest, CertificateScheme
from conbillet.consents.consent_links import consent_key
from conbillet.consents.models import MarketingConsent
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS, SYSTEM
from conbillet.core.references import new_reference
from conbillet.memberships.counting.rule_sets import rule_set
from conbillet.memberships.models import Member, Membership, MembershipType, OwnRuleSet
from conbillet.memberships.reminders import token_for
from conbillet.newsletters.actions.write_issue import Words, write_issue
from conbillet.newsletters.models import Issue
from conbillet.organizations.models import Invitation, Role
from conbillet.organizations.tokens import invitation_token, token_hash
from conbillet.privacy.models import AuthorityCase, Breach, Erasure, InsightPackage
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.models import Order, Participant
from conbillet.statistics.models import PublicPage
from conbillet.support.actions.open_chat import open_chat
from conbillet.support.actions.say import say
from conbillet.support.models import Case, Chat
from conbillet.tickets.models import Ticket
from tests.cast import World, make_event, make_person
from tests.purchases import ADA, BO, order_of, pay_for


def values_for(world: World) -> dict[str, Any]:
    """Parameter → value, for all addresses; below `name:` or a pattern's beginning those of particular ones."""
    now = clock.now()
    order = pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)
    mine = pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(ADA,)), now)
    Order.objects.filter(pk=mine.pk).update(buyer=world.buyer)
    ticket = Ticket.objects.filter(line__order=order).first()
    friend = Participant.objects.filter(order=order).exclude(claim_key="").last()
    ours = {"reference": order.reference, "access_key": order.access_key, "number": 1}
    off = make_event(world.organization, slug=f"off-{secrets.token_hex(3)}", name="Aflyst", state="cancelled")
    return {
        "organization": world.organization.slug,
        "event": world.event.slug,
        "product": world.adult.pk,
        "quota": world.people.pk,
        "kind": "merchandise",
        "do": "close",
        "day": "2026-11-22",
        "year": now.year,
        "chat_about_order:": ours,
        **{f"{name}:": ours for name in ("order", "order_state", "pay", "tickets_pdf", "receipt_pdf", "refund")},
        "ticket:": {"reference": ticket.reference, "access_key": ticket.access_key},
        "holder:": {"reference": ticket.reference},
        "participant:": {"order_reference": order.reference, "claim_key": friend.claim_key if friend else "nothing"},
        "my/orders/": {"reference": mine.reference},
        "my/data/correct/": {"slug": world.organization.slug},
        "desk/associations/": {"slug": world.organization.slug},
        "event_refunds:": {"event": off.slug},
        **_of_the_association(world, now),
        **_of_the_platform(world, now),
    }  # fmt: skip


def _of_the_association(world: World, now: datetime) -> dict[str, Any]:
    invited = {
        "organization_id": world.organization.pk,
        "email": f"ny-{secrets.token_hex(4)}@example.dk",
        "created_at": now,
    }
    token = invitation_token(**invited)
    Invitation.objects.create(
        **invited, kind="manager", token_hash=token_hash(token), expires_at=now + timedelta(days=7)
    )
    scheme = CertificateScheme.objects.create(
        organization=world.organization,
        purpose="Børneaktiviteter",
        basis="children",
        consent_version="2026-11-23",
        switched_on_at=now,
    )
    certificate = CertificateRequest.objects.create(
        organization=world.organization,
        scheme=scheme,
        reference=new_reference(),
        person=world.door_crew,
        name="Dorte Dør",
        asked_at=now,
    )
    issue = write_issue(
        issue=None, words=Words("Nyt", "Hej"), organization_id=world.organization.pk, actor=SYSTEM, now=now
    )
    shown = Issue.objects.create(
        reference=new_reference(), organization=world.organization, state="sent", subject_da="Gammelt nyt", text_da="Hej", created_at=now,
        updated_at=now, started_at=now, finished_at=now,
    )  # fmt: skip
    PublicPage.objects.create(organization=world.organization, is_on=True, changed_at=now)
    member = Member.objects.create(organization=world.organization, member_no="7", name="Mia Medlem", created_at=now)
    own = Member.objects.create(
        organization=world.organization, person=world.buyer, member_no="8", name="Bea Buyer", created_at=now,
        email="bea@example.dk",
    )
    Membership.objects.create(
        organization=world.organization, member=own, enrolled_at=now, channel="office", dues_amount=7500, paid_at=now,
        membership_type=MembershipType.objects.filter(organization=world.organization).first(),
        period_from=clock.copenhagen_day(now), period_to=clock.copenhagen_day(now), source_reference=f"walk-{own.pk}",
    )  # fmt: skip
    rules = OwnRuleSet.objects.create(
        organization=world.organization, key="odense", valid_from=now.date().replace(month=1, day=1), made_at=now,
        rules={**rule_set("under25", year=now.year).as_data(), "key": "odense"},
    )  # fmt: skip
    return {
        "invitation:": {"token": token},
        "no_reminders:": {"token": token_for(own)},
        "leave_membership:": {"member": own.pk},
        "rules:": {"number": rules.pk},
        "counting:": {"rules": "cfr", "year": now.year},
        "newsletter:": {"reference": issue.reference},
        "edit_newsletter:": {"reference": issue.reference},
        "newsletter_state:": {"reference": issue.reference},
        "newsletter_mail:": {"reference": issue.reference, "language": "da"},
        "issues:": {"slug": world.organization.slug},
        "issue:": {"slug": world.organization.slug, "reference": shown.reference},
        "member:": {"number": member.member_no},
        "role:": {"role": Role.objects.get(organization=world.organization, person=world.door_crew).pk},
        "office/<slug:organization>/chat/": {"reference": make_chat(world, now).reference, "file": "nothing"},
        "membership_type:": {"number": MembershipType.objects.filter(organization=world.organization).first().pk},
        "certificate:": {"reference": certificate.reference},
    }  # fmt: skip


def _of_the_platform(world: World, now: datetime) -> dict[str, Any]:
    case = Case.objects.create(
        reference=new_reference(), kind=Case.Kind.OTHER, email="en@example.dk", subject="Hej", text="Hej", created_at=now,
        due_on=now.date() + timedelta(days=30), access_key=secrets.token_hex(16),
    )  # fmt: skip
    request = AuthorityCase.objects.create(
        reference=new_reference(), authority="Politiet", legal_ground="Kendelse", request="Alt", categories="user.name",
        received_on=now.date(), opened_at=now,
    )  # fmt: skip
    news = MarketingConsent.objects.create(
        reference=new_reference(), email="en@example.dk", purpose="newsletter", event="asked", method="double_opt_in",
        text_version="2026-11-23", text_hash="0" * 64, at=now,
    )  # fmt: skip
    erasure = Erasure.objects.create(
        reference=new_reference(), access_key=secrets.token_hex(16), subject_id=make_gone(now), scope="all", via="self",
        erased_at=now, backups_until=now.date() + timedelta(days=30),
    )  # fmt: skip
    own = write_issue(issue=None, words=Words("Nyt", "Hej"), organization_id=None, actor=SYSTEM, now=now)
    package = InsightPackage.objects.create(reference=new_reference(), person=world.buyer, asked_at=now)
    breach = Breach.objects.create(
        reference=new_reference(),
        discovered_at=now,
        report_by_at=now + timedelta(hours=72),
        written_at=now,
        happened="Noget",
    )
    return {
        "help/case/": {"reference": case.reference, "key": case.access_key},
        "desk/chat/": {"reference": make_chat(None, now).reference, "file": "nothing"},
        "support/": {"reference": make_chat(None, now, person=world.buyer).reference, "slug": world.organization.slug},
        "desk/breaches/": {"reference": breach.reference},
        "desk/cases/": {"reference": case.reference},
        "desk/authorities/": {"reference": request.reference},
        "newsletter_answer:": {"reference": news.reference, "key": consent_key(news)},
        "desk/newsletters/": {"reference": own.reference, "language": "da"},
        "erased:": {"reference": erasure.reference, "access_key": erasure.access_key},
        "package:": {"reference": package.reference},
        "package_state:": {"reference": package.reference},
    }


def make_chat(world: World | None, now: datetime, *, person: Person | None = None) -> Chat:
    """A conversation with the cast's association, or with the desk."""
    chat = open_chat(
        organization=world.organization if world else None,
        person=person.pk if person else None,
        token=secrets.token_urlsafe(24),
        name="Vera",
        language="da",
        actor=ANONYMOUS,
        now=now,
    )
    say(chat=chat, by="visitor", text="Hej", key=secrets.token_hex(16), actor=ANONYMOUS, now=now)
    return chat


def make_gone(now: datetime) -> Any:
    """The id of somebody who is not there any more."""
    person = Person.objects.create(name="", created_at=now, updated_at=now)
    gone = person.pk
    person.delete()
    return gone


def make_staff() -> Person:
    """Somebody of the operator's who may do everything at the desk."""
    person = make_person("Stine Stab", f"stine-{secrets.token_hex(4)}@conbillet.example")
    for kind in StaffRole.Kind.values:
        StaffRole.objects.create(account=person.account, kind=kind, granted_at=clock.now())
    return person
