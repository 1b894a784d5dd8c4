"""What we write when a conversation goes on by mail."""

from django.conf import settings
from django.utils.translation import gettext as _

from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail
from conbillet.support.models import Chat, ChatMessage

from .letters import foot_links, greeting, writes


@writes("chat_waiting")
def chat_waiting(mail: OutgoingMail) -> Letter | None:
    """To those who answer: somebody left an address. Names nobody, and holds no text."""
    chat = Chat.objects.select_related("organization").filter(reference=mail.about, state=Chat.State.MAIL).first()
    if chat is None:
        return None
    path = f"/office/{chat.organization.slug}/chat/" if chat.organization else "/desk/chat/"
    return Letter(
        subject=_("Somebody waits for an answer (%(number)s)") % {"number": chat.number},
        greeting=_("Hi"),
        paragraphs=(
            _("Somebody wrote in the chat while nobody was there, and left an address. What you answer in the conversation is sent to them by mail."),
        ),
        button=Button(_("Open the conversation"), f"{settings.CONBILLET_BASE_URL}{path}{chat.reference}/"),
        sender="ConBillet",
    )  # fmt: skip


@writes("chat_answer")
def chat_answer(mail: OutgoingMail) -> Letter | None:
    """What was answered in the chat. A reply goes to whoever answered: the association, or our desk."""
    said = ChatMessage.objects.select_related("chat__organization").filter(pk=int(mail.about)).first()
    if said is None or not said.text:
        return None
    chat = said.chat
    whom = chat.organization.name if chat.organization else "ConBillet"
    reply_to = chat.organization.email if chat.organization else settings.CONBILLET_OPERATOR["email"]
    return Letter(
        subject=_("Answer from %(name)s (%(number)s)") % {"name": whom, "number": chat.number},
        greeting=greeting(chat.name),
        paragraphs=tuple(part.strip() for part in said.text.split("\n\n") if part.strip()),
        closing=(_("You can reply to this mail. What you wrote in the chat is kept for a year; on the site you can delete it."),),
        links=foot_links(),
        reply_to=reply_to,
        sender=whom,
    )  # fmt: skip
