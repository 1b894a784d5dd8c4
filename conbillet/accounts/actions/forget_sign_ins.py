"""Forget where people were signed in, when its time has passed."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

# The retention rule `sign_in` of the data map.
KEPT_FOR = timedelta(days=180)


@transaction.atomic
def forget_sign_ins(*, now: datetime) -> int:
    """Delete sessions that have run out, and every device and address noted more than 180 days ago; returns how many.

    A session as old as that ends with its note: what is signed in is always on the person's list.
    """
    Session.objects.filter(expire_date__lt=now).delete()
    old = UserSession.objects.filter(last_seen_at__lt=now - KEPT_FOR)
    Session.objects.filter(session_key__in=old.values("session_key")).delete()
    return old.delete()[0]
