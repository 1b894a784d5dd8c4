"""The association itself: what comes next, its details, and those who work for it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.organizations.access import Standing
from conbillet.organizations.actions.change_role import LastOwner, change_role
from conbillet.organizations.actions.create_organization import OrganizationDetails
from conbillet.organizations.actions.invite import CannotInvite, invite
from conbillet.organizations.actions.remove_role import remove_role
from conbillet.organizations.actions.update_organization import CannotUpdateOrganization, update_organization
from conbillet.organizations.actions.withdraw_invitation import withdraw_invitation
from conbillet.organizations.agreements import agreement_of
from conbillet.organizations.models import Invitation, Role, StaffMember
from conbillet.organizations.permissions import PERMISSIONS, Permission, allowed
from conbillet.payments.models import ConnectedAccount
from conbillet.web.pages import office_page

from ..forms import InviteForm, RoleForm, SettingsForm
from ..roles import ROLE_TEXTS


def next_steps(standing: Standing) -> list[dict[str, Any]]:
    """What a new association does first, and what of it is done; only what this role may do."""
    organization, role = standing.organization, standing.actor.role
    connected = ConnectedAccount.objects.filter(organization=organization).first()
    steps: list[dict[str, Any]] = [
        {"done": bool(organization.cvr and organization.street), "label": _("Say who you are: CVR number and address"), "url": _url("office:settings", organization.slug), "for": Permission.EDIT_ORGANIZATION},
        {"done": agreement_of(organization) is not None, "label": _("Accept the data-processing agreement"), "url": _url("office:agreement", organization.slug), "for": Permission.EDIT_ROLES},
        {"done": bool(connected and connected.charges_enabled), "label": _("Connect Stripe, so that buyers can pay"), "url": _url("office:payments", organization.slug), "for": Permission.SEE_MONEY},
        {"done": StaffMember.objects.count() > 1, "label": _("Invite those who help you"), "url": _url("office:roles", organization.slug), "for": Permission.EDIT_ROLES},
        {"done": Event.objects.filter(organization=organization).exists(), "label": _("Set up your first event"), "url": _url("office:events", organization.slug), "for": Permission.EDIT_CATALOGUE},
    ]  # fmt: skip
    return [step for step in steps if step["url"] and allowed(role, step["for"])]


def _url(name: str, slug: str) -> str:
    try:
        return reverse(name, kwargs={"organization": slug})
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "POST"])
@office_page(Permission.EDIT_ORGANIZATION)
def settings(request: HttpRequest, standing: Standing) -> HttpResponse:
    organization = standing.organization
    initial = {name: getattr(organization, name) for name in OrganizationDetails.__dataclass_fields__}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            update_organization(
                organization=organization, details=form.details(), actor=standing.actor, now=clock.now()
            )
        except CannotUpdateOrganization as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("office:settings", organization=organization.slug)
    return render(request, "office/settings.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@office_page(Permission.EDIT_ROLES)
def roles(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Who works here, who is invited, and a form to invite somebody."""
    form, now = InviteForm(request.POST or None), clock.now()
    if request.method == "POST" and form.is_valid():
        try:
            invite(
                organization=standing.organization, email=form.cleaned_data["email"], kind=form.cleaned_data["kind"],
                actor=standing.actor, language=get_language() or "da", now=now,
            )  # fmt: skip
        except CannotInvite as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]})
            return redirect("office:roles", organization=standing.organization.slug)
    context = {
        "form": form,
        "people": list(StaffMember.objects.order_by("name", "id")),
        "invitations": list(Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now).order_by("-created_at")),
        "me": standing.actor.person_id,
        "role_texts": ROLE_TEXTS,
    }  # fmt: skip
    return render(request, "office/roles.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@office_page(Permission.EDIT_ROLES)
def role(request: HttpRequest, standing: Standing, role: int) -> HttpResponse:
    """Another role for somebody, or none at all."""
    found = Role.objects.filter(pk=role, organization=standing.organization).first()
    member = StaffMember.objects.filter(pk=role).first()
    if found is None or member is None:
        raise Http404
    form = RoleForm(request.POST if "kind" in request.POST else None, initial={"kind": found.kind})
    refusal = ""
    try:
        if request.method == "POST" and "remove" in request.POST:
            remove_role(role=found, actor=standing.actor, now=clock.now())
            messages.success(request, _("%(name)s no longer works here.") % {"name": member.name or member.email})
            return _after(standing, found)
        if request.method == "POST" and form.is_valid():
            change_role(role=found, kind=form.cleaned_data["kind"], actor=standing.actor, now=clock.now())
            messages.success(request, _("The role is changed."))
            return _after(standing, found)
    except LastOwner as last:
        refusal = str(last)
    context = {"form": form, "member": member, "refusal": refusal}
    return render(request, "office/role.html", context, status=422 if request.method == "POST" else 200)


def _after(standing: Standing, changed: Role) -> HttpResponse:
    """Whoever has just stepped down can no longer see the list."""
    still = changed.person_id != standing.actor.person_id or Role.objects.filter(
        person_id=standing.actor.person_id, kind__in=[kind for kind, may in PERMISSIONS.items() if Permission.EDIT_ROLES in may]
    ).exists()  # fmt: skip
    return redirect("office:roles", organization=standing.organization.slug) if still else redirect("office:choose")


@require_POST
@office_page(Permission.EDIT_ROLES)
def withdraw(request: HttpRequest, standing: Standing, invitation: int) -> HttpResponse:
    found = Invitation.objects.filter(pk=invitation, organization=standing.organization).first()
    if found is None:
        raise Http404
    if withdraw_invitation(invitation=found, actor=standing.actor, now=clock.now()):
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("office:roles", organization=standing.organization.slug)
