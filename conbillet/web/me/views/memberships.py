"""Where I am, and was, a member, and the children I act for; renewing and leaving."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.core import clock
from conbillet.core.actor import person_actor
from conbillet.memberships.actions.choose_municipality import NoSuchChoice, choose_municipality
from conbillet.memberships.actions.leave import CannotLeave
from conbillet.memberships.actions.leave_myself import leave_myself
from conbillet.workflows.my_memberships import MyMember, my_memberships


class LeaveForm(forms.Form):
    """From which day, and that the person means it."""

    on = forms.DateField(
        label=gettext_lazy("Last day as a member"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Say which day is the last."),
            "invalid": gettext_lazy("Say which day is the last."),
        },
    )

    use_required_attribute = False

    def __init__(self, *args: Any, today: date, last_day: date, **options: Any) -> None:
        options["initial"] = {"on": today}
        super().__init__(*args, **options)
        self.fields["on"].widget.attrs.update({"min": today.isoformat(), "max": last_day.isoformat()})


@require_safe
@login_required
def memberships(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    now = clock.now()
    today = clock.copenhagen_day(now)
    found = my_memberships(person=account.person, now=now)
    entries = [(one, one.is_member(today), one.can_leave(today), one.can_stay(today)) for one in found]
    context = {"section": "memberships", "entries": entries, "today": today}
    return render(request, "me/memberships.html", context)


@require_POST
@login_required
def municipality(request: HttpRequest, member: int) -> HttpResponse:
    """The answer to which municipality the person lives in."""
    account: Any = request.user
    now = clock.now()
    entry = _mine(account.person, member, now)
    try:
        choose_municipality(
            member=entry.member, code=request.POST.get("code", ""), actor=person_actor(account.person_id), now=now
        )
    except NoSuchChoice as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Thank you. The association sees it in its register."))
    return redirect("me:memberships")


@require_http_methods(["GET", "POST"])
@login_required
def leave(request: HttpRequest, member: int) -> HttpResponse:
    """First everything that will happen, then it happens. `stay` in the form takes it back while it can be."""
    account: Any = request.user
    now = clock.now()
    today = clock.copenhagen_day(now)
    entry = _mine(account.person, member, now)
    if request.method == "POST" and "stay" in request.POST and entry.can_stay(today):
        leave_myself(member=entry.member, on=None, actor=person_actor(account.person_id), now=now)
        messages.success(request, _("You stay a member."))
        return redirect("me:memberships")
    if not entry.can_leave(today) or entry.last_day is None:
        raise Http404
    form = LeaveForm(request.POST or None, today=today, last_day=entry.last_day)
    if request.method == "POST" and form.is_valid():
        try:
            leave_myself(
                member=entry.member, on=form.cleaned_data["on"], actor=person_actor(account.person_id), now=now
            )
        except CannotLeave as refusal:
            form.add_error("on", str(refusal.message))
        else:
            messages.success(request, _("Written down. The association sees it in its register."))
            return redirect("me:memberships")
    context = {
        "section": "memberships",
        "entry": entry,
        "form": form,
        "contact_goes_on": entry.contact_goes_on(today),
        "rest_goes_on": entry.rest_goes_on(today),
    }
    return render(request, "me/leave.html", context, status=422 if form.is_bound else 200)


def _mine(person: Any, member: int, now: Any) -> MyMember:
    """One of the entries that the page lists; nobody else's is found."""
    found = next((one for one in my_memberships(person=person, now=now) if one.member.pk == member), None)
    if found is None:
        raise Http404
    return found
