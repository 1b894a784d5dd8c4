"""What an association wrote, made safe: one line for the subject, Markdown for the text, and plain text of it."""

import re
from functools import lru_cache

from django.utils.safestring import SafeString

from conbillet.catalogue.markdown import render_markdown
from conbillet.mail.html_text import text_of_html

LONGEST_SUBJECT = 150
# Characters that turn the direction of what follows, or cannot be seen: in a subject they make one name look like another.
_UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_HREF = re.compile(r'<a href="([^"]*)"')
_WHOLE = re.compile(r"(https?://[^/\s]+|mailto:.+|tel:.+)", re.IGNORECASE)
# A link whose words are its address says it once.
_TWICE = re.compile(r"(\S+) <\1>")


def one_line(text: str) -> str:
    """Text for a header: one line, nothing invisible. Letters of any script stay, right-to-left ones included."""
    return " ".join(_UNSEEN.sub(" ", text).split())


@lru_cache(maxsize=32)
def html_of(text: str) -> SafeString:
    """The text as HTML without anything that loads from elsewhere: no pictures, no styles, no scripts."""
    return render_markdown(text, keep_lines=True)


@lru_cache(maxsize=32)
def text_of(text: str) -> str:
    """The same as plain text, with each link's own address behind its words."""
    return _TWICE.sub(r"\1", text_of_html(html_of(text)))


def lost_links(text: str) -> list[str]:
    """Links that lead nowhere from a mail, because they do not say to which site."""
    return [one for one in _HREF.findall(html_of(text)) if not _WHOLE.match(one)]
