"""The words by which `map_rules.py` judges: names of columns, and the few tables and columns that are told apart by name."""

# Rows that are deleted with the person, though their key could be null: an address or a case may stand in its place.
GOES_WITH_THE_PERSON = {
    "consents_marketingconsent", "privacy_insightpackage", "privacy_limit", "support_chat", "support_chatmessage",
    "support_chatfile",
    "newsletters_failingaddress", "newsletters_recipient",
}  # fmt: skip

# One word per concept: a column of this name, in a table about somebody, holds this. Prefixes such as `buyer_` are cut off.
NAMES = {
    "name": "user.name", "badge_name": "user.name", "email": "user.email", "recipient": "user.email",
    "street": "user.address", "city": "user.address", "country": "user.address", "postcode": "user.postcode",
    "municipality_code": "user.municipality", "birth_date": "user.birth_date", "gender": "user.gender",
    "phone": "user.phone", "ip": "user.ip", "user_agent": "user.device", "last_login": "user.sign_in",
    "password": "user.secret", "session_key": "user.secret", "session_data": "user.session", "member_no": "user.member_number",
    "sealed": "user.cpr", "masked": "user.cpr", "cpr": "user.cpr", "payload": "user.history", "choices": "user.consent",
    "relation": "user.relation",
}  # fmt: skip
PREFIXES = ("buyer_", "payer_", "accepted_", "holder_", "member_", "contact_")
# Whatever people may write into is free text, however short.
WRITTEN = {
    "text", "html", "subject", "reason", "undo_reason", "note", "notes", "request", "message", "body", "comment", "authority",
    "their_reference", "legal_ground", "categories", "silence_why", "title",
}  # fmt: skip
# Words and yes-or-no columns that are not about the person whose row it is, and what they are about. A column with choices
# or a flag that stands in no such line, in a table about somebody, says something about them and is declared so.
STATES_OF_THINGS = {
    "accounts_emailproof.method": "how an address was confirmed",
    "account_emailaddress.verified": "of the address", "account_emailaddress.primary": "of the address",
    "mfa_authenticator.type": "of the second factor",
    "core_auditentry.actor_kind": "in which capacity something was done",
    "consents_acceptance.document": "which text", "consents_consentreceipt.method": "how it was answered",
    "consents_marketingconsent.method": "how it was answered",
    "mail_outgoingmail.state": "how far the mail got", "newsletters_recipient.state": "how far the mail got",
    "newsletters_failingaddress.reason_code": "what mail servers say of the address",
    "memberships_member.wants_reminders": "whether the association's mail about the end of periods is still to be sent",
    "support_case.kind": "what the case is about", "support_case.state": "how far the case got",
    "support_case.channel": "how it came", "support_case.outcome": "what we did",
    "support_case.for_child": "what is asked for; whose child it is stands in the guardianship",
    "support_case.identity": "how we made sure who asks; the proof that we did outlives the name",
    "support_casenote.kind": "what we did", "support_caseattachment.refused": "why a file was not taken",
    "support_chat.state": "how far the conversation got", "support_chatmessage.by": "which side said it",
    "support_chatmessage.event": "what we did",
    "privacy_authoritycase.state": "how far the request got",
    "privacy_authoritysilence.agreed": "what our staff decided", "privacy_erasure.via": "how it was asked for",
    "privacy_guardianship.basis": "how it was shown; that it is so says the row itself",
    "privacy_insightpackage.state": "how far the package got",
    "tickets_ticket.admits": "of the product", "tickets_checkin.counted": "whether a counter has it yet",
    "sales_order.state": "how far the order got", "sales_order.method": "how it was paid",
    "sales_order.counted": "whether a counter has it yet", "sales_orderline.kind": "of the product",
    "sales_orderline.audience": "which price was taken", "sales_orderline.vat_code": "of the product",
    "sales_orderline.counted": "whether a counter has it yet", "sales_cancellation.reason_told": "whether a mail has it",
    "sales_receipt.kind": "of the voucher", "sales_receipt.counted": "whether a counter has it yet",
    "memberships_membership.channel": "how it was entered", "memberships_membership.dues_separate": "how the dues were charged",
    "memberships_documenteddues.dues_separate": "how the dues were charged",
    "memberships_documentedmember.counts": "in which cell of the totals the row counts; it stays, about nobody, without a name",
    "memberships_documentedmember.cell_gender": "the same",
}  # fmt: skip
# Made from somebody's data, though it cannot be read: still theirs.
DERIVED = {
    "certificates_certificaterequest.number_mark", "core_ratelimit.key", "support_caseattachment.content",
    "support_receivedmail.key", "support_chatfile.content",
}  # fmt: skip
# What the law keeps: by retention rule, the law and until when, as an erasure's receipt says it.
KEPT = {
    "accounting": ("bogføringsloven § 12", "five years after the end of the accounting year"),
    "member_evidence": ("documentation for grant bodies (tilskudsbekendtgørelsen)", "five years after leaving"),
}
# Text columns that hold words, keys and numbers of our own, or of the association; a text column of any other name, in a
# table about somebody, may hold what somebody wrote.
OUR_WORDS = {
    "about", "access_key", "action", "actor_role", "by_kind", "cell_band", "cell_municipality", "channel", "claim_key",
    "code_reference", "consent_version", "currency", "device", "digest", "dispute_state", "dues_text", "key", "kind", "language",
    "last_error", "municipality_source", "object_kind", "object_reference", "order_proof", "payment_method", "payment_reference",
    "payout_reference", "policy_version", "purpose", "reason_code", "reference", "scan", "scope", "source_reference", "text_hash",
    "text_version", "token_hash", "version", "void_reason",
}  # fmt: skip
TEXTS_OF_OTHERS = {"sales_orderline.text"}  # the association's words for what it sold
# The framework's names for what they are to it.
OTHERWISE = {
    "account_emailconfirmation.key": "user.secret",
    "mfa_authenticator.data": "user.secret",
    "usersessions_usersession.data": "user.device",
    "consents_consentreceipt.reference": "user.cookie",
    "consents_marketingconsent.purpose": "user.consent",
    "consents_marketingconsent.event": "user.consent",
    "sales_cart.language": "user.language",
    "accounts_person.language": "user.language",
    "certificates_certificaterequest.state": "user.certificate",
    "privacy_limit.kind": "user.status",
    "privacy_authoritysubject.sealed_contact": "user.email",
    "privacy_limit.purpose": "user.status",
    "accounts_account.is_active": "user.status",
    "accounts_staffrole.kind": "user.role",
    "organizations_role.kind": "user.role",
    "organizations_invitation.kind": "user.role",
}
REDACTED = {
    "user.name": "initials", "user.birth_date": "year_only", "user.postcode": "same", "user.municipality": "same",
    "user.language": "same", "user.member_number": "same",
}  # fmt: skip
SECRETS = {"user.secret", "user.session"}
# Rows that hang on somebody's row and say nothing more about them than numbers and states.
ABOUT_NOBODY = {
    "core_auditseal": "hashes of entries",
    "sales_cartline": "what lies in a cart; the cart says whose it is, for a day",
    "sales_hold": "places held for a cart",
    "sales_heldunits": "places held, by the minute",
    "sales_receipt_lines": "which lines a receipt lists",
    "privacy_erasureline": "counts on a receipt of an erasure",
    "privacy_authorityapproval": "what our staff decided",
    "privacy_authoritypackage": "hashes of packages",
    "privacy_disclosure": "a hand-over as a whole; whom it was about stands in rows of its own",
    "payments_refund": "whose it is is known upstairs, by the order",
}
