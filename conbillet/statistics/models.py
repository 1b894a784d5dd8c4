"""Editions: numbers that were shown, about nobody. And whether an association shows a page of them to everybody."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core.tenancy import TenantForeignKey, TenantModel


class TableKind(models.TextChoices):
    AGE_GENDER = "age_gender", _("Age and gender")
    PLACE = "place", _("Where people come from")
    TIMES = "times", _("First time or again")
    PRODUCT = "product", _("What people take")
    MEMBERS = "members", _("Members by age and gender")


class TableEdition(TenantModel):
    """One look at one table: of an event, or of the members of a year. Written once, never changed.

    `part` is the row that is judged by itself (an age band, a product); `least` is 5 for the association, 10 for the public
    page. `people` is how many were counted: the next look needs it, and nobody is shown it.
    """

    office_access = "read"
    office_hidden = ("people",)

    event = TenantForeignKey(Event, null=True, related_name="+")
    year = models.PositiveSmallIntegerField(null=True)
    table = models.CharField(max_length=12, choices=TableKind.choices)
    part = models.CharField(max_length=20, blank=True)
    least = models.PositiveSmallIntegerField()
    people = models.PositiveIntegerField()
    shown = models.JSONField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(event__isnull=False, year__isnull=True) | Q(event__isnull=True, year__isnull=False),
                name="statistics_of_event_or_year",
            ),
            # Two looks at once cannot both be kept: each needs more people than the last.
            models.UniqueConstraint(
                fields=["organization", "event", "year", "table", "part", "least", "people"],
                name="statistics_edition_once",
                nulls_distinct=False,
            ),
        ]


class PublicPage(TenantModel):
    """Whether an association shows its statistics to everybody; no row means no."""

    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="statistics_one_public_page")]
