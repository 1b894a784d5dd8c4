"""The words of a shop's address: an association's, so none of our own; below it an event's, so none of its other pages."""

from django.urls.converters import SlugConverter

from conbillet.organizations.slugs import OWN_WORDS


class AssociationConverter(SlugConverter):
    """A slug that is not a word of our own pages. It lets the shop's addresses, which are asked for most, stand first."""

    regex = rf"(?!(?:{'|'.join(sorted(OWN_WORDS))})/){SlugConverter.regex}"


class EventConverter(SlugConverter):
    """A slug that is not one of an association's own pages (`catalogue/slugs.py` gives no event such a one)."""

    regex = rf"(?!statistics/){SlugConverter.regex}"
