"""A conversation with an association, or with ConBillet's desk: what was said is sealed, who may read it is confined.

A chat without an association is the desk's. What is said is sealed under the key of the person who is logged in, else
under a key of the conversation's own; destroying that key makes every copy unreadable, backups included.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.core.references import pretty
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order

from .cases import Case


class Chat(models.Model):
    """One conversation. Whoever holds the cookie whose hash is `token_hash` reads it; where `person` is set, they alone."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Under way")
        MAIL = "mail", _("To be answered by mail")
        CLOSED = "closed", _("Over")

    office_access = "write"
    office_hidden = ("token_hash", "order_proof")

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, db_index=True)
    subject_id = models.UUIDField()  # whose key seals what is said: the person's, or one of the conversation's own
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    language = models.CharField(max_length=5, default="da")
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)  # left when nobody was there to answer
    # The order that they talk about; `order_proof` is a hash of the link that they came by, and ends with that link.
    order = models.ForeignKey(Order, models.SET_NULL, null=True, related_name="+")
    order_proof = models.CharField(max_length=64, blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    agent = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    waiting_since_at = models.DateTimeField(null=True)  # what the visitor said last has not been answered since
    visitor_seen_at = models.DateTimeField(null=True)
    last_number = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    rating = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(5)])

    @property
    def number(self) -> str:
        """The reference as people read it."""
        return pretty(self.reference)

    @property
    def topic(self) -> str:
        return f"chat:{self.reference}"

    @property
    def queue_topic(self) -> str:
        return queue_topic(self.organization_id)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "waiting_since_at"],
                condition=~models.Q(state="closed"),
                name="support_open_chats",
            ),
            models.Index(fields=["last_at"]),
            models.Index(Lower("email"), name="support_chat_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False)
                | (~models.Q(state="closed") & models.Q(closed_at__isnull=True)),
                name="support_chat_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="taken") | models.Q(taken_at__isnull=False), name="support_chat_taken_has_time"
            ),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)), name="support_chat_rating"
            ),
        ]


def queue_topic(organization_id: int | None) -> str:
    """What an agents' page listens to: the queue of an association, or of the desk."""
    return f"chats:{organization_id or 'desk'}"


class ChatMessage(models.Model):
    """One thing that was said, or that happened. Numbers are given under the chat's lock, so whoever has seen number 7
    has seen everything up to it: what was missed is what comes after."""

    class By(models.TextChoices):
        VISITOR = "visitor", _("Visitor")
        AGENT = "agent", _("Agent")
        SYSTEM = "system", _("ConBillet")

    class Event(models.TextChoices):
        NONE = "", ""
        TAKEN = "taken", _("Somebody is here now.")
        BACK = "back", _("You are back in the queue. Somebody else takes over.")
        PASSED_ON = "passed_on", _("ConBillet's own desk takes over. The association reads along no longer.")
        BY_MAIL = "by_mail", _("You get the answer by mail.")
        CASE = "case", _("This is a case now. You get the answer by mail.")
        RESENT = "resent", _("The order's mail was sent again.")
        RENAMED = "renamed", _("A name on a ticket was changed.")
        CANCELLED = "cancelled", _("The order was cancelled.")
        CLOSED = "closed", _("The conversation is over.")

    office_access = "write"
    readable: dict[str, str] = {"body": "text"}  # for insight: the column, and where it stands opened

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=32)  # made where it is written, so that sending twice says it once
    by = models.CharField(max_length=8, choices=By.choices)
    agent = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    event = models.CharField(max_length=10, choices=Event.choices, blank=True)
    body = models.BinaryField(null=True)
    at = models.DateTimeField()

    @property
    def text(self) -> str:
        """What was said; nothing where the key is gone."""
        from ..sealing import opened

        return opened(self)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chat", "number"], name="support_message_number"),
            models.UniqueConstraint(fields=["chat", "key"], name="support_message_once"),
        ]


class ChatFile(models.Model):
    """A picture or a text that came with a message, drawn anew and sealed like what is said."""

    office_access = "write"

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="files")
    message = models.ForeignKey(ChatMessage, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=20)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    at = models.DateTimeField()


class CannedAnswer(models.Model):
    """An answer that is given often, in both languages; of an association, or of the desk."""

    office_access = "write"

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=60)
    text_da = models.TextField()
    text_en = models.TextField(blank=True)

    def text_in(self, language: str) -> str:
        return (self.text_en if language == "en" else "") or self.text_da

    class Meta:
        ordering = ["title", "id"]


class AgentPresence(models.Model):
    """Somebody who answers has the page open, until then at least."""

    office_access = "write"

    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "person"], name="support_agent_once", nulls_distinct=False)
        ]
