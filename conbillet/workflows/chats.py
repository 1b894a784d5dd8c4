"""A chat that crosses rooms: begun about an order, answered by mail too, handed over as a case."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from conbillet.core.actor import Actor
from conbillet.core.facts import announce
from conbillet.core.keys import KeyProblem
from conbillet.core.references import new_reference
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.incoming import LONGEST_TEXT
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order
from conbillet.support.actions.attach_order import attach_order
from conbillet.support.actions.close_chat import close_chat
from conbillet.support.actions.leave_address import leave_address
from conbillet.support.actions.open_chat import open_chat
from conbillet.support.actions.say import ChatOver, locked_chat, say
from conbillet.support.actions.take_chat import take_chat
from conbillet.support.attachments import Taken
from conbillet.support.chat_queries import said_after, transcript
from conbillet.support.guess import kind_of
from conbillet.support.models import Case, CaseAttachment, Chat, ChatFile, ChatMessage
from conbillet.support.sealing import opened_file

from .cases import receive_case

By, State = ChatMessage.By, Chat.State


@transaction.atomic
def begin_chat(
    *,
    organization: Organization | None,
    person: UUID | None,
    token: str,
    name: str,
    text: str,
    files: Sequence[Taken],
    key: str,
    order: Order | None,
    language: str,
    actor: Actor,
    now: datetime,
) -> Chat:
    """A conversation with its first message. Raises a CannotSay; then nothing was begun."""
    chat = open_chat(
        organization=organization, person=person, token=token, name=name, language=language, actor=actor, now=now
    )
    say(chat=chat, by=By.VISITOR, text=text, key=key, files=files, actor=actor, now=now)
    if order is not None:
        attach_order(chat=chat, order=order, now=now)
    return chat


@transaction.atomic
def answer_chat(
    *, chat: Chat, text: str, key: str, actor: Actor, now: datetime, files: Sequence[Taken] = ()
) -> ChatMessage:
    """What an agent says. Whoever answers has taken the chat; where the visitor waits for a mail, it goes there too.

    Raises a CannotSay or a CannotTake.
    """
    if chat.agent_id != actor.person_id and chat.state != State.CLOSED:
        take_chat(chat=chat, actor=actor, now=now)
    message = say(chat=chat, by=By.AGENT, text=text, key=key, files=files, actor=actor, now=now)
    if message.chat.state == State.MAIL:
        announce("chat_answered", message=message.pk)
    return message


@transaction.atomic
def hand_over_to_mail(*, chat: Chat, email: str, name: str, actor: Actor, now: datetime) -> Case | None:
    """Nobody is there. An association answers by mail from its own queue; what is ConBillet's becomes a case, and so does
    what the law gives people, whomever they asked. Raises ChatOver.
    """
    words = "\n".join(one.text for one in said_after(chat, 0) if one.by == By.VISITOR)
    kind = kind_of("", words)
    if chat.organization_id is None or kind in {Case.Kind.INSIGHT, Case.Kind.DELETION}:
        return make_case(chat=chat, kind=kind, email=email, name=name, actor=actor, now=now)
    leave_address(chat=chat, email=email, name=name, actor=actor, now=now)
    return None


@transaction.atomic
def make_case(*, chat: Chat, kind: str, email: str, name: str, actor: Actor, now: datetime) -> Case:
    """The conversation becomes a case of the desk, with what was said and sent; it is answered by mail, in time.

    Runs as the role *app*: associations read no cases. Raises ChatOver.
    """
    locked = locked_chat(chat)
    if locked.state == State.CLOSED:
        raise ChatOver
    locked.email, locked.name = email, name or locked.name
    locked.save(update_fields=["email", "name"])
    with override(locked.language):
        said = said_after(locked, 0)
        labels = {By.VISITOR: locked.name or _("Visitor"), By.AGENT: _("Answer")}
        text = transcript(said, labels={str(by): label for by, label in labels.items()})
        subject = _("Chat with %(name)s") % {"name": _whom(locked)}
    case = receive_case(
        kind=kind,
        name=locked.name,
        email=email,
        subject=subject[:120],
        text=text[:LONGEST_TEXT],
        event=None,
        language=locked.language,
        actor=actor,
        now=now,
        channel=Case.Channel.CHAT,
    )
    _keep_files(locked, case, now)
    close_chat(chat=locked, case=case, actor=actor, now=now)
    return case


def tell_who_answers(*, chat: int) -> None:
    """A mail to the association: somebody waits for an answer by mail. Without a word of what was said."""
    waiting = Chat.objects.select_related("organization").filter(pk=chat, state=State.MAIL).first()
    if waiting is None:
        return
    recipient = waiting.organization.email if waiting.organization else settings.CONBILLET_OPERATOR["email"]
    _queue("chat_waiting", waiting, recipient=recipient, about=waiting.reference, language="da", now=waiting.last_at)


def mail_answer(*, message: int) -> None:
    """What an agent said, as a mail to the address that was left."""
    said = ChatMessage.objects.select_related("chat").filter(pk=message).first()
    if said is not None and said.chat.email:
        chat = said.chat
        _queue("chat_answer", chat, recipient=chat.email, about=str(said.pk), language=chat.language, now=said.at)


def _queue(kind: str, chat: Chat, *, recipient: str, about: str, language: str, now: datetime) -> None:
    # Of the platform, as all mails about what people write are: an office must not read who else was written to.
    queue_mail(
        kind=kind,
        key=f"{kind}/{about}",
        recipient=recipient,
        language=language,
        about=about,
        organization_id=None,
        person_id=chat.person_id if recipient == chat.email else None,
        now=now,
    )


def _whom(chat: Chat) -> str:
    return chat.organization.name if chat.organization else "ConBillet"


def _keep_files(chat: Chat, case: Case, now: datetime) -> None:
    """The files go with it; they were drawn anew when they came."""
    for number, file in enumerate(ChatFile.objects.filter(chat=chat).select_related("chat").order_by("id"), start=1):
        try:
            content = opened_file(file)
        except KeyProblem:
            continue
        CaseAttachment.objects.create(
            reference=new_reference(16),
            case=case,
            title=f"chat-{number}",
            kind=file.kind,
            content=content,
            size=file.size,
            at=now,
        )
