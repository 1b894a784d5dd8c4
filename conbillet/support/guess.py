"""What a mail is probably about, from its words: a first sorting, so that a right asked for in passing gets its month.

Somebody at the desk reads it anyway, and corrects the kind. Where nothing fits, it is a question.
"""

import re

from .models import Case

Kind = Case.Kind

# The first that fits. Danish "slet ikke" means "not at all", so the verb alone says nothing.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (
            Kind.DELETION,
            r"\bslet(te)? (mig|min|mine|alt|alle|venligst)\b|\b(blive|bliver|få) slettet\b|\bsletning\b"
            r"|ret til at blive glemt|\bdelete (me|my|all)\b|\b(be|get) deleted\b|\berase my\b|right to be forgotten",
        ),
        (
            Kind.INSIGHT,
            r"\bindsigts?(anmodning|ret)?\b|\bhvilke (oplysninger|data) (har|har i|gemmer)\b"
            r"|\b(subject access|access request|right of access)\b|\bwhat (data|information) (do )?you\b",
        ),
        (Kind.REFUND, r"\b(refunder\w*|refusion|tilbagebetal\w*|pengene tilbage|refund\w*|money back)\b"),
        (Kind.TICKET, r"\b(min|mine|my) (billet(ter)?|tickets?)\b"),
    )
)
_DANISH = {
    "og",
    "jeg",
    "ikke",
    "det",
    "er",
    "til",
    "har",
    "min",
    "mit",
    "mine",
    "kan",
    "på",
    "vil",
    "hej",
    "hilsen",
    "vi",
    "som",
    "en",
    "et",
    "den",
    "der",
    "skal",
}
_ENGLISH = {
    "and",
    "i",
    "not",
    "the",
    "is",
    "to",
    "have",
    "my",
    "can",
    "on",
    "will",
    "hello",
    "hi",
    "regards",
    "we",
    "that",
    "a",
    "an",
    "it",
    "you",
    "would",
    "please",
}


def kind_of(subject: str, text: str) -> str:
    """The kind of case that the words fit best."""
    words = f"{subject}\n{text[:2000]}"
    return next((kind for kind, pattern in _WORDS if pattern.search(words)), Kind.OTHER)


def language_of(declared: str, text: str) -> str:
    """Danish or English: as the words tell, else as the mail says, else Danish."""
    words = re.findall(r"[a-zæøå]+", text[:4000].lower())
    danish, english = (sum(word in known for word in words) for known in (_DANISH, _ENGLISH))
    if danish != english:
        return "da" if danish > english else "en"
    return "en" if declared == "en" else "da"
