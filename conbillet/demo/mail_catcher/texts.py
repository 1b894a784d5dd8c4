"""What the pages say, in Danish and English. A test keeps the two complete."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Mails i demoen", "Mails of the demo"),
    "banner": ("Mailfanger", "Mail catcher"),
    "banner_more": ("Ingen mail forlader denne maskine.", "No mail leaves this machine."),
    "other_lang": ("English", "Dansk"),
    "search": ("Modtager", "Recipient"),
    "find": ("Find", "Find"),
    "refresh": ("Hent nye", "Look for new"),
    "delete_all": ("Slet alle", "Delete all"),
    "delete": ("Slet", "Delete"),
    "none": (
        "Ingen mails endnu. De kommer, når butikken sender nogen.",
        "No mails yet. They come when the shop sends some.",
    ),
    "none_found": ("Ingen mails til den modtager.", "No mails to that recipient."),
    "to": ("Til", "To"),
    "from": ("Fra", "From"),
    "subject": ("Emne", "Subject"),
    "time": ("Tid", "Time"),
    "no_subject": ("(uden emne)", "(no subject)"),
    "back": ("Alle mails", "All mails"),
    "html": ("Som den ser ud", "As it looks"),
    "text": ("Som ren tekst", "As plain text"),
    "links": ("Links", "Links"),
    "attachments": ("Vedhæftede filer", "Attachments"),
    "headers": ("Hoveder", "Headers"),
    "raw": ("Hele mailen (.eml)", "The whole mail (.eml)"),
    "unknown": ("Mailen findes ikke længere.", "The mail is no longer there."),
    "more": ("Kun de nyeste vises. Søg for at finde ældre.", "Only the newest are shown. Search to find older ones."),
}


def text(key: str, lang: str) -> str:
    """The text for `key` in `da` or `en`."""
    danish, english = TEXTS[key]
    return danish if lang == "da" else english
