"""Who did what at the desk and on the platform itself. Associations have their own log in their office."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from conbillet.accounts.queries import staff_names
from conbillet.core.actor import ActorKind
from conbillet.core.models import AuditEntry
from conbillet.web.log_texts import GROUPS, actions_of, lines_of
from conbillet.web.office.paging import page_of

from ..pages import Staff, desk, officer_page


@require_safe
@officer_page
def log(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The platform's own entries, the newest first, by what and by whether staff did it. For those who oversee staff."""
    entries = AuditEntry.objects.filter(organization=None).order_by("-id").defer("payload")
    chosen = {name: request.GET.get(name, "") for name in ("who", "what")}
    if chosen["who"] == "staff":
        entries = entries.filter(actor_kind=ActorKind.STAFF)
    if chosen["what"] in GROUPS:
        entries = entries.filter(action__in=actions_of(chosen["what"]))
    page = page_of(entries, request.GET.get("page", "1"))
    acting = {entry.actor_id for entry in page if entry.actor_kind == ActorKind.STAFF and entry.actor_id}
    names = {person: (name, "") for person, name in staff_names(acting).items()}
    context: dict[str, Any] = {
        "page": page,
        "lines": lines_of(page, names=names),
        "groups": [(name, GROUPS[name][0]) for name in ("people", "desk", "setup")],
        "chosen": chosen,
        "at_desk": True,
    }
    return desk(request, "desk/log.html", context)
