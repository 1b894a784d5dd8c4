"""Forget whom an association once invited."""

from datetime import datetime, timedelta

from django.db.models import Q

from ..models import Invitation

# The retention rule `invitation` of the data map.
KEPT_FOR = timedelta(days=30)


def forget_invitations(*, now: datetime) -> int:
    """Delete invitations 30 days after they were answered, withdrawn or ran out; returns how many."""
    past = now - KEPT_FOR
    done = Q(accepted_at__lt=past) | Q(withdrawn_at__lt=past) | Q(expires_at__lt=past)
    return Invitation.objects.filter(done).delete()[0]
