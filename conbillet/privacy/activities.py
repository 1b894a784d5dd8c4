"""The record of processing's own side of the books: what is done with people's data, activity by activity (GDPR art. 30).

Written from the policy, not from the declarations. `activity_checks.py` holds the two against each other: every declared
column must be covered by exactly one line of its activity, and every line by a column. Neither can be changed alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from conbillet.core.data_map import (
    ACCESS_LOG,
    ACCOUNT,
    ACCOUNTING,
    ASSOCIATION,
    ASSOCIATION_RECORD,
    BOOKKEEPING,
    CART,
    CASES,
    CERTIFICATE,
    CHAT,
    CONSENT,
    CONSENT_PROOF,
    CONTRACT,
    CPR,
    IDENTIFY,
    INVITATION,
    LEGITIMATE_INTEREST,
    MAIL_BODY,
    MAIL_RELAY,
    MEMBER_CONTACT,
    MEMBER_DOCUMENTATION,
    MEMBER_EVIDENCE,
    PURCHASES,
    SERVICES,
    SIGN_IN,
    STRIPE,
    UNTIL_TOLD,
    Basis,
    Keep,
    legal,
)

# Who decides why: the operator, the association behind the sale or the register, or each for the rows of its own.
OPERATOR, ASSOCIATIONS, EACH = "operator", "associations", "each"
# Under which clause of the policy a category is collected, unless a line says otherwise.
CLAUSES = {
    "user.name": "collect.name", "user.address": "collect.address", "user.postcode": "collect.address",
    "user.municipality": "collect.address", "user.email": "collect.email", "user.birth_date": "collect.birth_date",
    "user.gender": "collect.gender", "user.phone": "collect.phone", "user.ip": "collect.ip", "user.cpr": "collect.cpr",
    "user.device": "collect.devices", "user.sign_in": "collect.devices", "user.secret": "use.identify",
    "user.session": "cookie.login", "user.language": "use.services", "user.member_number": "use.member_documentation",
    "user.consent": "use.services", "user.history": "use.identify", "user.content": "use.services",
    "user.cookie": "cookie.consent", "user.certificate": "collect.cpr", "user.status": "use.identify",
    "user.role": "use.identify", "user.relation": "use.member_documentation",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """Categories that are handled in one way. `clause` is empty for the usual one of each category."""

    categories: tuple[str, ...]
    purposes: Mapping[str, Basis]
    keep: Keep
    recipients: frozenset[str] = frozenset()
    clause: str = ""

    def clause_of(self, category: str) -> str:
        return self.clause or CLAUSES[category]


@dataclass(frozen=True)
class Activity:
    """`controller` is who decides why; where that is an association, the operator is its processor."""

    name: str
    title: Any
    people: Any
    why: Any
    source: Any
    controller: str
    tables: frozenset[str]
    lines: tuple[Line, ...] = ()


def line(
    *categories: str, keep: Keep, why: Mapping[str, Basis], to: str = "", clause: str = ""
) -> Line:  # short, because the table below is read more often than this
    return Line(tuple(f"user.{name}" for name in categories), why, keep, frozenset(to.split()), clause)


BUYING, BOOKS = {PURCHASES: CONTRACT}, {PURCHASES: BOOKKEEPING}
EVIDENCE, ANSWERING = {MEMBER_DOCUMENTATION: CONTRACT}, {SERVICES: LEGITIMATE_INTEREST}
SIGNING_IN, SECURING, SERVING = {IDENTIFY: CONTRACT}, {IDENTIFY: LEGITIMATE_INTEREST}, {SERVICES: CONTRACT}
WHO_AND_MEMBER = {IDENTIFY: CONTRACT, MEMBER_DOCUMENTATION: CONTRACT}

ACTIVITIES = (
    Activity(
        "accounts",
        _("Accounts and profiles"),
        _("Everybody who makes an account"),
        _("So that people can log in, find their tickets and need not write the same things again"),
        _("The person, at sign-up and on the page with the profile"),
        OPERATOR,
        frozenset({"accounts_person", "accounts_account", "accounts_emailproof", "account_emailaddress"}),
        (
            line("name", "birth_date", keep=ACCOUNT, why=WHO_AND_MEMBER),
            line("name", "phone", "language", keep=ACCOUNT, why=SERVING),
            line("gender", "address", "postcode", keep=ACCOUNT, why=EVIDENCE),
            line("email", "secret", "status", keep=ACCOUNT, why=SIGNING_IN),
            line("sign_in", keep=ACCOUNT, why=SECURING),
        ),
    ),
    Activity(
        "second_factors",
        _("Second factors and confirmed addresses"),
        _("Everybody who sets up a passkey or an app with codes, or confirms an address"),
        _("So that a password or a mailbox alone does not open what others have entrusted to somebody"),
        _("The person, on the page about logging in"),
        OPERATOR,
        frozenset({"account_emailconfirmation", "mfa_authenticator"}),
        (line("secret", keep=SIGN_IN, why=SIGNING_IN), line("secret", keep=ACCOUNT, why=SIGNING_IN)),
    ),
    Activity(
        "sign_in",
        _("Logins and devices"),
        _("Everybody who logs in; visitors with a cart"),
        _("So that an account opens for its owner only, and people see where they are logged in"),
        _("The person's browser, when they log in or begin a cart"),
        OPERATOR,
        frozenset({"usersessions_usersession", "django_session"}),
        (
            line("ip", "device", keep=SIGN_IN, why=SECURING),
            line("secret", "session", keep=SIGN_IN, why=SIGNING_IN, clause="cookie.login"),
        ),
    ),
    Activity(
        "staff",
        _("Who works for an association or at the desk"),
        _("Owners, managers, door crew and our own staff"),
        _("So that only those whom an association trusts act for it, and agreements have somebody who accepted them"),
        _("The association that invites, and the person who accepts"),
        OPERATOR,
        frozenset(
            {"accounts_staffrole", "organizations_role", "organizations_agreement", "organizations_invitation",
             "organizations_processorobjection"}
        ),
        (
            line("name", keep=ACCOUNT, why={IDENTIFY: legal("GDPR art. 28(3)")}, to=ASSOCIATION_RECORD),
            line("email", keep=INVITATION, why=SIGNING_IN),
            line("role", keep=ACCOUNT, why=SIGNING_IN),
            line("role", keep=ACCOUNT, why=SIGNING_IN, to=ASSOCIATION_RECORD),
            line("role", keep=INVITATION, why=SIGNING_IN, to=ASSOCIATION_RECORD),
        ),
    ),
    Activity(
        "sales",
        _("Sales, payments and receipts"),
        _("Buyers, and those whom a ticket is for"),
        _("To sell, to take payment, to give money back and to keep accounts"),
        _("The buyer, at the checkout; for those whom a ticket is for also somebody else who buys it"),
        ASSOCIATIONS,
        frozenset(
            {"sales_cart", "sales_order", "sales_participant", "sales_orderline", "sales_cancellation",
             "sales_eventrefund", "sales_receipt", "payments_refund"}
        ),
        (
            line("language", keep=CART, why=SERVING),
            line("name", "address", "postcode", keep=ACCOUNTING, why=BOOKS, to=ASSOCIATION),
            line("name", keep=ACCOUNTING, why=BOOKS, to=ASSOCIATION_RECORD),
            line("email", keep=ACCOUNTING, why=BUYING, to=f"{ASSOCIATION} {STRIPE}"),
            line("name", "email", "birth_date", "gender", "address", "postcode", keep=ACCOUNTING, why=BUYING, to=ASSOCIATION),
            line("name", "municipality", keep=ACCOUNTING, why=BUYING, to=ASSOCIATION_RECORD),
            line("relation", keep=ACCOUNTING, why=EVIDENCE, to=ASSOCIATION_RECORD),
            line("content", keep=ACCOUNTING, why=BUYING, clause="use.purchases"),
        ),
    ),
    Activity(
        "tickets",
        _("Tickets and the door"),
        _("Holders of tickets"),
        _("To let in who has a ticket, once"),
        _("Sales, and the scanner at the door"),
        ASSOCIATIONS,
        frozenset({"tickets_ticket", "tickets_checkin", "tickets_handout"}),
        (line("content", keep=ACCOUNTING, why=SERVING),),
    ),
    Activity(
        "members",
        _("Registers of members and dues"),
        _("Members of associations, and who pays their dues"),
        _("So that an association knows its members and can document them to those who give grants"),
        _("The purchase of a membership, or what the association enters itself"),
        ASSOCIATIONS,
        frozenset(
            {
                "memberships_member", "memberships_membership", "memberships_documentedmember", "memberships_documenteddues",
            }
        ),
        (
            line("member_number", "name", "municipality", "relation", keep=MEMBER_EVIDENCE, why=EVIDENCE, to=ASSOCIATION_RECORD),
            line("name", "birth_date", "gender", "address", "postcode", keep=MEMBER_EVIDENCE, why=EVIDENCE, to=ASSOCIATION),
            line("email", keep=MEMBER_CONTACT, why=EVIDENCE, to=ASSOCIATION),
            line("phone", keep=MEMBER_CONTACT, why=EVIDENCE, to=ASSOCIATION_RECORD),
        ),
    ),
    Activity(
        "certificates",
        _("Child-protection certificates of crew"),
        _("Crew in direct contact with children under 15, where the association has switched it on"),
        _("To obtain the certificate that the law demands of such crew, and to forget the number again"),
        _("The person, who may say no"),
        ASSOCIATIONS,
        frozenset({"certificates_certificaterequest", "certificates_cprnumber"}),
        (
            line("name", "certificate", keep=CERTIFICATE, why={IDENTIFY: CONSENT}, to=ASSOCIATION_RECORD),
            line("cpr", keep=CPR, why={IDENTIFY: CONSENT}, to=ASSOCIATION_RECORD),
        ),
    ),
    Activity(
        "mail",
        _("Mails about orders and accounts"),
        _("Everybody whom the program writes to"),
        _("To send receipts, tickets, codes and notices, and to send again what got lost"),
        _("The order, the account or the case that the mail is about"),
        EACH,
        frozenset({"mail_outgoingmail"}),
        (line("email", "content", keep=MAIL_BODY, why=SERVING, to=MAIL_RELAY),),
    ),
    Activity(
        "consents",
        _("Consents, acceptances and answers about cookies"),
        _("Visitors who answer about cookies; people who say yes to news; buyers who accept terms"),
        _("To do what was agreed to and nothing else, and to be able to show it"),
        _("The person, when they answer"),
        EACH,
        frozenset({"consents_acceptance", "consents_consentreceipt", "consents_marketingconsent"}),
        (
            line("cookie", "consent", keep=CONSENT_PROOF, why=ANSWERING, clause="cookie.consent"),
            line("email", "consent", keep=CONSENT_PROOF, why={SERVICES: CONSENT}),
        ),
    ),
    Activity(
        "newsletters",
        _("Newsletters"),
        _("Everybody who has said yes to news"),
        _("To send news to those who want it, once each, and to stop where mails come back or are unwanted"),
        _("The consent; for addresses that take no mail, what mail servers report"),
        EACH,
        frozenset({"newsletters_recipient", "newsletters_failingaddress"}),
        (
            line("email", keep=MAIL_BODY, why={SERVICES: CONSENT}, to=MAIL_RELAY),
            line("email", keep=CONSENT_PROOF, why=ANSWERING),
        ),
    ),
    Activity(
        "support",
        _("What people write to us"),
        _("Everybody who writes to us"),
        _("To answer, and to be able to show what was done"),
        _("The person, on the help page or by mail"),
        OPERATOR,
        frozenset({"support_case", "support_casenote", "support_caseattachment"}),
        (line("name", "email", "content", keep=CASES, why=ANSWERING, clause="collect.contact"),),
    ),
    Activity(
        "chat",
        _("Conversations with an association or with us"),
        _("Everybody who begins a chat; whoever answers there"),
        _("To answer people where they are, and to do for them what they may do themselves"),
        _("The person, in the chat"),
        EACH,
        frozenset({"support_chat", "support_chatmessage", "support_chatfile", "support_agentpresence"}),
        (
            line(
                "name", "email", "content", keep=CHAT, why=ANSWERING, to=ASSOCIATION_RECORD, clause="collect.contact"
            ),
        ),
    ),
    Activity(
        "rights",
        _("Insight, deletion and other rights"),
        _("Everybody who uses a right, guardians included; whoever data was handed over about"),
        _("To do what people may ask for, and to be able to show that it was done"),
        _("The person's own request, and the program's own steps"),
        OPERATOR,
        frozenset(
            {"privacy_insightpackage", "privacy_erasure", "privacy_guardianship", "privacy_limit", "privacy_disclosedperson"}
        ),
        (
            line("email", keep=CASES, why=ANSWERING),
            line("status", keep=CASES, why=ANSWERING, clause="use.services"),
        ),
    ),
    Activity(
        "authorities",
        _("Requests of public authorities"),
        _("Those whom a request names"),
        _("To hand over what the law demands, and no more"),
        _("The authority"),
        OPERATOR,
        frozenset({"privacy_authoritycase", "privacy_authoritysilence", "privacy_authoritysubject", "privacy_authorityapproval"}),
        (
            line("email", "content", keep=CASES, why=ANSWERING, clause="disclose.authorities"),
            line("email", keep=UNTIL_TOLD, why=ANSWERING, clause="disclose.authorities"),
        ),
    ),
    Activity(
        "breaches",
        _("Breaches of security"),
        _("Those whom a breach concerns"),
        _("To report a breach within 72 hours and to tell those it concerns (GDPR art. 33 and 34)"),
        _("The operator's own investigation"),
        OPERATOR,
        frozenset({"privacy_breach", "privacy_breachsubject"}),
        (line("email", keep=CASES, why=ANSWERING),),
    ),
    Activity(
        "departures",
        _("Associations that leave"),
        _("Whoever agrees to it for the association, or for us"),
        _("To hand an association its records, delete them here, and be able to show that both was done"),
        _("The association's owner, or our staff"),
        OPERATOR,
        frozenset({"privacy_departure"}),
    ),
    Activity(
        "log",
        _("The log of what was done"),
        _("Who did something, and whom it was about"),
        _("To find out what happened, and to show people who looked at their data"),
        _("The program's own steps"),
        EACH,
        frozenset({"core_auditentry"}),
        (line("history", keep=ACCESS_LOG, why=SECURING),),
    ),
)  # fmt: skip

# Where else something can be than in a table, and how long: files, logs and queues, as the deployment guide says it.
JOURNAL = "as the server's journal keeps it"
PLACES = {
    "application log": ("nothing personal: scrubbed in core/logs.py", JOURNAL, "logs/* run.json login_help.txt *.lock"),
    "security log": (
        "what was tried and refused; persons and networks as short hashes under the server's key", JOURNAL, "",
    ),
    "database's own log": (
        "what failed, without the values: log_error_verbosity is terse, and no statement is logged", JOURNAL, "postgres.log",
    ),
    "packages of associations that leave": (
        "the association's own records, encrypted under a key outside the database",
        "until the day on which the association is deleted here", "departures/*",
    ),
    "inbound mailbox": (
        "what people write to us by mail, until it is fetched (a minute) and has become a case",
        "removed when its case is committed; what no person wrote: 30 days", "",
    ),
    "job queue": ("row ids and public references", "30 days after the job ended", ""),
    "subject keys": ("one random key a person, outside the database", "until the person is erased", "keys/subjects/**"),
    "installation keys": ("random keys of the installation: no person in them", "until they are replaced", "keys/installation/* keys/*.key keys/secret_key"),
    "heads of the audit log": ("numbers and hashes of the newest entries: no person in them", "replaced by the next", "keys/audit/*"),
    "keys of tickets": (
        "private keys that sign tickets: no person in them", "until the last ticket that they signed is over", "keys/tickets/*",
    ),
    "pictures of events": (
        "what an association puts on its event's page, drawn anew, without what a camera writes into a picture",
        "as long as the event shows them", "media/**",
    ),
    "the demo's helpers": (
        "in the demo only: mails that were caught, and what the pretended Stripe was told; about invented people",
        "until the demo's folder is removed", "mail_catcher/** fake_stripe/**",
    ),
    "erasure ledger": (
        "row ids, scope and time of erasures", "as long as a backup may still hold the data", "keys/erasures/*",
    ),
    "replay ledger": (
        "keyed hashes of what was taken back (a ticket, a consent), and when",
        "as long as a backup may still hold the data", "keys/replay/*",
    ),
    "backups": (
        "encrypted copies of everything, with the passwords that open them and what is on its way there",
        "30 days; weekly dumps 8 weeks; the keys' backups 72 hours", "keys/backups/* backups/**",
    ),
    "packages of insight": (
        "everything that is stored about somebody who asked for it, encrypted under their own key",
        "7 days, or until the person is erased", "packages/*",
    ),
    "packages for authorities": (
        "what an approved request covers, encrypted under a key outside the database", "30 days after it was handed over",
        "authorities/*",
    ),
}  # fmt: skip
