"""The only way by which an office page obtains a membership type: from the standing of the actor."""

from conbillet.organizations.access import NotFound, Standing

from .models import MembershipType


def get_membership_type(*, standing: Standing, number: int) -> MembershipType:
    """One of the association's own; NotFound for any other."""
    found = MembershipType.objects.filter(organization=standing.organization, pk=number).first()
    if found is None:
        raise NotFound
    return found
