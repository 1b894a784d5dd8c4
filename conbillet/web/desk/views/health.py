"""How the house is, and failed jobs that may run again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conbillet.core import clock
from conbillet.workflows.health import house_health, retry_job

from ..pages import Staff, desk, desk_page


@require_safe
@desk_page
def health(request: HttpRequest, staff: Staff) -> HttpResponse:
    now = clock.now()
    found = house_health(now=now)
    context = {
        "health": found,
        "age_seconds": int(found.queue_age(now).total_seconds()),
        "is_late": found.is_late(now),
        "now": now,
    }
    return desk(request, "desk/health.html", context)


@require_POST
@desk_page
def retry(request: HttpRequest, staff: Staff, job: int) -> HttpResponse:
    """Let one failed job run again. Handlers are idempotent, so a job that had done its work does no harm."""
    if retry_job(job=job, actor=staff.actor, now=clock.now()):
        messages.success(request, _("The job runs again."))
    else:
        messages.info(request, _("That job has not failed, or is gone."))
    return redirect("desk:health")
