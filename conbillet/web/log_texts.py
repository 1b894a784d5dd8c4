"""The audit log in words: who did what, as a sentence each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conbillet.core.actor import ActorKind
from conbillet.core.models import AuditEntry

# What somebody did, to follow their name: "Olga refunded an order". By groups, by which the log can be narrowed down.
GROUPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "orders": (
        gettext_lazy("Orders"),
        {
            "order_placed": gettext_lazy("placed an order"),
            "order_paid": gettext_lazy("settled an order"),
            "order_paid_at_door": gettext_lazy("took money for an order at the door"),
            "order_cancelled": gettext_lazy("cancelled an order"),
            "order_expired": gettext_lazy("ended an order that was not paid in time"),
            "order_attached": gettext_lazy("found an order in their account"),
            "order_email_confirmed": gettext_lazy("confirmed an order's e-mail address"),
            "order_email_mended": gettext_lazy("corrected an order's e-mail address"),
            "order_email_replaced": gettext_lazy("replaced an order's e-mail address"),
            "order_resent": gettext_lazy("sent an order's mail again"),
            "participant_renamed": gettext_lazy("corrected a name"),
            "badge_name_corrected": gettext_lazy("corrected a name on a badge"),
            "tickets_claimed": gettext_lazy("took over tickets"),
        },
    ),
    "people": (
        gettext_lazy("Who saw what about people"),
        {
            "order_seen": gettext_lazy("looked at an order"),
            "attendees_listed": gettext_lazy("looked at who comes"),
            "attendees_exported": gettext_lazy("took the list of who comes as a file"),
            "looked_up_person": gettext_lazy("looked somebody up"),
            "looked_up_order": gettext_lazy("looked an order up"),
            "looked_up_case": gettext_lazy("opened a case"),
            "looked_up_chat": gettext_lazy("opened a conversation in the chat"),
            "looked_up_cpr": gettext_lazy("looked at a CPR number"),
        },
    ),
    "money": (
        gettext_lazy("Money"),
        {
            "payment_received": gettext_lazy("confirmed a bank transfer"),
            "order_refunded": gettext_lazy("refunded an order"),
            "event_refund_started": gettext_lazy("began to refund an event"),
            "refund_requested": gettext_lazy("asked for a refund"),
            "refund_succeeded": gettext_lazy("sent money back"),
            "refund_failed": gettext_lazy("could not send money back"),
            "refunded_elsewhere": gettext_lazy("noticed a refund made in Stripe"),
            "dispute_changed": gettext_lazy("noticed a dispute with a buyer's bank"),
            "payment_account_connected": gettext_lazy("connected the account at Stripe"),
            "payment_account_changed": gettext_lazy("noticed a change of the account at Stripe"),
        },
    ),
    "door": (
        gettext_lazy("Tickets and the door"),
        {
            "ticket_checked_in": gettext_lazy("let somebody in"),
            "check_in_undone": gettext_lazy("took a check-in back"),
            "thing_handed_out": gettext_lazy("handed something out"),
            "thing_taken_back": gettext_lazy("took something back"),
            "ticket_reissued": gettext_lazy("made a ticket anew"),
            "ticket_voided": gettext_lazy("made a ticket worthless"),
        },
    ),
    "setup": (
        gettext_lazy("Set-up"),
        {
            "event_created": gettext_lazy("made an event"),
            "event_updated": gettext_lazy("changed an event"),
            "event_published": gettext_lazy("published an event"),
            "event_closed": gettext_lazy("closed the sale of an event"),
            "event_cancelled": gettext_lazy("called an event off"),
            "event_copied": gettext_lazy("copied an event"),
            "product_added": gettext_lazy("added a product"),
            "product_updated": gettext_lazy("changed a product"),
            "product_withdrawn": gettext_lazy("withdrew a product"),
            "products_ordered": gettext_lazy("put the products in another order"),
            "quota_added": gettext_lazy("added a quota"),
            "quota_resized": gettext_lazy("changed a quota"),
            "quota_removed": gettext_lazy("removed a quota"),
            "membership_type_added": gettext_lazy("added a kind of membership"),
            "membership_type_changed": gettext_lazy("changed a kind of membership"),
            "membership_type_offered": gettext_lazy("offered a kind of membership again"),
            "membership_type_stopped": gettext_lazy("stopped offering a kind of membership"),
            "member_entered": gettext_lazy("entered a member"),
            "member_corrected": gettext_lazy("corrected a member"),
            "member_left": gettext_lazy("wrote down that a member has left"),
            "member_came_back": gettext_lazy("wrote down that a member is back"),
            "dues_entered": gettext_lazy("entered dues"),
            "members_imported": gettext_lazy("read members from a file"),
            "members_documented": gettext_lazy("counted the members of a year"),
            "reminders_stopped": gettext_lazy("asked for no more mail about the end of memberships"),
            "reminders_wanted": gettext_lazy("asked for mail about the end of memberships again"),
            "activity_entered": gettext_lazy("entered an activity"),
            "activity_removed": gettext_lazy("removed an activity"),
            "municipality_chosen": gettext_lazy("said in which municipality they live"),
            "household_shared": gettext_lazy("wrote down who lives together"),
            "household_left": gettext_lazy("wrote down that somebody has moved out"),
            "rules_added": gettext_lazy("set up rules for counting members"),
            "rules_changed": gettext_lazy("changed rules for counting members"),
            "rules_removed": gettext_lazy("removed rules for counting members"),
            "members_handed_out": gettext_lazy("took a list of members as a file"),
            "certificates_switched_on": gettext_lazy("began to ask for child-protection certificates"),
            "certificates_switched_off": gettext_lazy("stopped asking for child-protection certificates"),
            "certificate_asked": gettext_lazy("asked somebody for a child-protection certificate"),
            "certificate_settled": gettext_lazy("settled a child-protection certificate"),
            "organization_created": gettext_lazy("set the association up"),
            "organization_updated": gettext_lazy("changed the association's details"),
            "statistics_shown": gettext_lazy("showed the statistics to everybody"),
            "statistics_hidden": gettext_lazy("took the public statistics away"),
            "agreement_accepted": gettext_lazy("accepted the agreement"),
            "processors_objected": gettext_lazy("objected to a change of sub-processors"),
            "role_changed": gettext_lazy("changed somebody's role"),
            "role_removed": gettext_lazy("took somebody's role away"),
            "invitation_made": gettext_lazy("invited somebody"),
            "invitation_accepted": gettext_lazy("accepted an invitation"),
            "invitation_withdrawn": gettext_lazy("withdrew an invitation"),
        },
    ),
    "news": (
        gettext_lazy("Newsletters"),
        {
            "newsletter_written": gettext_lazy("wrote a newsletter"),
            "newsletter_deleted": gettext_lazy("threw a newsletter away"),
            "newsletter_started": gettext_lazy("sent a newsletter"),
            "newsletter_unschedule": gettext_lazy("took back that a newsletter is sent"),
            "newsletter_pause": gettext_lazy("paused a newsletter"),
            "newsletter_resume": gettext_lazy("let a newsletter go on"),
            "newsletter_stop": gettext_lazy("stopped a newsletter"),
            "newsletter_shown": gettext_lazy("showed a newsletter on the web"),
            "newsletter_hidden": gettext_lazy("took a newsletter off the web"),
        },
    ),
    "desk": (
        gettext_lazy("ConBillet's desk"),
        {
            "chat_opened": gettext_lazy("began a chat"),
            "chat_taken": gettext_lazy("took a chat"),
            "chat_handed_over": gettext_lazy("handed a chat to somebody else"),
            "chat_passed_on": gettext_lazy("gave a chat to ConBillet's desk"),
            "chat_closed": gettext_lazy("ended a chat"),
            "case_opened": gettext_lazy("opened a case with us"),
            "case_continued": gettext_lazy("wrote more in a case"),
            "case_answered": gettext_lazy("answered a case"),
            "case_refused": gettext_lazy("refused a case, with the reason"),
            "case_extended": gettext_lazy("took more time for a case, with the reason"),
            "case_sorted": gettext_lazy("said what a case is about"),
            "case_identity_shown": gettext_lazy("showed that a case is theirs"),
            "case_identity_checked": gettext_lazy("checked who asks in a case"),
            "case_done": gettext_lazy("did what a case asked for"),
            "case_noted": gettext_lazy("wrote a note in a case"),
            "case_closed": gettext_lazy("closed a case"),
            "authority_case_opened": gettext_lazy("wrote an authority's request down"),
            "authority_case_approved": gettext_lazy("said yes to an authority's request"),
            "authority_case_refused": gettext_lazy("said no to an authority's request"),
            "authority_silence_asked": gettext_lazy("asked that those whom an authority's request names be told later"),
            "authority_silence_agreed": gettext_lazy("agreed that those whom an authority's request names be told later"),
            "authority_silence_refused": gettext_lazy("said no to telling those later whom an authority's request names"),
            "authority_package_sealed": gettext_lazy("sealed the file for an authority"),
            "authority_package_delivered": gettext_lazy("handed the file over to an authority"),
            "disclosed_to_authority": gettext_lazy("handed somebody's data over to an authority"),
            "insight_asked": gettext_lazy("asked for everything about themselves"),
            "insight_for_case": gettext_lazy("had everything about somebody put together for a case"),
            "insight_code_made": gettext_lazy("made a code for fetching everything about somebody"),
            "insight_fetched": gettext_lazy("fetched everything about themselves"),
            "insight_by_command": gettext_lazy("had everything about somebody put together"),
            "departure_agreed": gettext_lazy("agreed that an association leaves"),
            "departure_withdrawn": gettext_lazy("took back that an association leaves"),
            "departure_handed_over": gettext_lazy("fetched the records of an association that leaves"),
            "guardian_recorded": gettext_lazy("wrote down who acts for a child"),
            "guardian_removed": gettext_lazy("wrote down that nobody acts for a child any more"),
            "association_deleted": gettext_lazy("deleted an association that left"),
            "authority_case_seen": gettext_lazy("opened an authority's request"),
            "authority_case_ended": gettext_lazy("ended an authority's request without handing anything over"),
            "limit_set": gettext_lazy("limited the use of somebody's data"),
            "limit_lifted": gettext_lazy("lifted the limit on somebody's data"),
            "breach_opened": gettext_lazy("wrote a breach of security down"),
            "breach_described": gettext_lazy("described a breach of security"),
            "breach_persons_named": gettext_lazy("said whom a breach concerns"),
            "breach_reported": gettext_lazy("reported a breach to the authority"),
            "breach_left_unreported": gettext_lazy("said why a breach is not reported"),
            "breach_persons_told": gettext_lazy("let those be told whom a breach concerns"),
            "breach_left_untold": gettext_lazy("said why nobody is told of a breach"),
            "breach_closed": gettext_lazy("closed the record of a breach"),
            "job_retried": gettext_lazy("started a job again"),
            "account_created": gettext_lazy("made an account"),
            "profile_updated": gettext_lazy("changed their profile"),
            "correction_asked": gettext_lazy("asked for a correction"),
            "person_erased": gettext_lazy("erased somebody"),
            "email_changed": gettext_lazy("changed their e-mail address"),
        },
    ),
}
PHRASES = {action: phrase for _label, actions in GROUPS.values() for action, phrase in actions.items()}
# Actions whose names end in what was found.
BEGINNINGS = {
    "payment_mismatch_": gettext_lazy("noticed a payment that does not fit"),
    "difference_": gettext_lazy("noticed a difference to Stripe's books"),
}
# What has a page at the desk: kind of thing → the page's name.
AT_THE_DESK = {"case": "desk:case", "authority_case": "desk:authority", "breach": "desk:breach"}


@dataclass(frozen=True)
class Line:
    """One line of the log; `times` the same thing was noted in a row. `order` is an order's reference, or empty.

    `desk` is the name of the desk's page about what it was done to, and `reference` that thing's, or both are empty.
    """

    at: datetime
    who: str
    role: str
    what: Any
    order: str
    times: int
    desk: str = ""
    reference: str = ""


def lines_of(entries: Iterable[AuditEntry], *, names: dict[UUID, tuple[str, str]]) -> list[Line]:
    """Entries as sentences, in their order. `names`: of people who work here, with the label of their role."""
    found: list[Line] = []
    last: tuple[Any, ...] = ()
    for entry in entries:
        same = (
            entry.actor_id,
            entry.action,
            entry.object_kind,
            entry.object_reference,
            entry.at.replace(second=0, microsecond=0),
        )
        if same == last:
            found[-1] = Line(**{**found[-1].__dict__, "times": found[-1].times + 1})
            continue
        last = same
        who, role = _who(entry, names)
        found.append(
            Line(
                entry.at,
                who,
                role,
                _what(entry.action),
                entry.object_reference if entry.object_kind == "order" else "",
                1,
                *((AT_THE_DESK[entry.object_kind], entry.object_reference) if entry.object_kind in AT_THE_DESK else ()),
            )
        )
    return found


def actions_of(group: str) -> Sequence[str]:
    """The actions of a group; none for an unknown one."""
    return list(GROUPS[group][1]) if group in GROUPS else []


def _what(action: str) -> Any:
    if action in PHRASES:
        return PHRASES[action]
    return next((phrase for begin, phrase in BEGINNINGS.items() if action.startswith(begin)), action.replace("_", " "))


def _who(entry: AuditEntry, names: dict[UUID, tuple[str, str]]) -> tuple[str, str]:
    if entry.actor_id in names:
        return names[entry.actor_id]
    if entry.actor_kind == ActorKind.STAFF:
        return _("ConBillet's staff"), ""
    if entry.actor_kind == ActorKind.SYSTEM:
        return "ConBillet", ""
    if entry.actor_kind == ActorKind.ORGANIZATION:
        return _("Somebody who does not work here any more"), ""
    return (_("A buyer") if entry.actor_kind == ActorKind.PERSON else _("A visitor")), ""
