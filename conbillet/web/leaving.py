"""The page on which an association leaves, the same for its owner in the office and for an officer at the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conbillet.core import clock
from conbillet.core.actor import Actor
from conbillet.organizations.models import Organization
from conbillet.privacy.actions.ask_to_leave import AT_LEAST, CannotLeave, current_departure, stay_after_all
from conbillet.privacy.actions.hand_over_records import NothingToHandOver, hand_over_records
from conbillet.privacy.departure import PackageChanged, holdings, obstacles
from conbillet.privacy.erasure.words import OTHER_THING
from conbillet.web.fields import DayField
from conbillet.workflows.departures import leave, thing

Render = Callable[[dict[str, Any], int], HttpResponse]


class LeaveForm(forms.Form):
    """The day, and that it is meant. Staff write why, where no owner agrees."""

    delete_on = DayField(label=gettext_lazy("On which day is everything to be deleted?"))
    reason = forms.CharField(
        label=gettext_lazy("Why, and who of the association said so?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sure = forms.BooleanField(
        label=gettext_lazy(
            "I know that everything of the association is deleted here, and that this cannot be undone."
        ),
        error_messages={"required": gettext_lazy("Tick this, so that nothing is deleted by accident.")},
    )

    def __init__(self, *args: Any, by_owner: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if by_owner:
            del self.fields["reason"]


def leaving(
    request: HttpRequest, *, organization: Organization, actor: Actor, by_owner: bool, render: Render
) -> HttpResponse:
    """What there is, what stands in the way, and agreeing, fetching the package, or taking it back."""
    now, what = clock.now(), request.POST.get("do", "")
    day = clock.copenhagen_day(now) + AT_LEAST + timedelta(days=16)
    form = LeaveForm(request.POST if what == "leave" else None, by_owner=by_owner, initial={"delete_on": day})
    under_way = current_departure(organization)
    if what == "leave" and form.is_valid():
        try:
            leave(
                organization=organization, delete_on=form.cleaned_data["delete_on"],
                reason=form.cleaned_data.get("reason", ""), actor=actor, now=now,
            )  # fmt: skip
        except CannotLeave as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("It is agreed. Fetch the records before the day."))
            return redirect(request.path)
    elif what == "package" and under_way is not None:
        try:
            plain = hand_over_records(departure=under_way, actor=actor, now=now)
        except (NothingToHandOver, FileNotFoundError, PackageChanged):
            messages.error(request, _("The file is gone, or it is not the one that was sealed. Its hash is kept here."))
            return redirect(request.path)
        name = f'attachment; filename="conbillet-{organization.slug}.zip"'
        return HttpResponse(plain, content_type="application/zip", headers={"Content-Disposition": name})
    elif what == "stay" and under_way is not None:
        try:
            stay_after_all(departure=under_way, actor=actor, now=now)
            messages.success(request, _("It is taken back. Nothing is deleted."))
        except CannotLeave as refusal:
            messages.error(request, str(refusal.message))
        return redirect(request.path)
    rows: dict[str, int] = {}
    for one in holdings(organization):
        rows[thing(one.table)] = rows.get(thing(one.table), 0) + one.count
    context = {
        "form": form,
        "departure": under_way,
        "obstacles": obstacles(organization, now=now),
        "rows": sorted(rows.items(), key=lambda row: (row[0] == OTHER_THING, row[0])),
        "leaving": organization,
        "by_owner": by_owner,
    }
    return render(context, 422 if what == "leave" else 200)
