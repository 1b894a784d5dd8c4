"""The data-processing agreement: to read for everybody in the office, to accept for an owner."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.core import clock
from conbillet.core.clock import copenhagen_day
from conbillet.organizations.access import Standing
from conbillet.organizations.actions.accept_agreement import CannotAccept, accept_agreement
from conbillet.organizations.actions.object_to_processors import CannotObject, object_to_processors
from conbillet.organizations.models import Agreement, ProcessorObjection, RoleKind, StaffMember
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page

from ..agreement_page import current_agreement, parts_of
from ..annexes import INSTRUCTION, MEASURES, OTHER_MATTERS, coming_helpers, helpers, kinds


class ObjectionForm(forms.Form):
    """Why the association does not agree to a change of sub-processors."""

    reason = forms.CharField(label=gettext_lazy("Why the association objects"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


@require_http_methods(["GET", "POST"])
@office_page(Permission.SEE_OFFICE)
def agreement(request: HttpRequest, standing: Standing) -> HttpResponse:
    now, language = clock.now(), get_language() or "da"
    version, organization = current_agreement(now), standing.organization
    refusal = ""
    today = copenhagen_day(now)
    coming, coming_rows = coming_helpers(on=today)
    form = ObjectionForm(request.POST if "object" in request.POST else None)
    if request.method == "POST" and "object" in request.POST:
        if coming is not None and form.is_valid():
            try:
                object_to_processors(
                    organization=organization, version=coming.name, reason=form.cleaned_data["reason"],
                    actor=standing.actor, now=now,
                )  # fmt: skip
            except CannotObject as why:
                form.add_error("reason", str(why))
            else:
                messages.success(request, _("The objection is written down, and we have been told. We answer before the change."))
                return redirect("office:agreement", organization=organization.slug)
    elif request.method == "POST":
        me = StaffMember.objects.filter(person_id__in=[standing.actor.person_id]).first()
        try:
            if "agree" not in request.POST:
                raise CannotAccept(_("Tick the box to say that the association accepts the agreement."))
            accept_agreement(
                organization=organization,
                version=version.name,
                text_hash=version.text_hash,
                shown_hash=request.POST.get("text_hash", ""),
                name=me.name or me.email if me else "",
                actor=standing.actor,
                now=now,
            )
        except CannotAccept as why:
            refusal = str(why)
        else:
            messages.success(request, _("The agreement is accepted. You can always read it here."))
            return redirect("office:agreement", organization=organization.slug)
    accepted = list(Agreement.objects.filter(organization=organization).order_by("-version"))
    context = {
        "version": version,
        "text": version.texts["full", language],
        "parts": parts_of(version, language),
        "kinds": kinds(),
        "helpers": helpers(on=today),
        "coming": coming,
        "coming_helpers": coming_rows,
        "objection": ProcessorObjection.objects.filter(organization=organization, version=coming.name).first() if coming else None,
        "objections": list(ProcessorObjection.objects.filter(organization=organization).order_by("-version")),
        "form": form,
        "measures": [*MEASURES, *INSTRUCTION],
        "other_matters": OTHER_MATTERS,
        "accepted": accepted,
        "is_accepted": any(row.version == version.name for row in accepted),
        "is_owner": standing.actor.role == RoleKind.OWNER,
        "refusal": refusal,
    }
    return render(request, "office/agreement.html", context, status=422 if refusal or form.is_bound else 200)
