"""Addresses of newsletters on the web. They name issues and consents by random references, never anybody."""

from django.conf import settings

from .models import Issue

PLATFORM = "conbillet"  # stands where an association's slug would, for ConBillet's own


def archive_path(slug: str = "") -> str:
    return f"/newsletter/from/{slug or PLATFORM}/"


def issue_path(issue: Issue) -> str:
    """Where an issue can be read on the web."""
    return f"{archive_path(issue.organization.slug if issue.organization else '')}{issue.reference}/"


def subscribe_path(slug: str = "") -> str:
    return f"/newsletter/?from={slug}" if slug else "/newsletter/"


def full(path: str) -> str:
    return f"{settings.CONBILLET_BASE_URL}{path}"
