"""What one can be a member of: the list, a new type, a change, and no longer on offer."""

from django.contrib import messages
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conbillet.catalogue.actions.change_sold_membership import change_sold_membership
from conbillet.catalogue.actions.open_membership_sale import open_membership_sale, sale_of
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.models import Event, Price, Product
from conbillet.catalogue.warnings import DUF_LEAST_DUES
from conbillet.core import clock
from conbillet.memberships.access import get_membership_type
from conbillet.memberships.actions.add_membership_type import add_membership_type
from conbillet.memberships.actions.offer_membership_type import offer_membership_type
from conbillet.memberships.models import MembershipType
from conbillet.memberships.periods import always_inside_one_year
from conbillet.memberships.queries import offered_types
from conbillet.memberships.type_values import BadMembershipType
from conbillet.organizations.access import NotFound, Standing
from conbillet.organizations.permissions import Permission
from conbillet.web.pages import office_page

from ..membership_forms import MembershipTypeForm, SaleForm, values_of


@require_safe
@office_page(Permission.EDIT_CATALOGUE)
def types(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Every type with its period, its members of today, and how many products sell it."""
    return _list(request, standing, SaleForm(types=_on_offer(standing)))


def _list(request: HttpRequest, standing: Standing, form: SaleForm) -> HttpResponse:
    own = standing.organization.pk
    found = offered_types(organization_id=own, on=clock.copenhagen_day(clock.now()))
    selling = dict(
        Product.objects.filter(organization_id=own, membership_type__isnull=False, is_offered=True)
        .exclude(event__state__in=[Event.State.CANCELLED, Event.State.CLOSED])
        .values_list("membership_type")
        .annotate(n=Count("pk"))
    )
    cheap = dict(
        Price.objects.filter(
            organization_id=own,
            product__membership_type__isnull=False,
            product__is_offered=True,
            audience=Price.Audience.ORDINARY,
            amount__lt=DUF_LEAST_DUES,
        )
        .exclude(product__event__state__in=[Event.State.CANCELLED, Event.State.CLOSED])
        .values_list("product__membership_type")
        .annotate(least=Min("amount"))
    )
    rows = [(one, always_inside_one_year(one), selling.get(one.pk, 0), cheap.get(one.pk)) for one in found]
    context = {"rows": rows, "form": form, "sale": _sale(standing), "year": clock.copenhagen_day(clock.now()).year}
    return render(request, "office/members/types.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@office_page(Permission.EDIT_CATALOGUE)
def new(request: HttpRequest, standing: Standing) -> HttpResponse:
    form = MembershipTypeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_membership_type(
                organization=standing.organization, actor=standing.actor, now=clock.now(), **form.cleaned_data
            )
        except BadMembershipType as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Added. Now a product can sell it."))
            return _to_types(standing)
    return render(request, "office/members/type.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@office_page(Permission.EDIT_CATALOGUE)
def edit(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    """Other names, another period: for those who buy it from now on."""
    found = _found(standing, number)
    form = MembershipTypeForm(request.POST or None, initial=values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            change_sold_membership(membership_type=found, actor=standing.actor, now=clock.now(), **form.cleaned_data)
        except BadMembershipType as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return _to_types(standing)
    context = {"form": form, "type": found}
    return render(request, "office/members/type.html", context, status=422 if form.is_bound else 200)


@require_POST
@office_page(Permission.EDIT_CATALOGUE)
def offer(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    """`again` in the form offers it again; without it, it is no longer on offer."""
    again = "again" in request.POST
    found = _found(standing, number)
    offer_membership_type(membership_type=found, offered=again, actor=standing.actor, now=clock.now())
    messages.success(request, _("It is on offer again.") if again else _("It is no longer on offer."))
    return _to_types(standing)


@require_POST
@office_page(Permission.EDIT_CATALOGUE)
def sell(request: HttpRequest, standing: Standing) -> HttpResponse:
    """Sell this year's memberships without an event; from then on each year follows by itself."""
    form = SaleForm(request.POST, types=_on_offer(standing))
    if form.is_valid():
        now = clock.now()
        try:
            open_membership_sale(
                organization=standing.organization, year=clock.copenhagen_day(now).year, offers=form.offers(),
                actor=standing.actor, now=now,
            )  # fmt: skip
        except CannotChange as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The memberships are for sale."))
            return _to_types(standing)
    return _list(request, standing, form)


def _on_offer(standing: Standing) -> list[MembershipType]:
    return list(MembershipType.objects.filter(organization=standing.organization, is_offered=True).order_by("pk"))


def _sale(standing: Standing) -> Event | None:
    return sale_of(organization_id=standing.organization.pk, year=clock.copenhagen_day(clock.now()).year)


def _found(standing: Standing, number: int) -> MembershipType:
    try:
        return get_membership_type(standing=standing, number=number)
    except NotFound:
        raise Http404 from None


def _to_types(standing: Standing) -> HttpResponse:
    return redirect("office:membership_types", organization=standing.organization.slug)
