"""Who counts by a set of rules, as the register is now: everybody with the reason, narrowed down to one reason."""

from collections import Counter
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.memberships.counting.count import Counted, count, read_register
from conbillet.memberships.counting.own import rules_for
from conbillet.memberships.counting.rule_sets import NoRuleSet
from conbillet.memberships.pdf.words import largest_first, municipality_text, reason_text
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page

from ..paging import PAGE

COUNTS, NOT = "counts", "not"


@require_safe
@office_page(Permission.MEMBERS)
def counting(request: HttpRequest, standing: Standing, rules: str, year: int) -> HttpResponse:
    """Nothing is stored. `why` is a reason code, or one of the two words above."""
    this_year = clock.copenhagen_day(clock.now()).year
    try:
        asked = rules_for(organization_id=standing.organization.pk, key=rules, year=year)
    except NoRuleSet:
        raise Http404 from None
    if year > this_year:
        raise Http404
    on = day_of(request.GET.get("on", ""), year=year)
    counted = count(read_register(organization_id=standing.organization.pk, on=on), rules=asked, year=year)
    why = request.GET.get("why", "")
    reasons = Counter(one.verdict.reason for one in counted if one.verdict.reason)
    shown = [one for one in counted if _fits(one, why)]
    page = Paginator(shown, PAGE).get_page(request.GET.get("page", "1"))
    yes = sum(one.verdict.counts for one in counted)
    filters = [
        ("", _("Everybody"), len(counted)),
        (COUNTS, _("Count"), yes),
        (NOT, _("Do not count"), len(counted) - yes),
    ]
    filters += [(code, reason_text(code), number) for code, number in largest_first(reasons)]
    context = {
        "rules": asked,
        "name": asked.name(get_language()),
        "source": asked.source(get_language()),
        "year": year,
        "why": why,
        "on": on,
        "first": date(year, 1, 1),
        "last": min(clock.copenhagen_day(clock.now()), date(year + 1, 12, 31)),
        "filters": filters,
        "page": page,
        "rows": [_row(one) for one in page],
    }
    return render(request, "office/members/counting.html", context)


def day_of(text: str, *, year: int) -> date | None:
    """A past day from the beginning of the year on, or None: as the register is now."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(year, 1, 1) <= day < clock.copenhagen_day(clock.now()) else None


def _fits(one: Counted, why: str) -> bool:
    if why in ("", COUNTS, NOT):
        return not why or one.verdict.counts == (why == COUNTS)
    return one.verdict.reason == why


def _row(one: Counted) -> dict[str, Any]:
    return {
        "number": one.member_no,
        "name": one.person["name"],
        "born": one.person["birth_date"],
        "municipality": municipality_text(one.municipality),
        "counts": one.verdict.counts,
        "why": reason_text(one.verdict.reason) if one.verdict.reason else "",
    }
