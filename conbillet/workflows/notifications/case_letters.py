"""What we write about cases, and the mail with somebody's links."""

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conbillet.core.formats import format_day, format_day_range
from conbillet.core.references import pretty
from conbillet.mail.addresses import reply_address
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.models import Limit
from conbillet.sales.models import Order, Participant
from conbillet.support.models import Case, CaseNote
from conbillet.support.queries import pressing_cases

from ..links import case_link, mailed_order_link, participant_link
from .letters import foot_links, greeting, writes

MOST_LINKS = 20


def _case(mail: OutgoingMail) -> Case | None:
    return Case.objects.select_related("event", "organization").filter(reference=mail.about).first()


@writes("case_received")
def case_received(mail: OutgoingMail) -> Letter | None:
    """We have what was written; its number, and until when it is answered. Without the text itself."""
    case = _case(mail)
    if case is None:
        return None
    proof = case.is_right and not case.identity and bool(case.access_key)
    return Letter(
        subject=_("We have received your message (%(case)s)") % {"case": pretty(case.reference)},
        greeting=greeting(case.name),
        paragraphs=(
            _("Thank you for writing. Your case has the number %(case)s, and we answer by %(day)s at the latest.")
            % {"case": pretty(case.reference), "day": format_day(case.due_on, case.language)},
            _("Is there something to add? Just reply to this mail and keep the number in the subject."),
            *_refused_files(case),
            *((_("What you ask for is about personal data, so we have to know that it comes from you. Please show it with the button; it takes a minute, and needs no account."),) if proof else ()),
        ),
        button=Button(_("Show that it is you"), case_link(case)) if proof else None,
        closing=(_("If it was not you who wrote to us, you need not do anything."),),
        links=foot_links(),
        reply_to=reply_address(case.reference),
        sender="ConBillet",
    )


@writes("case_prove")
def case_prove(mail: OutgoingMail) -> Letter | None:
    """Please show that it is you: to somebody who has not, or whose words we sorted anew."""
    case = _case(mail)
    if case is None or case.identity or not case.access_key:
        return None
    return Letter(
        subject=_("Please show that it is you (%(case)s)") % {"case": pretty(case.reference)},
        greeting=greeting(case.name),
        paragraphs=(
            _("You have asked us about personal data: %(kind)s. Before we do anything, we have to know that it comes from the person it is about.") % {"kind": case.get_kind_display()},
            _("Open the page below and type the code that we send to the address that the data is under. Can you not reach that address any more? Then reply to this mail, and we find another way."),
        ),
        button=Button(_("Show that it is you"), case_link(case)),
        closing=(_("If it was not you who wrote to us, you need not do anything."),),
        links=foot_links(),
        reply_to=reply_address(case.reference),
        sender="ConBillet",
    )  # fmt: skip


@writes("case_alert")
def case_alert(mail: OutgoingMail) -> Letter | None:
    """To the desk: a case is waiting. Names nobody."""
    case = _case(mail)
    if case is None:
        return None
    return Letter(
        subject=_("A new case: %(kind)s (%(case)s)") % {"kind": case.get_kind_display(), "case": pretty(case.reference)},
        greeting=_("Hi"),
        paragraphs=(
            _("Somebody has written to us. It is to be answered by %(day)s.")
            % {"day": format_day(case.due_on, mail.language)},
            *((_("It is about %(event)s.") % {"event": case.event.name},) if case.event else ()),
        ),
        button=Button(_("Open the case"), f"{settings.CONBILLET_BASE_URL}/desk/cases/{case.reference}/"),
        sender="ConBillet",
    )


@writes("case_alert_association")
def case_alert_association(mail: OutgoingMail) -> Letter | None:
    """To the association: its event is asked about. Names nobody, and holds no text: associations read no cases."""
    case = _case(mail)
    if case is None or case.event is None:
        return None
    return Letter(
        subject=_("A question about %(event)s: %(kind)s")
        % {"event": case.event.name, "kind": case.get_kind_display()},
        greeting=_("Hi"),
        paragraphs=(
            _("Somebody has written to ConBillet about %(event)s. We answer what we can, and come to you when only you know.")
            % {"event": case.event.name},
            _("You need not do anything now. The case has the number %(case)s.") % {"case": pretty(case.reference)},
        ),
        links=foot_links(),
        reply_to=settings.CONBILLET_OPERATOR["email"],
        sender="ConBillet",
    )


@writes("case_answer", "case_refusal", "case_extension")
def case_answer(mail: OutgoingMail) -> Letter | None:
    """Our answer as it was written at the desk; a refusal with where to complain; more time with why and until when."""
    note = CaseNote.objects.select_related("case").filter(pk=int(mail.about)).first()
    if note is None or not note.text or f"case_{note.kind}" != mail.kind:
        return None
    case = note.case
    written = tuple(part.strip() for part in note.text.split("\n\n") if part.strip())
    subject = _("Answer to your message (%(case)s)")
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    if note.kind == CaseNote.Kind.REFUSAL:
        subject = _("We cannot do what you asked for (%(case)s)")
        after = (complaint_route(),)
    elif note.kind == CaseNote.Kind.EXTENSION:
        subject = _("We need more time for your case (%(case)s)")
        words = {"received": format_day(case.created_at, case.language), "day": format_day(case.due_on, case.language)}
        before = (
            _("We received what you ask for on %(received)s, and cannot finish it within a month. The law lets us take up to two months more when we say why, so you have our answer by %(day)s at the latest. The reason:") % words,
        )  # fmt: skip
        after = (complaint_route(),)
    return Letter(
        subject=subject % {"case": pretty(case.reference)},
        greeting=greeting(case.name),
        paragraphs=(*before, *written, *after),
        closing=(_("You can reply to this mail."),),
        links=foot_links(),
        reply_to=reply_address(case.reference),
        sender="ConBillet",
    )


