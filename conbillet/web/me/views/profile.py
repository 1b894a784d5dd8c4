"""What I say about myself."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from conbillet.accounts.actions.update_profile import Profile, update_profile
from conbillet.core import clock
from conbillet.core.postcodes import town_for
from conbillet.web import fields
from conbillet.web.pages import actor_of

from .sign_in import safe_next


class ProfileForm(forms.Form):
    """Only the name is asked of everybody; the rest is asked for again where an event needs it."""

    name = fields.PersonNameField()
    badge_name = fields.PersonNameField.badge()
    birth_date = fields.BirthDateField(required=False)
    gender = fields.GenderField(required=False)
    phone = fields.PhoneField(required=False)
    street = fields.StreetField(required=False)
    postcode = fields.PostcodeField(required=False)
    city = fields.CityField(required=False)
    country = fields.CountryField(required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of mails and pages"), choices=settings.LANGUAGES)

    def clean(self) -> None:
        fields.clean_address(self)

    def profile(self) -> Profile:
        return Profile(**self.cleaned_data)


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    person = _person(request)
    form = ProfileForm(request.POST or None, initial={name: getattr(person, name) for name in Profile.__dataclass_fields__})
    if request.method == "POST" and form.is_valid():
        wanted = form.profile()
        update_profile(person=person, profile=wanted, actor=actor_of(request), now=clock.now())
        request.session["language"] = wanted.language
        with override(wanted.language):
            messages.success(request, _("Your profile is saved."))
        return redirect(safe_next(request, "/my/profile/"))
    context = {"form": form, "section": "profile", "account": request.user, "next": safe_next(request, "")}
    return render(request, "me/profile.html", context, status=422 if form.is_bound else 200)


def _person(request: HttpRequest) -> Any:
    account: Any = request.user
    return account.person


@require_safe
@cache_control(public=True, max_age=86_400)
def postcode(request: HttpRequest, digits: str) -> JsonResponse:
    """The town of a Danish postcode, for the script that fills it in. Public, and kept by browsers for a day."""
    town = town_for(digits)
    return JsonResponse({"town": town} if town else {}, status=200 if town else 404)
