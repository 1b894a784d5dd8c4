"""What the privacy room remembers: hand-overs, packages, erasures, limits, breaches, authorities."""

from .attendees import Attendee
from .authorities import AuthorityApproval, AuthorityCase, AuthorityPackage, AuthoritySilence, AuthoritySubject
from .breaches import Breach, BreachSubject
from .departures import Departure, DepartureLine
from .disclosures import DisclosedPerson, Disclosure
from .erasures import Erasure, ErasureLine, ErasureNotice
from .guardians import Guardianship
from .insight import InsightPackage
from .limits import Limit
from .retention import RetentionRun

__all__ = [
    "Attendee",
    "AuthorityApproval",
    "AuthorityCase",
    "AuthorityPackage",
    "AuthoritySilence",
    "AuthoritySubject",
    "Breach",
    "BreachSubject",
    "Departure",
    "DepartureLine",
    "DisclosedPerson",
    "Disclosure",
    "Erasure",
    "ErasureLine",
    "ErasureNotice",
    "Guardianship",
    "InsightPackage",
    "Limit",
    "RetentionRun",
]
