"""The words by which `map_rules.py` judges: names of columns, and the few tables and columns that are told apart by name."""

# Rows that are deleted with the person, though their key could be null: an address or a case may stand in its place.
GOES_WITH_THE_PERSON = {"consents_marketingconsent", "privacy_insightpackage", "privacy_limit"}

# One word per concept: a column of this name, in a table about somebody, holds this. Prefixes such as `buyer_` are cut off.
NAMES = {
    "name": "user.name", "badge_name": "user.name", "email": "user.email", "recipient": "user.email",
    "street": "user.address", "city": "user.address", "country": "user.address", "postcode": "user.postcode",
    "municipality_code": "user.municipality", "birth_date": "user.birth_date", "gender": "user.gender",
    "phone": "user.phone", "ip": "user.ip", "user_agent": "user.device", "last_login": "user.sign_in",
    "password": "user.secret", "session_key": "user.secret", "session_data": "user.session", "member_no": "user.member_number",
    "sealed": "user.cpr", "masked": "user.cpr", "cpr": "user.cpr", "payload": "user.history", "choices": "user.consent",
}  # fmt: skip
PREFIXES = ("buyer_", "payer_", "accepted_", "holder_", "member_", "contact_")
# Whatever people may write into is free text, however short.
WRITTEN = {
    "text", "html", "subject", "reason", "undo_reason", "note", "notes", "request", "message", "body", "comment", "authority",
    "their_reference", "legal_ground", "categories", "silence_why", "title",
}  # fmt: skip
# Made from somebody's data, though it cannot be read: still theirs.
DERIVED = {
    "certificates_certificaterequest.number_mark", "core_ratelimit.key", "support_caseattachment.content",
    "support_receivedmail.key",
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
    "last_error", "municipality_source", "object_kind", "object_reference", "payment_method", "payment_reference",
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
