"""What columns, categories, purposes, periods and recipients are called for people."""

from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conbillet.core.data_map import IDENTIFY, IMPROVE, MEMBER_DOCUMENTATION, PURCHASES, SERVICES

CATEGORIES: dict[str, Any] = {
    "user.name": _("Name"),
    "user.address": _("Address"),
    "user.postcode": _("Postcode"),
    "user.email": _("E-mail address"),
    "user.birth_date": _("Date of birth"),
    "user.gender": _("Gender"),
    "user.phone": _("Phone number"),
    "user.language": _("Language"),
    "user.ip": _("Internet address"),
    "user.device": _("Devices that you log in on"),
    "user.sign_in": _("When you last logged in"),
    "user.session": _("Your session: login, cart and language"),
    "user.secret": _("Secrets of your login, as hashes or encrypted"),
    "user.financial": _("What you paid"),
    "user.history": _("What was done, and when"),
    "user.content": _("What you wrote"),
    "user.member_number": _("Member number"),
    "user.municipality": _("Municipality"),
    "user.cpr": _("CPR number, only for a child-protection certificate"),
    "user.certificate": _("How your child-protection certificate ended"),
    "user.relation": _("Who paid the dues: you, a parent, a guardian, a municipality …"),
    "user.role": _("What you may do for an association, or for us"),
    "user.status": _("Whether your account is open, and whether the use of your data is limited"),
    "user.consent": _("What you agreed to"),
    "user.cookie": _("Your choice of cookies"),
}
PURPOSES: dict[str, Any] = {
    IDENTIFY: _("to know that it is you"),
    PURCHASES: _("to register purchases and payments"),
    SERVICES: _("to provide what you asked for"),
    MEMBER_DOCUMENTATION: _("to give associations the documentation that they must have of their members"),
    IMPROVE: _("to improve the site"),
}
BASES: dict[str, Any] = {
    "6(1)(a)": _("you agreed"),
    "6(1)(b)": _("needed for what you bought or asked for"),
    "6(1)(c)": _("the law demands it"),
    "6(1)(f)": _("a legitimate interest"),
}
RECIPIENTS: dict[str, Any] = {
    "association": _("the association: name, address, e-mail address, gender, date of birth, postal code"),
    "association_record": _("the association, as its own record"),
    "stripe": _("Stripe, who takes the payment"),
    "mail_relay": _("the server that sends our mails"),
}
# The retention rules' names; their wording in the map is for the record of processing.
PERIODS: dict[str, Any] = {
    "account": _("until you delete your account, or have not used it for 3 years"),
    "accounting": _("5 years from the end of the association's accounting year"),
    "member_evidence": _("5 years after you leave the association"),
    "member_contact": _("1 year after you leave the association"),
    "sign_in": _("180 days"),
    "access_log": _("2 years"),
    "cases": _("2 years after the case is closed"),
    "cart": _("24 hours"),
    "chat": _("1 year after the last message"),
    "mail_body": _("30 days"),
    "consent_proof": _("2 years after the consent was last used"),
    "invitation": _("30 days after the invitation was answered or ran out"),
    "until_told": _("until we may tell you, and not a day longer"),
    "certificate": _("2 years after the certificate was settled"),
    "cpr": _("30 days after the certificate is settled, 6 months at most"),
    # Of tables that hold facts only, and have no rule of the map's.
    "package": _("7 days"),
    "guardian": _("until the child is 15"),
}
# Where a thing comes from, when it is not the person.
FROM_YOU = _("from you")
FROM_PURCHASE = _("from the purchase: you, or whoever bought for you")
FROM_ASSOCIATION = _("from the association")
FROM_DOOR = _("from the door")
FROM_PROGRAM = _("made by the program")
FROM_BOTH = _("from the purchase, or entered by the association")
FROM_BROWSER = _("from your browser")
FROM_STAFF = _("written by our staff")
FROM_STRIPE = _("from Stripe")
SOURCES: dict[str, Any] = {
    "accounts_person": FROM_YOU,
    "accounts_account": FROM_YOU,
    "accounts_emailproof": FROM_YOU,
    "account_emailaddress": FROM_YOU,
    "account_emailconfirmation": FROM_PROGRAM,
    "accounts_staffrole": FROM_STAFF,
    "mfa_authenticator": FROM_YOU,
    "usersessions_usersession": FROM_BROWSER,
    "django_session": FROM_BROWSER,
    "organizations_role": FROM_ASSOCIATION,
    "organizations_invitation": FROM_ASSOCIATION,
    "organizations_agreement": FROM_YOU,
    "sales_cart": FROM_YOU,
    "sales_order": FROM_YOU,
    "sales_participant": FROM_PURCHASE,
    "sales_orderline": FROM_YOU,
    "sales_cancellation": FROM_ASSOCIATION,
    "sales_receipt": FROM_PROGRAM,
    "payments_payment": FROM_STRIPE,
    "payments_refund": FROM_ASSOCIATION,
    "tickets_ticket": FROM_PROGRAM,
    "tickets_checkin": FROM_DOOR,
    "tickets_handout": FROM_DOOR,
    "memberships_member": FROM_BOTH,
    "memberships_membership": FROM_BOTH,
    "memberships_documentedmember": FROM_PROGRAM,
    "memberships_documenteddues": FROM_PROGRAM,
    "certificates_certificaterequest": FROM_ASSOCIATION,
    "certificates_cprnumber": FROM_YOU,
    "consents_acceptance": FROM_YOU,
    "consents_marketingconsent": FROM_YOU,
    "mail_outgoingmail": FROM_PROGRAM,
    "newsletters_recipient": FROM_PROGRAM,
    "newsletters_failingaddress": _("from mail servers"),
    "support_case": FROM_YOU,
    "support_casenote": FROM_STAFF,
    "support_caseattachment": FROM_YOU,
    "support_chat": FROM_YOU,
    "support_chatmessage": _("from you, or from whoever answered you"),
    "support_chatfile": FROM_YOU,
    "support_agentpresence": FROM_PROGRAM,
    "privacy_insightpackage": FROM_PROGRAM,
    "privacy_erasure": FROM_PROGRAM,
    "privacy_guardianship": FROM_STAFF,
    "privacy_limit": FROM_YOU,
    "privacy_breachsubject": FROM_STAFF,
    "privacy_authoritycase": _("from an authority"),
    "privacy_authoritysubject": _("from an authority"),
    "privacy_authoritysilence": _("from an authority"),
}
# Tables that `erasure/words.py` does not name, because an erasure never lists them.
MORE_THINGS: dict[str, Any] = {
    "django_session": _("Sessions: that a browser is logged in"),
    "sales_orderline": _("What was bought"),
    "tickets_ticket": _("Tickets"),
    "payments_payment": _("Payments"),
    "payments_refund": _("Money paid back"),
    "certificates_certificaterequest": _("Child-protection certificates"),
    "certificates_cprnumber": _("CPR number, encrypted"),
}
BEYOND: dict[str, Any] = {
    "memberships_membership": _("Dues that you paid for others"),
    "memberships_documenteddues": _("Dues that you paid for others, in the lists of a year"),
    "mail_outgoingmail": _("Mails to others about your orders"),
    "support_case": _("What you wrote to us for somebody else"),
}
LANGUAGES: dict[str, Any] = {"da": _("Danish"), "en": _("English")}
# The map's reasons for what it does not hand out.
OMITTED: dict[str, Any] = {
    "a hash that only helps a thief": _("a hash that would only help a thief"),
    "a one-time secret": _("a secret that works once"),
    "secrets of the second factor": _("the secret of your second lock"),
    "a live key to the account": _("a key that opens your account right now"),
    "the number that you gave, encrypted; its beginning is shown": _("the number that you gave, encrypted; its beginning is shown"),
    "a number that says nothing": _("a random number that says nothing"),
    "told to the person when the case allows it": _("told in the mail about the case"),
    "cart references, language and sign-in state": _("what keeps you logged in: cart, language, and an address that you are about to confirm"),
    "it is another person's": _("it is another person's"),
}  # fmt: skip
COLUMNS: dict[str, Any] = {
    "name": _("Name"), "badge_name": _("Name on the badge"), "birth_date": _("Date of birth"), "gender": _("Gender"),
    "phone": _("Phone"), "street": _("Street and number"), "postcode": _("Postcode"), "city": _("Town"),
    "country": _("Country"), "language": _("Language"), "email": _("E-mail"), "recipient": _("Sent to"),
    "subject": _("Subject"), "text": _("Text"), "html": _("Text with layout"), "ip": _("Internet address"),
    "user_agent": _("Browser"), "data": _("Contents"), "created_at": _("Created"), "updated_at": _("Changed"),
    "changed_at": _("Changed"), "ordered_at": _("Ordered"), "last_login": _("Last login"), "placed_at": _("Ordered"),
    "paid_at": _("Paid"), "pay_by_at": _("To be paid by"), "pay_by_on": _("To be paid by"), "ended_at": _("Ended"),
    "amount": _("Amount"), "vat_amount": _("VAT of it"), "vat_code": _("VAT code"), "currency": _("Currency"),
    "state": _("State"), "method": _("Method"), "provider_method": _("Means of payment"), "captured_amount": _("Paid"),
    "captured_at": _("Paid"), "refunded_amount": _("Refunded"), "requested_at": _("Asked on"), "settled_at": _("Settled"),
    "settled_on": _("Settled"), "failure": _("What went wrong"), "reason": _("Reason"), "reason_told": _("Reason was told"),
    "by_kind": _("By whom"), "reference": _("Number"), "event": _("Event"), "order": _("Order number"), "ticket": _("Ticket"),
    "line": _("Product"), "case": _("Case"), "chat": _("Conversation"), "body": _("Text"), "by": _("From"),
    "taken_at": _("Taken over"), "last_at": _("Last message"), "rating": _("Your rating, 1 to 5"), "until_at": _("Until"),
    "buyer_name": _("Name"), "buyer_email": _("E-mail"),
    "buyer_street": _("Street and number"), "buyer_postcode": _("Postcode"), "buyer_city": _("Town"),
    "buyer_country": _("Country"), "email_confirmed_at": _("E-mail confirmed"), "position": _("Line number"), "kind": _("Kind"),
    "audience": _("Price for"), "added_at": _("Added"), "dues_from": _("Dues from"), "dues_to": _("Dues to"),
    "payer_relation": _("Payer is"), "payer_name": _("Paid by"), "admits": _("Lets in"), "issued_at": _("Issued"),
    "voided_at": _("Made invalid"), "void_reason": _("Why invalid"), "at": _("When"), "undone_at": _("Taken back"),
    "undo_reason": _("Why taken back"), "number": _("Number"), "payment_reference": _("Payment"), "member_no": _("Member number"),
    "municipality_code": _("Municipality"), "municipality_source": _("Municipality is from"), "left_on": _("Left the association"),
    "wants_reminders": _("Is told when memberships end"),
    "period_from": _("From"), "period_to": _("To"), "enrolled_at": _("Entered"), "channel": _("Entered through"),
    "dues_amount": _("Dues"), "dues_text": _("Dues for"), "dues_separate": _("Dues are a line of their own"),
    "membership_type": _("Kind of membership"), "payment_method": _("Means of payment"), "dispute_state": _("Dispute"),
    "asked_at": _("Asked on"), "consented_at": _("Agreed"), "consent_version": _("Version of the text"), "masked": _("CPR number"),
    "given_at": _("Given"), "delete_on": _("Is deleted on"), "document": _("Document"), "version": _("Version"),
    "accepted_at": _("Accepted"), "accepted_name": _("Accepted by"), "purpose": _("To what end"), "text_version": _("Version of the text"),
    "text_hash": _("Fingerprint of the text"), "sent_at": _("Sent"), "issue": _("Newsletter"), "soft_count": _("Times in a row"), "blocked_at": _("No news since"), "granted_at": _("Given"), "expires_at": _("Runs out"),
    "withdrawn_at": _("Taken back"), "is_active": _("In use"), "proven_at": _("Confirmed"), "verified": _("Confirmed"),
    "primary": _("Main address"), "created": _("Created"), "sent": _("Sent"), "type": _("Kind"), "last_used_at": _("Last used"),
    "last_seen_at": _("Last seen"), "session_key": _("Key to the session"), "password": _("Password"), "key": _("Key"),
    "sealed": _("CPR number"), "progress": _("Made so far, in per cent"), "ready_at": _("Ready"), "scope": _("Scope"),
    "via": _("How"), "erased_at": _("Deleted"), "backups_until": _("Backups until"), "basis": _("On what ground"), "since_at": _("Since"),
    "from_at": _("From"), "told_at": _("Told"), "from_date": _("From"), "to_date": _("To"),
    "silence_until": _("Silent until"), "received_on": _("Received"), "opened_at": _("Opened"), "closed_at": _("Closed"),
    "due_on": _("To be answered by"), "authority": _("Authority"), "their_reference": _("Their number"),
    "legal_ground": _("Legal ground"), "request": _("Request"), "categories": _("Kinds of data"), "silence_why": _("Why silent"),
    "agreed": _("Agreed"), "decided_at": _("Decided"), "sealed_contact": _("Where we write to you"),
    "checked_in_at": _("Came in"), "tickets": _("Tickets"), "dues": _("Dues"),
    "title": _("Title"), "refused": _("Why we did not take it"), "file": _("File in the package"),
    "contact_email": _("Written from"), "for_child": _("For a child under 15"), "identity": _("How you showed who you are"),
    "identity_at": _("You showed who you are"), "identity_how": _("What our staff looked at"),
    "code_sent_at": _("Code was sent"), "extended_at": _("Time was extended"), "outcome": _("What became of it"),
    "counts": _("Counts when grants are applied for"), "expire_date": _("Runs out"), "session_data": _("Contents"),
    # Details of the log.
    "fields": _("Fields"), "before": _("Before"), "after": _("After"), "role": _("Role"), "lines": _("Lines"),
    "generation": _("Number of the code"), "refund": _("Refund number"), "product": _("Product"), "size": _("Size"),
    "changed": _("Changed"), "count": _("Number of them"), "note": _("Note"), "badge_before": _("Badge before"),
}  # fmt: skip


def column_word(name: str) -> str:
    """What a column is called in the reader's language; asked thousands of times for one package."""
    return _word(name, get_language() or "")


@cache
def _word(name: str, language: str) -> str:
    return str(COLUMNS.get(name) or name.replace("_", " ").capitalize())
