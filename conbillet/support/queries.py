"""Reads of the desk. Lists show no names and no texts: those are for whoever opens a case, and that is recorded."""

from django.db.models import QuerySet

from .models import Case


def open_cases() -> QuerySet[Case]:
    """Cases that wait for us, the most urgent first."""
    return (
        Case.objects.select_related("organization", "event").exclude(state=Case.State.CLOSED).order_by("due_on", "id")
    )


def closed_cases() -> QuerySet[Case]:
    return Case.objects.select_related("organization", "event").filter(state=Case.State.CLOSED).order_by("-closed_at")