@writes("case_files_refused")
def case_files_refused(mail: OutgoingMail) -> Letter | None:
    """Files of a later mail could not be taken, and why. Without their names: those are words of whoever wrote."""
    case = _case(mail)
    if case is None or not _refused_files(case):
        return None
    return Letter(
        subject=_("We could not take your files (%(case)s)") % {"case": pretty(case.reference)},
        greeting=greeting(case.name),
        paragraphs=(_("We have received your message."), *_refused_files(case)),
        links=foot_links(),
        reply_to=reply_address(case.reference),
        sender="ConBillet",
    )


def complaint_route() -> str:
    """Where somebody can go who is not content with us (GDPR art. 12(4))."""
    return _("You can complain to %(authority)s, or take the matter to the courts.") % {
        "authority": settings.CONBILLET_SUPERVISORY_AUTHORITY
    }


@writes("limit_lifted")
def limit_lifted(mail: OutgoingMail) -> Letter | None:
    """The use of somebody's data is limited no longer, from a day that is still to come (GDPR art. 18(3))."""
    limit = Limit.objects.select_related("case").filter(pk=int(mail.about)).first()
    if limit is None or limit.until_at is None:
        return None
    return Letter(
        subject=_("The limit on the use of your data ends"),
        greeting=_("Hi"),
        paragraphs=(
            _("Since %(since)s the use of your data has been limited, as you asked. The limit ends on %(day)s; from then on your data is used again as the privacy policy says.")
            % {"since": format_day(limit.from_at, mail.language), "day": format_day(limit.until_at, mail.language)},
            _("Do you not agree? Then reply to this mail before that day."),
        ),
        closing=(complaint_route(),),
        links=foot_links(),
        reply_to=reply_address(limit.case.reference) if limit.case else settings.CONBILLET_OPERATOR["email"],
        sender="ConBillet",
    )  # fmt: skip


@writes("cases_pressing")
def cases_pressing(mail: OutgoingMail) -> Letter | None:
    """To the desk: which cases must be answered soon, and which should have been. Numbers and kinds, nobody's name."""
    today = date.fromisoformat(mail.about)
    cases = list(pressing_cases(today=today)[:50])
    if not cases:
        return None
    late = sum(case.due_on < today for case in cases)
    return Letter(
        subject=_("%(count)d cases wait for an answer, %(late)d too long") % {"count": len(cases), "late": late},
        greeting=_("Hi"),
        paragraphs=(_("These cases are near their day, or past it. What the law gives a month cannot wait."),),
        rows=tuple(
            (f"{pretty(case.reference)} · {case.get_kind_display()}", format_day(case.due_on, mail.language))
            for case in cases
        ),
        button=Button(_("Open the desk"), f"{settings.CONBILLET_BASE_URL}/desk/"),
        sender="ConBillet",
    )


def _refused_files(case: Case) -> tuple[str, ...]:
    refused = list(case.attachments.exclude(refused="").order_by("id"))
    if not refused:
        return ()
    why = "; ".join(dict.fromkeys(one.get_refused_display() for one in refused))
    return (
        ngettext(
            "One file that you sent with it could not be taken: %(why)s.",
            "%(count)d files that you sent with it could not be taken: %(why)s.",
            len(refused),
        )
        % {"count": len(refused), "why": why},
    )


@writes("order_links")
def order_links(mail: OutgoingMail) -> Letter:
    """The links of everything that was bought with an address, or for it; or that there is nothing."""
    orders = list(
        Order.objects.select_related("event")
        .filter(buyer_email=mail.recipient, state__in=[Order.State.PAID, Order.State.AWAITING_PAYMENT])
        .order_by("-placed_at")[:MOST_LINKS]
    )
    given = list(
        Participant.objects.select_related("order__event")
        .filter(email=mail.recipient, order__state=Order.State.PAID)
        .exclude(order__buyer_email=mail.recipient)
        .exclude(claim_key="")
        .order_by("-order__placed_at")[:MOST_LINKS]
    )
    if not orders and not given:
        return Letter(
            subject=_("We found no orders with this address"),
            greeting=_("Hi"),
            paragraphs=(
                _("Somebody asked us to send the links of the orders that were placed with this e-mail address. There are none."),
                _("Did you buy with another address, or did a friend buy for you? Then try that address, or ask your friend."),
            ),
            button=Button(_("Try another address"), f"{settings.CONBILLET_BASE_URL}/help/find-order/"),
            closing=(_("If it was not you who asked, you need not do anything."),),
            sender="ConBillet",
        )  # fmt: skip
    buttons = [
        Button(_title(order, _("order %(number)s") % {"number": pretty(order.reference)}, mail.language), mailed_order_link(order))
        for order in orders
    ] + [Button(_title(person.order, _("your ticket"), mail.language), participant_link(person)) for person in given]
    return Letter(
        subject=_("Your orders and tickets"),
        greeting=_("Hi"),
        paragraphs=(
            _("Here are the links of what was bought with this e-mail address. Whoever has a link can open it, so keep them to yourself."),
        ),
        button=buttons[0],
        closing=(_("If it was not you who asked, you need not do anything: only you get this mail."),),
        links=tuple(buttons[1:]),
        sender="ConBillet",
    )  # fmt: skip


def _title(order: Order, what: str, language: str) -> str:
    return f"{order.event.name}, {format_day_range(order.event.starts_on, order.event.ends_on, language)}: {what}"
