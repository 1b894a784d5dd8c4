"""No association can take an address that the house uses itself."""

from django.urls import URLPattern, URLResolver, get_resolver

from conbillet.organizations.models import RESERVED_SLUGS


def first_words(patterns, before: str = "") -> set[str]:
    """The fixed first word of every address of the house."""
    found = set()
    for pattern in patterns:
        route = before + str(getattr(pattern.pattern, "_route", "") or pattern.pattern.regex.pattern.lstrip("^"))
        if "/" in route or isinstance(pattern, URLPattern):
            found.add(route.split("/")[0])
        elif isinstance(pattern, URLResolver):
            found |= first_words(pattern.url_patterns, route)
    return {word for word in found if word.strip("\\Z$") and "<" not in word and "(" not in word}


def test_every_fixed_address_is_reserved():
    words = {word.rstrip("$").replace("\\", "") for word in first_words(get_resolver().url_patterns)}
    assert {"my", "office", "accounts"} <= words
    assert {word for word in words if "." not in word} - RESERVED_SLUGS == set()


def test_planted_an_address_that_is_not_reserved_is_seen():
    from django.urls import path

    assert first_words([path("surprise/<slug:x>/", lambda request: None)]) - RESERVED_SLUGS == {"surprise"}
