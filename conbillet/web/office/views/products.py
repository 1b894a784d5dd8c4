"""What an event sells: adding, changing, withdrawing and ordering products."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.catalogue.access import get_product
from conbillet.catalogue.actions.add_product import add_product
from conbillet.catalogue.actions.order_products import order_products
from conbillet.catalogue.actions.update_product import update_product
from conbillet.catalogue.actions.withdraw_product import withdraw_product
from conbillet.catalogue.changes import CannotChange
from conbillet.catalogue.membership_types import calendar_year_type
from conbillet.catalogue.models import Event, Product, ProductKind
from conbillet.catalogue.product_values import FIELDS, ProductValues, Size
from conbillet.core import clock
from conbillet.core.money import VatCode
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission

from ..event_forms import ProductForm, SizeFormSet, take_errors
from .events import event_view, to_event


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def add(request: HttpRequest, standing: Standing, event: Event, kind: str) -> HttpResponse:
    if kind not in ProductKind.values:
        raise Http404
    form = ProductForm(request.POST or None, event=event, kind=kind)
    sizes = SizeFormSet(request.POST if form.is_bound and form.has_sizes else None, prefix="sizes")
    if request.method == "POST" and _valid(form, sizes):
        now = clock.now()
        membership_type = form.cleaned_data.get("membership_type")
        if kind == ProductKind.MEMBERSHIP and membership_type is None:
            membership_type = calendar_year_type(organization=standing.organization, actor=standing.actor, now=now)
        try:
            add_product(
                event=event,
                kind=kind,
                values=_values(form, sizes),
                membership_type=membership_type,
                actor=standing.actor,
                now=now,
            )
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Added."))
            return to_event(event)
    return _page(request, event, form, sizes, label=ProductKind(kind).label)


@require_http_methods(["GET", "POST"])
@event_view(Permission.EDIT_CATALOGUE)
def edit(request: HttpRequest, standing: Standing, event: Event, product: int) -> HttpResponse:
    found = get_product(event=event, number=product)
    form = ProductForm(request.POST or None, event=event, kind=found.kind, product=found)
    sizes = SizeFormSet(
        request.POST if form.is_bound and form.has_sizes else None, prefix="sizes", initial=_sizes_of(found)
    )
    if request.method == "POST" and _valid(form, sizes):
        try:
            update_product(product=found, values=_values(form, sizes, found), actor=standing.actor, now=clock.now())
        except CannotChange as refusal:
            take_errors(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return to_event(event)
    return _page(request, event, form, sizes, label=found.get_kind_display(), product=found)


@require_POST
@event_view(Permission.EDIT_CATALOGUE)
def withdraw(request: HttpRequest, standing: Standing, event: Event, product: int) -> HttpResponse:
    found = get_product(event=event, number=product)
    withdraw_product(product=found, actor=standing.actor, now=clock.now())
    messages.success(request, _("It is no longer for sale. What was sold stays sold."))
    return to_event(event)


@require_POST
@event_view(Permission.EDIT_CATALOGUE)
def move(request: HttpRequest, standing: Standing, event: Event, product: int) -> HttpResponse:
    """One place up or down in the list (`up` or `down` in the body)."""
    ids = list(Product.objects.filter(event=event).order_by("position", "id").values_list("pk", flat=True))
    if product not in ids:
        raise Http404
    here = ids.index(product)
    there = here - 1 if "up" in request.POST else here + 1
    if 0 <= there < len(ids):
        ids[here], ids[there] = ids[there], ids[here]
        try:
            order_products(event=event, products=ids, actor=standing.actor, now=clock.now())
        except CannotChange as refusal:
            messages.error(request, refusal.message)
    response = to_event(event)
    response.headers["Location"] += "#products"
    return response


def _valid(form: ProductForm, sizes: Any) -> bool:
    fine = form.is_valid()
    if form.has_sizes and not sizes.is_valid():
        for text in sizes.non_form_errors():
            form.add_error(None, text)
        fine = False
    return fine


def _values(form: ProductForm, sizes: Any, product: Product | None = None) -> ProductValues:
    data = form.cleaned_data
    typed = {"vat_code": VatCode.NOT_REGISTERED} | {name: value for name, value in data.items() if name in FIELDS}
    rows = sizes.cleaned_data if form.has_sizes else []
    return ProductValues(
        fields=typed,
        amount=data["amount"],
        member_amount=data.get("member_amount"),
        quotas=list(data["quotas"]),
        sizes=[Size(row["name"], row["stock"], row["id"]) for row in rows if row.get("name")]
        if form.has_sizes
        else _kept_sizes(product),
    )


def _sizes_of(product: Product) -> list[dict[str, Any]]:
    return [{"id": size.id, "name": size.name, "stock": size.stock} for size in _kept_sizes(product)]


def _kept_sizes(product: Product | None) -> list[Size]:
    if product is None:
        return []
    found = []
    for variant in product.variants.all():
        stock = next((link.quota.size for link in variant.product_quotas.all()), None)
        found.append(Size(variant.name, stock, variant.pk))
    return found


def _page(
    request: HttpRequest, event: Event, form: ProductForm, sizes: Any, *, label: Any, product: Product | None = None
) -> HttpResponse:
    context = {"form": form, "sizes": sizes, "event": event, "product": product, "label": label}
    return render(request, "office/events/product.html", context, status=422 if form.is_bound else 200)
