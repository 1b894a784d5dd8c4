"""The only way by which an office page obtains what is in this room: from the standing of the actor."""

from conbillet.organizations.access import NotFound, Standing

from .models import Activity, Member, MemberDocumentation, MembershipType, OwnRuleSet


def get_membership_type(*, standing: Standing, number: int) -> MembershipType:
    """One of the association's own; NotFound for any other."""
    found = MembershipType.objects.filter(organization=standing.organization, pk=number).first()
    if found is None:
        raise NotFound
    return found


def get_member(*, standing: Standing, member_no: str) -> Member:
    """Somebody of the association's register by number; NotFound for any other."""
    found = Member.objects.filter(organization=standing.organization, member_no=member_no).exclude(member_no="").first()
    if found is None:
        raise NotFound
    return found


def get_documentation(*, standing: Standing, reference: str) -> MemberDocumentation:
    """A year's count of the association's own; NotFound for any other."""
    found = MemberDocumentation.objects.filter(organization=standing.organization, reference=reference).first()
    if found is None:
        raise NotFound
    return found


def get_own_rules(*, standing: Standing, number: int) -> OwnRuleSet:
    """A version of the association's own rules; NotFound for any other."""
    found = OwnRuleSet.objects.filter(organization=standing.organization, pk=number).first()
    if found is None:
        raise NotFound
    return found


def get_activity(*, standing: Standing, number: int) -> Activity:
    """An activity of the association's own; NotFound for any other."""
    found = Activity.objects.filter(organization=standing.organization, pk=number).first()
    if found is None:
        raise NotFound
    return found
