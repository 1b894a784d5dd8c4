"""Mail on its way out: a row before it is sent, so that none is lost; a key, so that none is sent twice."""

from django.db import models
from django.db.models.functions import Lower

from conbillet.accounts.models import Person
from conbillet.core.states import StateField


class OutgoingMail(models.Model):
    """One mail to one address. Text and attachments are rendered when it is sent, and the bodies go after 30 days."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"  # given up after the last try, or refused for good

    organization = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)  # what it is about; the same key is never sent twice
    about = models.CharField(max_length=64, blank=True)  # the public reference of the order, ticket … it is about
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="mails")
    recipient = models.EmailField(blank=True)
    language = models.CharField(max_length=5, default="da")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = StateField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    office_access = "write"
    # What a mail says, and whom we know behind its address, is between ConBillet and its receiver.
    office_hidden = ("person", "subject", "text", "html")

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(state__in=["waiting", "sending"]), name="mail_unsent"
            ),
            models.Index(fields=["created_at"], condition=models.Q(state="failed"), name="mail_failed"),
            models.Index(fields=["about"]),
            models.Index(Lower("recipient"), condition=models.Q(person__isnull=True), name="mail_of_address"),
        ]
