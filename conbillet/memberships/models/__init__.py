"""The room's tables: the register, and the documentation that was made of it."""

from .activities import Activity
from .documentation import DocumentedDues, DocumentedMember, MemberDocumentation
from .own_rules import OwnRuleSet
from .register import Household, Member, MemberNumber, Membership, MembershipType, PeriodKind

__all__ = [
    "Activity", "DocumentedDues", "DocumentedMember", "Household", "Member", "MemberDocumentation", "MemberNumber", "Membership", "MembershipType",
    "OwnRuleSet", "PeriodKind",
]  # fmt: skip
