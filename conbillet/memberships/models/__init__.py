"""The room's tables: the register, and the documentation that was made of it."""

from .documentation import DocumentedDues, DocumentedMember, MemberDocumentation
from .register import Member, MemberNumber, Membership, MembershipType, PeriodKind

__all__ = [
    "DocumentedDues", "DocumentedMember", "Member", "MemberDocumentation", "MemberNumber", "Membership", "MembershipType",
    "PeriodKind",
]  # fmt: skip
