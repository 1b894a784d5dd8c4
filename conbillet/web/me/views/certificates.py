"""Child-protection certificates that associations ask their crew for: read why, say yes or no, take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from conbillet.certificates.actions.give_number import CannotGive, ConsentMissing, OtherBirthDate, decline, give_number
from conbillet.certificates.cpr import NotACprNumber
from conbillet.certificates.models import CertificateRequest
from conbillet.certificates.queries import asked_of
from conbillet.core import clock
from conbillet.web.limits import limit_posts
from conbillet.web.pages import actor_of


class NumberForm(forms.Form):
    """The number, and the consent; neither is there beforehand, and what was typed is not shown again."""

    number = forms.CharField(
        label=gettext_lazy("Your CPR number"),
        max_length=14,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code", "maxlength": "14"}
        ),
    )
    consents = forms.BooleanField(
        label=gettext_lazy("I agree that the association uses my CPR number to ask for a child-protection certificate"),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limit_posts("certificates", amount=20, seconds=600)
@sensitive_post_parameters("number")
@sensitive_variables()
def certificates(request: HttpRequest) -> HttpResponse:
    """What I was asked, by whom and why, and what became of it."""
    account: Any = request.user
    form, wrong = NumberForm(), ""
    if request.method == "POST":
        wrong = request.POST.get("request", "")
        found = asked_of(account.person_id).filter(reference=wrong).first()
        if found is None:
            raise Http404
        form = NumberForm(request.POST)
        if _answer(request, found, form):
            return redirect("me:certificates")
        form.data = {**{name: value for name, value in request.POST.items() if name != "number"}}
    context = {"found": list(asked_of(account.person_id)), "form": form, "wrong": wrong, "section": "data"}
    return render(request, "me/certificates.html", context, status=422 if request.method == "POST" else 200)


@sensitive_variables()
def _answer(request: HttpRequest, found: CertificateRequest, form: NumberForm) -> bool:
    account: Any = request.user
    values: dict[str, Any] = {"request": found, "actor": actor_of(request), "now": clock.now()}
    try:
        if request.POST.get("do") == "decline":
            decline(**values)
            messages.success(request, _("You have declined. Nothing of it is kept but your no."))
            return True
        if not form.is_valid():
            return False
        give_number(
            **values,
            typed=form.cleaned_data["number"],
            consents=form.cleaned_data["consents"],
            birth_date=account.person.birth_date,
        )
    except (NotACprNumber, OtherBirthDate) as refusal:
        form.add_error("number", str(refusal.message))
        return False
    except ConsentMissing as refusal:
        form.add_error("consents", str(refusal.message))
        return False
    except CannotGive as refusal:
        messages.error(request, str(refusal.message))
        return True
    messages.success(request, _("Thank you. Your number is kept encrypted, and deleted when it is no longer needed."))
    return True
