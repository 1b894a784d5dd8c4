"""Who comes to an event: the list, and the same as a file. Everything about people goes through the one door."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conbillet.catalogue.models import Event, Product
from conbillet.core import clock
from conbillet.core.clock import age_on
from conbillet.core.people import Gender
from conbillet.core.tenancy import acting_for
from conbillet.core.workbooks import CONTENT_TYPE
from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission
from conbillet.privacy.actions.disclose_to_organization import disclose_to_organization
from conbillet.privacy.attendees import AttendeeFilter, find_attendees, holders_by_name
from conbillet.privacy.disclosure import Handed, Handover
from conbillet.privacy.models import Attendee, Disclosure
from conbillet.workflows.attendee_files import attendees_csv, attendees_xlsx

from ..attendee_forms import AttendeeForm
from ..paging import page_of
from .events import event_view

FILTERS = ("who", "product", "inside", "age", "sort")


@dataclass(frozen=True)
class Row:
    """A person of the list; `age` on the event's first day, `gender` in words."""

    person: Handed
    age: int | None
    gender: str


@require_http_methods(["GET", "HEAD", "POST"])
@event_view(Permission.ATTENDEES)
def attendees(request: HttpRequest, standing: Standing, event: Event) -> HttpResponse:
    """The list, a page at a time. What somebody searches for is sent by POST: names do not belong into addresses."""
    if request.method == "POST" and not request.POST.get("q", "").strip():
        kept = {name: request.POST[name] for name in FILTERS if request.POST.get(name)}
        here = reverse("office:attendees", kwargs={"organization": standing.organization.slug, "event": event.slug})
        return redirect(f"{here}?{urlencode(kept)}" if kept else here)
    data = request.POST if request.method == "POST" else request.GET
    form = _form(data, event)
    found = find_attendees(organization_id=standing.organization.pk, event=event, wanted=form.wanted())
    page = _page(standing, event, form, found, data.get("page", "1"))
    context = {
        "event": event,
        "form": form,
        "page": page,
        "rows": _rows(standing, event, form, page),
        "searching": request.method == "POST",
        "narrowed": form.narrowed,
    }
    return render(request, "office/attendees/list.html", context)


def _page(standing: Standing, event: Event, form: AttendeeForm, found: "QuerySet[Attendee]", number: str) -> "Page[Any]":
    """All holders by name are found page by page in an index, instead of sorting them all."""
    if form.wanted() != AttendeeFilter(kind=Attendee.Kind.HOLDER):
        return page_of(found, number)
    return page_of(found, number, by=partial(holders_by_name, organization_id=standing.organization.pk, event=event))


def _form(data: dict[str, str], event: Event) -> AttendeeForm:
    english = get_language() == "en"
    products = Product.objects.filter(event=event).order_by("position", "pk")
    return AttendeeForm(
        data, products=[(product, (english and product.name_en) or product.name_da) for product in products]
    )


def _rows(standing: Standing, event: Event, form: AttendeeForm, page: Sequence) -> list[Row]:  # type: ignore[type-arg]
    rows = list(page)
    if not rows:
        return []
    handover = disclose_to_organization(
        organization=standing.organization,
        event=event,
        purpose=Disclosure.Purpose.ATTENDEE_LIST,
        form="page",
        actor=standing.actor,
        now=clock.now(),
        wanted=form.wanted(),
        only=rows,
    )
    words = {str(gender): str(gender.label) for gender in Gender}
    return [
        Row(
            person,
            age_on(person.six.birth_date, event.starts_on) if person.six.birth_date else None,
            words.get(person.six.gender, ""),
        )
        for person in handover.people()
    ]


@require_POST
@event_view(Permission.ATTENDEES)
def export(request: HttpRequest, standing: Standing, event: Event, form: str) -> HttpResponse:
    """The list as it is narrowed down, as a file. By POST, since each file is a hand-over that is written down."""
    handover = disclose_to_organization(
        organization=standing.organization,
        event=event,
        purpose=Disclosure.Purpose.EXPORT,
        form=form,
        actor=standing.actor,
        now=clock.now(),
        wanted=_form(cast("dict[str, str]", request.POST), event).wanted(),
    )
    name = f"{_('attendees')}-{event.slug}-{clock.copenhagen_day(clock.now()).isoformat()}.{form}"
    stream = StreamingHttpResponse(
        _stream(handover, form, event.name, get_language() or "da"),
        content_type=CONTENT_TYPE if form == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
    return cast(HttpResponse, stream)  # a cousin of HttpResponse, which middleware and decorators treat alike


def _stream(handover: Handover, form: str, sheet: str, language: str) -> Iterator[str | bytes]:
    """Opens its own transaction as the role *office*: the page's, which wrote the hand-over down, has ended by then."""
    with transaction.atomic(), acting_for(handover.organization_id), override(language):
        yield from attendees_xlsx(handover, sheet=sheet) if form == "xlsx" else attendees_csv(handover)
