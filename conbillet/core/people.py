"""Words about people that every room shares."""

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Gender(models.TextChoices):
    """Three values for the counts (CFR) and the right not to say."""

    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")
    OTHER = "other", _("Other")
    NOT_STATED = "not_stated", _("Prefer not to say")


class PayerRelation(models.TextChoices):
    """Who paid a member's dues, seen from the member. Grant bodies count only some of them (fact sheet section 1)."""

    SELF = "self", _("The member")
    PARENT = "parent", _("A parent")
    STEP_PARENT = "step_parent", _("A step-parent")
    GUARDIAN = "guardian", _("A guardian")
    MUNICIPALITY = "municipality", _("A municipality")
    SPONSOR = "sponsor", _("A sponsor")
    ASSOCIATION = "association", _("The association")
    OTHER = "other", _("Somebody else")


@dataclass(frozen=True)
class Held:
    """People whose data may only be stored, and so is not forgotten either (GDPR art. 18; `privacy/limits.py`).

    `emails` are lower-case: of accounts, and of people without one.
    """

    persons: frozenset[UUID] = frozenset()
    emails: frozenset[str] = frozenset()

    def rows(self, person: str, email: str) -> Q:
        """Rows that lead to one of them by their columns."""
        return Q(**{f"{person}__in": self.persons}) | Q(**{f"{email}__in": self.emails})


NOBODY = Held()
