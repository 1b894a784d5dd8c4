"""What people write to us: a case each, with what was answered."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.catalogue.models import Event
from conbillet.core.references import pretty
from conbillet.core.states import StateField
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
        CORRECTION = "correction", _("I want something about me corrected")
        RESTRICTION = "restriction", _("I want the use of my data limited")
        OBJECTION = "objection", _("I object to how my data is used")
        PORTABILITY = "portability", _("I want to take my data with me")
        OTHER = "other", _("Something else")

    class Channel(models.TextChoices):
        FORM = "form", _("the help page")
        MAIL = "mail", _("mail")
        CHAT = "chat", _("chat")

    class Identity(models.TextChoices):
        NONE = "", _("not shown yet")
        CODE = "code", _("by a code to the address")
        STAFF = "staff", _("checked by us")

    class Outcome(models.TextChoices):
        NONE = "", _("not decided yet")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    reference = models.CharField(max_length=16, unique=True)
    access_key = models.CharField(max_length=32, blank=True)  # of the page where somebody shows who they are
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.OTHER)
    state = StateField(max_length=10, choices=State.choices, default=State.OPEN)
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.FORM)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)  # the address that the data is under; it is what ties the case to somebody
    contact_email = models.EmailField(blank=True)  # where answers go, when that is another address
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="da")
    created_at = models.DateTimeField()
    due_on = models.DateField()
    closed_at = models.DateTimeField(null=True)
    for_child = models.BooleanField(default=False)  # a guardian asks for a child under 15
    identity = models.CharField(max_length=5, choices=Identity.choices, default=Identity.NONE, blank=True)
    identity_at = models.DateTimeField(null=True)
    identity_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    identity_how = models.CharField(max_length=400, blank=True)  # what our staff looked at
    code_reference = models.CharField(max_length=24, blank=True)  # of a code on its way
    code_sent_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.NONE, blank=True)

    office_access = "none"

    @property
    def number(self) -> str:
        """The reference as people read it."""
        return pretty(self.reference)

    @property
    def answer_to(self) -> str:
        """Where our mails go."""
        return self.contact_email or self.email

    @property
    def is_right(self) -> bool:
        """Whether the law gives it a month (GDPR art. 12(3))."""
        return self.kind in RIGHTS

    @property
    def is_proven(self) -> bool:
        """Whether what is asked for may be done: who asks has been shown. For a child, a code alone says too little."""
        return self.identity == self.Identity.STAFF or (self.identity == self.Identity.CODE and not self.for_child)

    class Meta:
        indexes = [
            models.Index(fields=["due_on"], condition=~models.Q(state="closed"), name="support_open_cases"),
            models.Index(fields=["email"]),
            models.Index(Lower("email"), name="support_of_address"),
            models.Index(Lower("contact_email"), name="support_of_contact"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False)
                | (~models.Q(state="closed") & models.Q(closed_at__isnull=True)),
                name="support_closed_has_time",
            )
        ]


RIGHTS = frozenset(
    {
        Case.Kind.INSIGHT,
        Case.Kind.DELETION,
        Case.Kind.CORRECTION,
        Case.Kind.RESTRICTION,
        Case.Kind.OBJECTION,
        Case.Kind.PORTABILITY,
    }
)


class CaseNote(models.Model):
    """What followed in a case: an answer that went out by mail, a note among ourselves, or what the person wrote later."""

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Answer")
        NOTE = "note", _("Note")
        MESSAGE = "message", _("They wrote")
        EXTENSION = "extension", _("More time, and why")
        REFUSAL = "refusal", _("Refused, and why")

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
