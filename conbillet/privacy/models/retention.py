"""What was deleted because its time had come."""

from django.db import models


class RetentionRun(models.Model):
    """One rule did its work on one day; counts, never values."""

    office_access = "read"

    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=40)
    ran_on = models.DateField()
    rows = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rule", "ran_on"], name="privacy_run_once", nulls_distinct=False
            )
        ]
