"""What the desk looks at, one of each: cases of every kind and state, breaches, requests of authorities, a departure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from conbillet.accounts.models import Person
from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS, Actor, ActorKind
from conbillet.core.references import new_reference
from conbillet.privacy.actions.ask_for_silence import ask_for_silence
from conbillet.privacy.actions.decide_authority_case import decide_authority_case
from conbillet.privacy.actions.describe_breach import Description, describe_breach
from conbillet.privacy.actions.name_breach_subjects import name_breach_subjects
from conbillet.privacy.actions.open_authority_case import Request, open_authority_case
from conbillet.privacy.actions.open_breach import open_breach
from conbillet.privacy.actions.seal_authority_package import seal_authority_package
from conbillet.privacy.actions.settle_breach import leave_unreported, leave_untold, report_breach, settle_breach
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.support.actions.close_case import close_case
from conbillet.support.models import Case, CaseAttachment
from conbillet.workflows.cases import answer_by_mail, extend_by_mail, receive_case
from conbillet.workflows.limits import lift_after_case, limit_after_case
from tests.cast import World
from tests.everything import make_staff
from tests.purchases import ADA, BO, order_of, pay_for

DAY = timedelta(days=1)
WORDS = "Hej\n\nJeg er blevet syg og kan ikke komme. Kan jeg få pengene tilbage?\n\nhttps://eksempel.example/en-meget-lang-adresse-uden-mellemrum-som-ikke-kan-brydes/0123456789012345678901234567890123456789"


@dataclass(frozen=True)
class Desk:
    """Who is at the desk, and the address of each page by a short name."""

    officer: Person
    pages: dict[str, str]


def furnish(world: World) -> Desk:
    """One of everything that has a page at the desk."""
    now, officer, second, third = clock.now(), make_staff(), make_staff(), make_staff()
    actors = [Actor(ActorKind.STAFF, one.pk, None, "privacy_officer") for one in (officer, second, third)]
    pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, BO)), now)
    pages = {
        "cases": "/desk/", "closed": "/desk/cases/closed/", "authorities": "/desk/authorities/",
        "authority-new": "/desk/authorities/new/", "breaches": "/desk/breaches/", "breach-new": "/desk/breaches/new/",
        "look-up": "/desk/look-up/", "log": "/desk/log/", "retention": "/desk/retention/", "health": "/desk/health/",
        "associations": "/desk/associations/", "leave": f"/desk/associations/{world.organization.slug}/leave/",
        "leave-empty": f"/desk/associations/{world.other.slug}/leave/",
    }  # fmt: skip
    pages.update(_cases(world, actors[0], now))
    pages.update({f"breach-{name}": f"/desk/breaches/{one}/" for name, one in _breaches(world, actors[0], now).items()})
    pages.update({f"authority-{name}": f"/desk/authorities/{one}/" for name, one in _requests(actors, now).items()})
    return Desk(officer, pages)


def _case(kind: str, now: datetime, **more) -> Case:
    values = {
        "name": "Bodil Buyer",
        "email": ADA.email,
        "event": None,
        "text": WORDS,
        "language": "da",
        "actor": ANONYMOUS,
    }
    return receive_case(kind=kind, now=now, **{**values, **more})


def _proven(case: Case, now: datetime) -> Case:
    Case.objects.filter(pk=case.pk).update(identity="code", identity_at=now)
    case.refresh_from_db()
    return case


def _cases(world: World, actor: Actor, now: datetime) -> dict[str, str]:
    pages = {}
    for kind in Case.Kind.values:
        case = _case(kind, now, event=world.event if kind in {"ticket", "refund"} else None)
        pages[f"case-{kind}"] = f"/desk/cases/{case.reference}/"
    late = _case("other", now - 9 * DAY, name="", email=f"{'lang-adresse' * 4}@example.com")
    CaseAttachment.objects.create(
        case=late, reference=new_reference(), title="et billede med et langt navn fra telefonen.jpg", kind="image/jpeg",
        content=b"x", size=12345, at=now,
    )  # fmt: skip
    CaseAttachment.objects.create(
        case=late, reference=new_reference(), title="virus.exe", size=1, refused="kind", at=now
    )
    pages["case-late"] = f"/desk/cases/{late.reference}/"
    done = _case("refund", now)
    answer_by_mail(case=done, text=WORDS, actor=actor, now=now)
    close_case(case=done, actor=actor, now=now)
    pages["case-closed"] = f"/desk/cases/{done.reference}/"
    for kind in ("deletion", "insight", "restriction", "objection"):
        case = _proven(_case(kind, now), now)
        where = f"/desk/cases/{case.reference}/"
        pages[f"proven-{kind}"] = where
        if kind in {"restriction", "objection"}:
            pages[f"{kind}-form"] = f"{where}limit/"
            limit = limit_after_case(
                case=case, kind=kind, purpose="use.services" if kind == "objection" else "", actor=actor, now=now
            )
            if kind == "objection":
                lift_after_case(limit=limit, actor=actor, now=now)
        if kind == "deletion":
            pages["deletion-form"] = f"{where}deletion/"
        if kind == "insight":
            extend_by_mail(case=case, reason="Der er meget at finde frem.", actor=actor, now=now)
            pages["proven-draft"] = f"{where}?draft=insight"
    child = _proven(_case("deletion", now), now)
    Case.objects.filter(pk=child.pk).update(for_child=True)
    pages["case-child"] = f"/desk/cases/{child.reference}/"
    pages["vouch"] = f"/desk/cases/{child.reference}/identity/"
    pages["more-time"] = f"/desk/cases/{_case('correction', now).reference}/more-time/"
    return pages


def _breaches(world: World, actor: Actor, now: datetime) -> dict[str, str]:
    def opened(before: timedelta):
        return open_breach(
            discovered_at=now - before, noticed_by="en køber", happened="En liste lå åben.", organization=world.organization, actor=actor, now=now,
        )  # fmt: skip

    def described(breach, risk):
        words = Description(
            noticed_by="en køber", happened="En liste lå åben.", data_kinds="navne", about_people=3, consequences="Uønskede mails.",
            measures="Lukket.", risk=risk, told_da="Din adresse kunne ses.", told_en="Your address could be seen.",
        )  # fmt: skip
        return describe_breach(breach=breach, description=words, actor=actor, now=now)

    fresh, late, reported, quiet, closed = (opened(one * DAY) for one in (0, 4, 1, 1, 1))
    described(reported, "high")
    name_breach_subjects(breach=reported, organization=None, event=world.event, emails=[], actor=actor, now=now)
    report_breach(breach=reported, reported_at=now, number="2026-1", late_why="", actor=actor, now=now)
    for one in (quiet, closed):
        described(one, "unlikely")
        leave_unreported(breach=one, why="Ingen kunne læse det.", actor=actor, now=now)
        leave_untold(breach=one, why="Ingen kunne læse det.", actor=actor, now=now)
    settle_breach(breach=closed, actor=actor, now=now)
    return {name: one.reference for name, one in
            {"fresh": fresh, "late": late, "reported": reported, "quiet": quiet, "closed": closed}.items()}  # fmt: skip


def _requests(actors: list[Actor], now: datetime) -> dict[str, str]:
    police = Request(
        authority="Østjyllands Politi", their_reference="4200-1", legal_ground="Retten i Aarhus, kendelse 12-345/2026, retsplejeloven § 804",
        text=WORDS, received_on=now.date(), categories=("user.name", "user.email"),
    )  # fmt: skip
    found = {}
    for name in ("waiting", "theirs", "approved", "sealed", "refused"):
        by = actors[1] if name == "theirs" else actors[0]
        case = open_authority_case(request=replace(police), emails=(ADA.email,), actor=by, now=now)
        found[name] = case.reference
        if name in {"approved", "sealed"}:
            for one in actors[1:]:
                case = decide_authority_case(case=case, approves=True, actor=one, now=now)
        if name == "approved":
            ask_for_silence(
                case=case, why=WORDS, until=now.date() + timedelta(days=30), actor=actors[1], now=now
            )
        if name == "refused":
            decide_authority_case(case=case, approves=False, actor=actors[1], now=now)
        if name == "sealed":
            seal_authority_package(case=case, actor=actors[0], now=now)
    return found
