"""What people write to us: cases with a deadline, the mails they come by, and conversations as they happen."""

from .cases import RIGHTS, Case, CaseAttachment, CaseNote, Inbox, ReceivedMail
from .chats import AgentPresence, CannedAnswer, Chat, ChatFile, ChatMessage, queue_topic

__all__ = [
    "RIGHTS",
    "AgentPresence",
    "CannedAnswer",
    "Case",
    "CaseAttachment",
    "CaseNote",
    "Chat",
    "ChatFile",
    "ChatMessage",
    "Inbox",
    "ReceivedMail",
    "queue_topic",
]
