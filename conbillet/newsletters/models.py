"""Issues of newsletters, who gets them, addresses that take no news, and the pace at which mails leave."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event
from conbillet.consents.models import MarketingConsent
from conbillet.organizations.models import Organization


class Issue(models.Model):
    """One newsletter, of one sender: an association, or ConBillet itself where there is none.

    `turn` is the number of the portion that is to be sent next: of two jobs for the same portion one goes on, the other
    ends. `outcome` holds the final numbers once the list of receivers has been forgotten.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        SENDING = "sending", _("Being sent")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Stopped")

    class Audience(models.TextChoices):
        SUBSCRIBERS = "subscribers", _("Everybody who has said yes")
        EVENT = "event", _("Those of them with a ticket to one event")

    reference = models.CharField(max_length=12, unique=True)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.SUBSCRIBERS)
    event = models.ForeignKey(Event, models.SET_NULL, null=True, related_name="+")
    subject_da = models.CharField(max_length=150, blank=True)
    text_da = models.TextField(blank=True)
    subject_en = models.CharField(max_length=150, blank=True)
    text_en = models.TextField(blank=True)
    on_web = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    scheduled_for = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True)
    turn = models.PositiveIntegerField(default=0)
    recipients = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict)

    office_access = "write"

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-id"], name="newsletters_of_sender"),
            models.Index(
                fields=["scheduled_for"],
                condition=models.Q(state__in=["scheduled", "sending"]),
                name="newsletters_under_way",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(scheduled_for__isnull=False),
                name="newsletters_scheduled_has_a_time",
            )
        ]

    @property
    def languages(self) -> list[str]:
        """In which languages it is written, Danish first."""
        return [one for one in ("da", "en") if self.subject(one) and self.text(one)]

    def subject(self, language: str) -> str:
        return str(getattr(self, f"subject_{language}"))

    def text(self, language: str) -> str:
        return str(getattr(self, f"text_{language}"))

    def language_for(self, wanted: str) -> str:
        """The language somebody gets it in: the one they chose, or the only one there is."""
        return wanted if wanted in self.languages else (self.languages or ["da"])[0]

    @property
    def is_open(self) -> bool:
        """Whether it can still be written on."""
        return self.state in {Issue.State.DRAFT, Issue.State.SCHEDULED}

    @property
    def is_under_way(self) -> bool:
        return self.state in {Issue.State.SENDING, Issue.State.PAUSED}


class Recipient(models.Model):
    """One receiver of one issue, for 30 days. One row a person and one an address, or the database refuses it.

    `handing` is written before the mail is handed over and replaced after it. A worker that dies in between leaves it;
    then nobody knows whether the mail left, and it becomes `unknown`: it is never sent again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        HANDING = "handing", _("Being handed over")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Perhaps sent")
        REFUSED = "refused", _("Refused by the mail server")
        LEFT_OUT = "left_out", _("Left out: unsubscribed, limited or unreachable meanwhile")
        BOUNCED = "bounced", _("Came back")
        COMPLAINED = "complained", _("Marked as unwanted by its receiver")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="rows")
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="newsletters")
    consent = models.ForeignKey(MarketingConsent, models.CASCADE, related_name="+")
    email = models.EmailField()
    language = models.CharField(max_length=5, default="da")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason_code = models.CharField(max_length=20, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    office_access = "read"
    # Who has said yes is between them and ConBillet: an association sees numbers.
    office_hidden = ("person", "consent", "email", "language")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "email"], name="newsletters_one_mail_an_address"),
            models.UniqueConstraint(fields=["issue", "person"], name="newsletters_one_mail_a_person"),
        ]
        indexes = [
            models.Index(fields=["issue", "id"], condition=models.Q(state="waiting"), name="newsletters_waiting"),
            models.Index(fields=["issue"], condition=models.Q(state="handing"), name="newsletters_handing"),
            models.Index(fields=["email"], name="newsletters_of_address"),
        ]


class FailingAddress(models.Model):
    """An address from which mails came back, or whose owner complained. A later yes opens it again."""

    class Reason(models.TextChoices):
        HARD = "hard", _("There is no such mailbox")
        SOFT = "soft", _("The mailbox takes nothing for now")
        COMPLAINT = "complaint", _("Marked as unwanted by its receiver")

    email = models.EmailField(unique=True)
    reason_code = models.CharField(max_length=10, choices=Reason.choices)
    soft_count = models.PositiveSmallIntegerField(default=0)
    last_issue = models.ForeignKey(Issue, models.SET_NULL, null=True, related_name="+")
    last_at = models.DateTimeField()
    blocked_at = models.DateTimeField(null=True)

    office_access = "none"


class Pace(models.Model):
    """One row: from when on the next portion of newsletters may leave, whoever's it is."""

    free_at = models.DateTimeField()

    office_access = "none"
