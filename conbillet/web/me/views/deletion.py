"""Being deleted: every effect first, then at once, then a receipt that needs no account."""

from typing import Any

from django import forms
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.core import clock
from conbillet.privacy.erasure.erase import CannotErase
from conbillet.privacy.erasure.summary import last_day, lines_of, summary
from conbillet.privacy.reach import subject_of
from conbillet.web.limits import limit_posts
from conbillet.workflows.erasure import erase_myself, get_erasure, preview_erasure

from ..fresh import fresh_sign_in_required


class DeleteForm(forms.Form):
    """What is to become of live tickets, and that the person means it."""

    tickets = forms.ChoiceField(
        label=_("What is to become of your tickets?"),
        choices=[
            ("keep", _("They still let in whoever shows them, without a name. Save them first.")),
            ("void", _("They become invalid. Nothing is paid back.")),
        ],
        initial="keep",
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be undone"),
        error_messages={"required": _("Tick this, so that nobody is deleted by accident.")},
    )

    def __init__(self, *args: Any, has_tickets: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if not has_tickets:
            del self.fields["tickets"]


@never_cache
@require_http_methods(["GET", "POST"])
@fresh_sign_in_required
@limit_posts("delete account", amount=10, seconds=3600)
def delete(request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    now = clock.now()
    preview = preview_erasure(subject=subject_of(account.person), now=now)
    form = DeleteForm(request.POST or None, has_tickets=bool(preview.live_tickets))
    refusal = preview.refusal
    if form.is_bound and not refusal and form.is_valid():
        try:
            erasure = erase_myself(
                person=account.person, void_tickets=form.cleaned_data.get("tickets") == "void", now=now
            )
        except CannotErase as reason:  # somebody else left the association in this very moment
            refusal = reason.message
        else:
            logout(request)
            return redirect("me:erased", reference=erasure.reference, access_key=erasure.access_key)
    context = {
        "section": "data",
        "form": form,
        "preview": preview,
        "refusal": refusal,
        "holders": summary(preview.plan.lines),
        "last_day": last_day(preview.plan.lines),
    }
    return render(request, "me/delete.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
def erased(request: HttpRequest, reference: str, access_key: str) -> HttpResponse:
    """The receipt. Its address is the secret; there is no account any more that could log in."""
    erasure = get_erasure(reference=reference, access_key=access_key)
    if erasure is None:
        raise Http404
    lines = lines_of(erasure)
    context = {"erasure": erasure, "holders": summary(lines), "last_day": last_day(lines), "section": "data"}
    return render(request, "me/erased.html", context)
