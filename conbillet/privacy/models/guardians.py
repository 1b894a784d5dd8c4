"""Who may ask for insight and deletion on behalf of a child under fifteen."""

from django.db import models

from conbillet.accounts.models import Person


class Guardianship(models.Model):
    """A person acts for a child under 15 who has an account, until the child's fifteenth birthday.

    Only what the desk has seen a proof of counts (`basis` "case"): buying for a child makes nobody its guardian.
    """

    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    child = models.ForeignKey(Person, models.CASCADE, related_name="guardians")
    basis = models.CharField(
        max_length=12, choices=[("purchase", "bought for the child"), ("case", "checked in a case")]
    )
    since_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "child"], name="privacy_guardian_once"),
            models.CheckConstraint(condition=~models.Q(guardian=models.F("child")), name="privacy_not_own_guardian"),
        ]
