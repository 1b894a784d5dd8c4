"""Reads of the desk. Lists show no names and no texts: those are for whoever opens a case, and that is recorded."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from conbillet.core.references import same_secret

from .models import RIGHTS, Case

RIGHTS_NOTICE = timedelta(days=7)
NOTICE = timedelta(days=1)


def open_cases() -> QuerySet[Case]:
    """Cases that wait for us, the most urgent first."""
    return (
        Case.objects.select_related("organization", "event").exclude(state=Case.State.CLOSED).order_by("due_on", "id")
    )


def closed_cases() -> QuerySet[Case]:
    return Case.objects.select_related("organization", "event").filter(state=Case.State.CLOSED).order_by("-closed_at")


def pressing_cases(*, today: date) -> QuerySet[Case]:
    """Cases that nobody has answered and whose day is near (a week for rights, a day for the rest), or past."""
    soon = Q(kind__in=RIGHTS, due_on__lte=today + RIGHTS_NOTICE) | Q(due_on__lte=today + NOTICE)
    return Case.objects.filter(soon, state=Case.State.OPEN).order_by("due_on", "id")


def case_behind(*, reference: str, access_key: str) -> Case | None:
    """The case of somebody who has the secret link that was mailed to them."""
    case = Case.objects.filter(reference=reference).exclude(access_key="").first()
    return case if case is not None and same_secret(access_key, case.access_key) else None
