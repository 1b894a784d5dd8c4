"""Who did what: the association's own part of the audit log."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.core.models import AuditEntry
from conbillet.organizations.access import Standing
from conbillet.organizations.models import RoleKind, StaffMember
from conbillet.organizations.permissions import Permission
from conbillet.web.log_texts import GROUPS, actions_of, lines_of
from conbillet.web.pages import office_page

from ..paging import page_of

DAYS = {"7": 7, "30": 30, "365": 365}


@require_safe
@office_page(Permission.SEE_LOG)
def log(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The log, the newest first; by who, by what, by how long ago. Names are those of people who work here, no others."""
    staff = list(StaffMember.objects.filter(organization=standing.organization).order_by("name"))
    entries = AuditEntry.objects.filter(organization=standing.organization).order_by("-id")
    chosen = {name: request.GET.get(name, "") for name in ("who", "what", "days")}
    member = next((member for member in staff if str(member.pk) == chosen["who"]), None)
    if member:
        entries = entries.filter(actor_id=member.person_id)
    if chosen["what"] in GROUPS:
        entries = entries.filter(action__in=actions_of(chosen["what"]))
    if chosen["days"] in DAYS:
        entries = entries.filter(at__gte=clock.now() - timedelta(days=DAYS[chosen["days"]]))
    page = page_of(entries.defer("payload"), request.GET.get("page", "1"))
    names = {member.person_id: (member.name, str(RoleKind(member.kind).label)) for member in staff}
    context = {
        "page": page,
        "lines": lines_of(page, names=names),
        "staff": staff,
        "groups": [(name, label) for name, (label, _actions) in GROUPS.items() if name != "desk"],
        "periods": [("7", _("The last week")), ("30", _("The last month")), ("365", _("The last year"))],
        "chosen": chosen,
        "narrowed": any(chosen.values()),
    }
    return render(request, "office/log.html", context)
