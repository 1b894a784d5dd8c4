"""Which association do you want to work for? And starting a new one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.core import clock
from conbillet.organizations.actions.create_organization import CannotCreateOrganization, create_organization
from conbillet.organizations.queries import roles_of
from conbillet.organizations.slugs import proposed_slug
from conbillet.web.limits import limit_posts
from conbillet.web.pages import actor_of

from ..forms import StartForm


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    return render(request, "office/choose.html", {"roles": list(roles_of(person_id=account.person_id))})


@require_http_methods(["GET", "POST"])
@login_required
@limit_posts("start an association", amount=20, seconds=3600)
def start(request: HttpRequest) -> HttpResponse:
    """A few questions make an association; whoever answers them is its owner."""
    account: Any = request.user
    form = StartForm(request.POST or None, initial={"email": account.email})
    if request.method == "POST" and form.is_valid():
        try:
            organization = create_organization(
                slug=form.cleaned_data["slug"] or proposed_slug(form.cleaned_data["name"]),
                details=form.details(),
                owner=account.person,
                actor=actor_of(request),
                now=clock.now(),
            )
        except CannotCreateOrganization as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("%(name)s is ready. Here is what comes next.") % {"name": organization.name})
            return redirect("office:home", organization=organization.slug)
    return render(request, "office/start.html", {"form": form}, status=422 if form.is_bound else 200)
