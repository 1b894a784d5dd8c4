"""An association leaves: it gets its data, and then it is deleted here."""

from django.db import models


class Departure(models.Model):
    """Asked for by an owner; data is handed over, then deleted on `delete_on`, unless taken back before."""

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey("organizations.Organization", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    delete_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    rows_deleted = models.PositiveIntegerField(default=0)
    kept_until = models.DateField(null=True)  # what bookkeeping keeps, and until when
