"""How often, by day. No row is about anybody: there is a day, not an hour, and no column that could tell two visitors apart.

The database refuses anything but our own short words, so that a mistake in the code cannot put an address in here.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from conbillet.catalogue.models import Event
from conbillet.core.tenancy import TenantForeignKey, TenantModel

from .steps import SitePage, Step, detail_choices

# Letters and underscores: no number, no address, no id of any kind fits.
WORD = r"^[a-z_]{0,30}$"


class ShopCount(TenantModel):
    """How often a step towards a ticket was taken on one Copenhagen day, in one language of the page."""

    office_access = "read"

    event = TenantForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="+")  # none: the association's own page
    day = models.DateField()
    step = models.CharField(max_length=30, choices=Step.choices)
    detail = models.CharField(max_length=30, choices=detail_choices, blank=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    times = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "event", "day", "step", "detail", "language"],
                nulls_distinct=False,
                name="usage_shop_once",
            ),
            models.CheckConstraint(
                condition=Q(step__regex=WORD, detail__regex=WORD, language__regex="^[a-z]{2}$"),
                name="usage_shop_words",
            ),
        ]
        indexes = [models.Index(fields=["day"])]


class SiteCount(models.Model):
    """How often one of ConBillet's own pages was opened on one Copenhagen day, in one language."""

    day = models.DateField()
    page = models.CharField(max_length=30, choices=SitePage.choices)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    times = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "page", "language"], name="usage_site_once"),
            models.CheckConstraint(
                condition=Q(page__regex=WORD, language__regex="^[a-z]{2}$"), name="usage_site_words"
            ),
        ]
