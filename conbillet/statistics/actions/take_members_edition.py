"""Look at the members of a year that is over, once, and keep what may be shown of them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from conbillet.core.people import Held
from conbillet.organizations.models import Organization

from ..looks import Key, keep, latest, look_at, one_at_a_time
from ..models import TableEdition
from ..safety import LEAST_OFFICE, Edition
from ..snapshot import member_counts, turnover


@transaction.atomic
def take_members_edition(*, organization: Organization, year: int, left_out: Held, now: datetime) -> int:
    """Returns how many parts were kept: none where too few people changed since the year before."""
    one_at_a_time()
    editions = TableEdition.objects.filter(organization=organization)
    if editions.filter(year=year).exists():
        return 0
    taken = look_at(member_counts(organization_id=organization.pk, year=year, left_out=left_out), {})
    before = latest(editions.filter(year=year - 1))
    if before and not _safe_beside(before, taken, turnover(organization_id=organization.pk, year=year)):
        return 0
    return keep(taken, organization_id=organization.pk, year=year, now=now)


def _safe_beside(before: Mapping[Key, Edition], taken: Mapping[Key, Edition], changed: tuple[int, int]) -> bool:
    """Whether two years beside each other tell nothing of those few who joined or left.

    People grow older, so only their gender can be followed: of no gender may more have come than joined, or fewer be there
    than left, and of both at least so many remain who can be anybody.
    """
    then, now = _genders(before), _genders(taken)
    rises = [now[gender] - then[gender] for gender in now | then]
    joined, left = changed
    rose, fell = sum(rise for rise in rises if rise > 0), -sum(rise for rise in rises if rise < 0)
    return joined - rose >= LEAST_OFFICE and left - fell >= LEAST_OFFICE


def _genders(editions: Mapping[Key, Edition]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_kind, _part, least), edition in editions.items():
        if least == LEAST_OFFICE:
            found.update(edition.shown)
    return found
