"""The link in a mail about a membership that ends: no more of them, without an account and without a cookie."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conbillet.core import clock
from conbillet.core.actor import ANONYMOUS
from conbillet.memberships.actions.stop_reminders import stop_reminders
from conbillet.memberships.reminders import member_of_token
from conbillet.web.limits import limit_posts
from conbillet.web.tokenless import without_token


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("reminders", amount=30, seconds=3600)
@without_token
def no_reminders(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, since mail programs look, too; the button does. Says nothing about the member."""
    member = member_of_token(token)
    if member is None:
        raise Http404
    if request.method == "POST":
        stop_reminders(member=member, wanted="again" in request.POST, actor=ANONYMOUS, now=clock.now())
        member.refresh_from_db(fields=["wants_reminders"])
    context = {"association": member.organization, "wanted": member.wants_reminders}
    return render(request, "site/no_reminders.html", context)
