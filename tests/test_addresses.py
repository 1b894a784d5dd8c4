"""No association can take an address that leads to one of our own pages."""

import re

import pytest
from django.urls import get_resolver

from conbillet.organizations.slugs import slug_refusal


def first_words(patterns, before: str = "") -> set[str]:
    """The first word of every address in the house, as far as it is fixed."""
    found = set()
    for pattern in patterns:
        text = before + str(pattern.pattern).lstrip("^")
        if "/" not in text and hasattr(pattern, "url_patterns"):
            found |= first_words(pattern.url_patterns, text)
        else:
            word = re.split(r"[/(<]", text, maxsplit=1)[0].rstrip("$")
            found.add(word.replace("\\", ""))
    return found - {""}


@pytest.mark.django_db
def test_our_own_words_are_reserved():
    words = first_words(get_resolver().url_patterns)
    assert {"accounts", "my", "office", "invitation", "postcode"} <= words
    assert [word for word in sorted(words) if re.fullmatch(r"[a-z0-9-]+", word) and not slug_refusal(word)] == []
