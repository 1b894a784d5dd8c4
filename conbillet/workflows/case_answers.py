"""Answers that the law asks much of, as a first draft in the person's language; whoever is at the desk makes it fit.

Our own words, after the templates of the fact sheet (section 10): what must be in an answer stands here once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from conbillet.core.clock import copenhagen_day
from conbillet.core.formats import format_day
from conbillet.privacy.erasure.erase import backups_until
from conbillet.support.models import Case

Words = dict[str, Any]


def _question(words: Words) -> list[str]:
    return [_("Thank you for writing.")]


def _insight(words: Words) -> list[str]:
    return [
        _("We received your request on %(received)s. What ConBillet and the associations hold about you is in the package, which you fetch by logging in with your address; it is there for seven days.") % words,
        _("It says for each kind of data: what it is for and on what legal ground, who received it and when, how long it is kept, where it comes from, and when our staff looked at it and what for."),
        _("Nothing is decided about you by a machine. Card payments are handled by Stripe, which may transfer data out of the EU under the Commission's standard clauses; nothing else leaves the EU."),
        _("You can ask to have data corrected, deleted or limited, to take it with you, and object to its use. Of what you bought, the association is the controller; of your account, %(operator)s.") % words,
        _("You can complain to %(authority)s.") % words,
    ]  # fmt: skip


def _deletion(words: Words) -> list[str]:
    return [
        _("We received your request on %(received)s and deleted on %(today)s. The receipt, which you got in a mail of its own, lists what is gone, and what is kept, by which law and until when.") % words,
        _("Backups may hold the data until %(backups)s at the latest. If one of them is ever used, the deletion is repeated.") % words,
        _("The associations that held or were handed your data have been told, so that they delete it in lists of their own."),
        _("You can complain to %(authority)s.") % words,
    ]  # fmt: skip


def _correction(words: Words) -> list[str]:
    return [
        _("We received your request on %(received)s. This is corrected as of %(today)s: ") % words,
        _("Your own profile you can change yourself at any time, under My page. Receipts are never changed; a correction there is a new receipt."),
        _("Who had received the wrong data has been told."),
    ]  # fmt: skip


def _restriction(words: Words) -> list[str]:
    return [
        _("We received your request on %(received)s. As of %(today)s the use of your data is limited: it is stored, and nothing else is done with it. No news is sent, no association is handed it anew, and it is not deleted when its time would be up.") % words,
        _("Tickets that you have bought stay valid. We write to you before the limit is lifted."),
    ]  # fmt: skip


def _objection(words: Words) -> list[str]:
    return [
        _("We received your objection on %(received)s. As of %(today)s your data is no longer used for what you object to.") % words,
        _("What is needed for your tickets, and what the law has us keep, does not rest on our own interest, so an objection does not change it; you can ask to have it limited instead."),
    ]  # fmt: skip


def _portability(words: Words) -> list[str]:
    return [
        _("We received your request on %(received)s. The package holds your data as JSON, which other programs can read, and as pages for people. You fetch it by logging in with your address; it is there for seven days.") % words,
    ]  # fmt: skip


def _no_proof(words: Words) -> list[str]:
    return [
        _("We have asked you to show that the request comes from you, and have not heard from you. What we hold about somebody is given to nobody else, so we cannot do what you ask for as long as we do not know who you are (GDPR art. 12(6))."),
        _("Reply to this mail at any time, and we take it up again."),
    ]  # fmt: skip


def _nothing_held(words: Words) -> list[str]:
    return [
        _("We received your request on %(received)s. We have looked for the address that you have shown to be yours, and hold nothing about it except this case, which is deleted two years after it is closed.") % words,
        _("Did you buy with another address? Then tell us, and show that it is yours in the same way."),
        _("You can complain to %(authority)s.") % words,
    ]  # fmt: skip


DRAFTS: dict[str, tuple[Any, Callable[[Words], list[str]]]] = {
    "question": (gettext_lazy("A question"), _question),
    "insight": (gettext_lazy("Insight given"), _insight),
    "portability": (gettext_lazy("Data to take along"), _portability),
    "deletion": (gettext_lazy("Deleted"), _deletion),
    "correction": (gettext_lazy("Corrected"), _correction),
    "restriction": (gettext_lazy("Limited"), _restriction),
    "objection": (gettext_lazy("Objection followed"), _objection),
    "nothing": (gettext_lazy("Nothing held"), _nothing_held),
    "no_proof": (gettext_lazy("Refused: not shown who asks"), _no_proof),
}
REFUSALS = {"no_proof"}


def draft(name: str, *, case: Case, now: datetime) -> str:
    """The draft of that name in the case's language; empty for an unknown name."""
    if name not in DRAFTS:
        return ""
    with override(case.language):
        words = {
            "received": format_day(case.created_at, case.language),
            "today": format_day(now, case.language),
            "backups": format_day(copenhagen_day(backups_until(now)), case.language),
            "authority": settings.CONBILLET_SUPERVISORY_AUTHORITY,
            "operator": settings.CONBILLET_OPERATOR["name"],
        }
        return "\n\n".join(DRAFTS[name][1](words))


def drafts_for(case: Case) -> list[tuple[str, Any]]:
    """Names and labels of the drafts that fit a case, the most fitting first."""
    own = case.kind if case.kind in DRAFTS else "question"
    names = [own, *(["nothing", "no_proof"] if case.is_right else [])]
    return [(name, DRAFTS[name][0]) for name in names]
