"""Words about people that every room shares."""

from django.db import models
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
