"""The log in words for the person it is about: what was done, without who of the staff it was."""

from typing import Any

from django.utils.translation import gettext_lazy as _

BY: dict[str, Any] = {
    "you": _("by you"),
    "anonymous": _("by somebody who was not logged in"),
    "person": _("by somebody else on the order"),
    "organization": _("by the association"),
    "staff": _("by our staff"),
    "system": _("by the program"),
}
LOOK_UPS: dict[str, Any] = {
    "order_seen": _("looked at your order"),
    "looked_up_person": _("looked at what is stored about you"),
    "looked_up_order": _("looked at your order"),
    "looked_up_case": _("opened what you wrote to us"),
    "looked_up_chat": _("opened your conversation in the chat"),
    "looked_up_cpr": _("looked at your CPR number"),
}
DEEDS: dict[str, Any] = {
    "account_created": _("An account was made"),
    "profile_updated": _("The profile was changed"),
    "email_changed": _("The account's e-mail address was changed"),
    "order_placed": _("An order was placed"),
    "order_paid": _("An order was paid"),
    "order_paid_at_door": _("An order was paid at the door"),
    "order_cancelled": _("An order was cancelled"),
    "order_expired": _("An order was not paid in time"),
    "order_attached": _("An order was tied to your account"),
    "order_email_confirmed": _("An order's e-mail address was confirmed"),
    "order_email_mended": _("An order's e-mail address was corrected"),
    "order_email_replaced": _("An order's e-mail address was replaced"),
    "order_resent": _("An order's mail was sent again"),
    "order_refunded": _("An order was refunded"),
    "participant_renamed": _("A name on a ticket was corrected"),
    "badge_name_corrected": _("A name on a badge was corrected"),
    "tickets_claimed": _("Tickets were taken over"),
    "payment_received": _("A bank transfer was confirmed"),
    "ticket_checked_in": _("A ticket was used at the door"),
    "check_in_undone": _("A check-in was taken back"),
    "thing_handed_out": _("Something was handed out to you"),
    "thing_taken_back": _("Something that was handed out was taken back"),
    "ticket_reissued": _("A ticket was made anew"),
    "ticket_voided": _("A ticket was made invalid"),
    "case_opened": _("You wrote to us"),
    "case_continued": _("You wrote to us again"),
    "case_answered": _("We answered"),
    "case_noted": _("We wrote a note for ourselves"),
    "case_sorted": _("We sorted your case"),
    "case_extended": _("We need more time for your case"),
    "case_done": _("We did what you asked for"),
    "case_closed": _("Your case was closed"),
    "chat_opened": _("A chat was begun"),
    "chat_taken": _("Somebody took over your chat"),
    "chat_handed_over": _("Your chat was handed to somebody else"),
    "chat_passed_on": _("Your chat was given to ConBillet's desk"),
    "chat_closed": _("A chat was ended"),
    "limit_set": _("A limit to the use of your data was set"),
    "limit_lifted": _("A limit to the use of your data was lifted"),
    "member_corrected": _("Your entry in the member register was corrected"),
    "dues_entered": _("Dues that you paid were entered"),
    "role_changed": _("Your role was changed"),
    "role_removed": _("Your role was taken away"),
    "invitation_accepted": _("An invitation was accepted"),
    "certificate_asked": _("You were asked for a child-protection certificate"),
    "certificate_number_given": _("You gave your CPR number"),
    "certificate_declined": _("You said no to a child-protection certificate"),
    "certificate_settled": _("Your child-protection certificate was settled"),
    "disclosed_to_authority": _("An authority was given data about you"),
    "insight_asked": _("You asked for your data"),
    "insight_fetched": _("Your data was fetched"),
    "insight_by_command": _("The operator put your data together"),
    "insight_code_made": _("Our desk made a code with which you can fetch your data"),
    "insight_for_case": _("Our desk put your data together, because you asked"),
    "correction_asked": _("You asked to have something corrected"),
    "guardian_recorded": _("We saw that somebody is your guardian"),
    "guardian_removed": _("Somebody is your guardian no longer"),
}


def deed_word(action: str) -> str:
    """What was done; the program's own name for what has no word yet."""
    return str(DEEDS.get(action) or action.replace("_", " ").capitalize())
