"""What people write to us: a case each, with what was answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event
from conbillet.core.references import pretty
from conbillet.organizations.models import Organization


class Case(models.Model):
    """Somebody wrote to us. They need no account; the address they gave is all that ties the case to a person.

    Cases belong to the platform's desk. Associations do not read them: what people write is none of the six fields.
    """

    class Kind(models.TextChoices):
        TICKET = "ticket", _("I cannot find my ticket")
        REFUND = "refund", _("I want my money back")
        NAME_CHANGE = "name_change", _("A name has to be changed")
        PAYMENT = "payment", _("Something went wrong with a payment")
        ACCESSIBILITY = "accessibility", _("Accessibility")
        INSIGHT = "insight", _("I want to see what is stored about me")
        DELETION = "deletion", _("I want to be deleted")
        OTHER = "other", _("Something else")

    class Channel(models.TextChoices):
        FORM = "form", _("the help page")
        MAIL = "mail", _("mail")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.OTHER)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.FORM)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="da")
    created_at = models.DateTimeField()
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)

    office_access = "none"

    @property
    def number(self) -> str:
        """The reference as people read it."""
        return pretty(self.reference)

    class Meta:
        indexes = [
            models.Index(fields=["due_on"], condition=~models.Q(state="closed"), name="support_open_cases"),
            models.Index(fields=["email"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False)
                | (~models.Q(state="closed") & models.Q(closed_at__isnull=True)),
                name="support_closed_has_time",
            )
        ]


class CaseNote(models.Model):
    """What followed in a case: an answer that went out by mail, a note among ourselves, or what the person wrote later."""

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Answer")
        NOTE = "note", _("Note")
        MESSAGE = "message", _("They wrote")

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")


class CaseAttachment(models.Model):
    """A file that came with a mail, drawn anew so that nothing hides in it; or that one was refused, and why.

    In the database, not in a folder: what is deleted with its case is gone in the same transaction.
    """

    class Refusal(models.TextChoices):
        KIND = "kind", _("we take pictures (JPEG, PNG, WebP) and plain text only")
        SIZE = "size", _("it is too big")
        NUMBER = "number", _("too many files came with one mail")
        BROKEN = "broken", _("it cannot be read")

    reference = models.CharField(max_length=16, unique=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="attachments")
    note = models.ForeignKey(CaseNote, models.CASCADE, null=True, related_name="attachments")
    title = models.CharField(max_length=120, blank=True)  # the name that the sender gave it
    kind = models.CharField(max_length=20, blank=True)
    content = models.BinaryField(null=True)
    size = models.PositiveIntegerField()
    refused = models.CharField(max_length=8, choices=Refusal.choices, blank=True)
    at = models.DateTimeField()


class ReceivedMail(models.Model):
    """A mail that came in, known by a hash, so that the same one never makes two cases."""

    class Outcome(models.TextChoices):
        CASE = "case"
        ADDED = "added"
        IGNORED = "ignored"

    key = models.CharField(max_length=64, unique=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    why = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(db_index=True)


class Inbox(models.Model):
    """How fetching mail goes: one row. A mailbox that cannot be reached must not go unnoticed: deadlines run on."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    fetched_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=120, blank=True)
