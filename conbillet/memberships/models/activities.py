"""What an association has held beside the events that it sold tickets for; a number of people, nobody's name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.core.tenancy import TenantModel


class Activity(TenantModel):
    """A meeting, a course, a game night: grant bodies and umbrella associations ask for one a quarter."""

    held_on = models.DateField(_("day"))
    name = models.CharField(_("what"), max_length=120)
    place = models.CharField(_("where"), max_length=120, blank=True)
    participants = models.PositiveIntegerField(_("participants"), default=0)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "held_on"])]
