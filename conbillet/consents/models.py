"""Published versions, what people accepted, cookie receipts, and the ledger of consents to be written to."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.organizations.models import Organization


class PolicyVersion(models.Model):
    """A published version of a text; the texts live in `policy/`. Immutable: the hash chains to the one before."""

    append_only = True
    office_access = "read"

    document = models.CharField(
        max_length=20,
        choices=[("policy", "policy"), ("terms", "terms"), ("agreement", "agreement"), ("consent", "consent")],
        default="policy",
    )
    updated_on = models.DateField()
    effective_on = models.DateField()
    text_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "updated_on"], name="consents_version_once")]


class Acceptance(models.Model):
    """Somebody accepted terms or policy, in a given version, for a given order or account."""

    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="acceptances")
    document = models.CharField(max_length=20, choices=[("policy", "policy"), ("terms", "terms")])
    version = models.CharField(max_length=20)
    about = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()


class ConsentReceipt(models.Model):
    """What a browser answered about cookies, one row an answer; the newest of a reference counts.

    The random reference is all that links a row to a browser: no IP, no user.
    """

    reference = models.CharField(max_length=32, db_index=True)
    policy_version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    choices = models.CharField(max_length=60)
    method = models.CharField(
        max_length=20, choices=[("form", "form"), ("gpc", "Sec-GPC"), ("withdrawal", "withdrawal")]
    )
    given_at = models.DateTimeField()


class MarketingConsent(models.Model):
    """The ledger of consents: one row an event, never changed; the newest of an address, sender and purpose counts.

    Each row proves itself (GDPR art. 7(1)): which text, by its version and hash, how, and when; no internet address. No
    association means ConBillet's own news. `person` is empty when somebody without an account answered.
    """

    class Purpose(models.TextChoices):
        NEWSLETTER = "newsletter", _("News by mail")

    class Event(models.TextChoices):
        ASKED = "asked", _("Asked, not confirmed yet")  # a guest's wish, until the mailed link is opened
        GIVEN = "given", _("Given")
        WITHDRAWN = "withdrawn", _("Consent withdrawn")

    class Method(models.TextChoices):
        ACCOUNT = "account", _("On my page, logged in")
        DOUBLE_OPT_IN = "double_opt_in", _("Asked for, then confirmed by a mailed link")
        MAIL_LINK = "mail_link", _("With the link in a mail")
        CASE = "case", _("Written to us")
        COMPLAINT = "complaint", _("Marked as unwanted in a mail program")

    reference = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="marketing_consents")
    email = models.EmailField()
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    event = models.CharField(max_length=10, choices=Event.choices)
    method = models.CharField(max_length=20, choices=Method.choices)
    text_version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=5, default="da")
    at = models.DateTimeField()

    office_access = "none"

    class Meta:
        indexes = [
            models.Index(fields=["email", "organization", "purpose", "-id"], name="consents_newest_of_address"),
            models.Index(Lower("email"), condition=models.Q(person__isnull=True), name="consents_of_address"),
        ]
