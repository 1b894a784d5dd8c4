"""Receipts of an accounting year, one of them as PDF, and the ledger as a file for the bookkeeping."""

from collections.abc import Iterator
from typing import cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conbillet.core import clock
from conbillet.core.clock import copenhagen_day
from conbillet.core.spreadsheets import csv_lines
from conbillet.core.tenancy import acting_for
from conbillet.organizations.access import Standing
from conbillet.organizations.accounting import AccountingYear, accounting_year, accounting_year_of
from conbillet.organizations.permissions import Permission
from conbillet.payments.models import LedgerAccount
from conbillet.sales.figures import booked_by_account, issued_between
from conbillet.sales.models import Receipt
from conbillet.web.pages import office_page
from conbillet.workflows.documents import receipt_pdf
from conbillet.workflows.journal import journal_rows

from ..paging import page_of

OLDEST_YEAR = 2000


@require_safe
@office_page(Permission.SEE_MONEY)
def receipts(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The receipts and credit notes of an accounting year, the newest first, and what was booked in it."""
    organization = standing.organization
    years = _years(standing)
    year = next((year for year in years if str(year.number) == request.GET.get("year")), years[0])
    found = Receipt.objects.filter(organization=organization, issued_at__gte=year.begins_at, issued_at__lt=year.ends_at)
    totals = issued_between(organization_id=organization.pk, first=year.first, last=year.last)
    booked = booked_by_account(organization_id=organization.pk, first=year.first, last=year.last)
    context = {
        "years": years,
        "year": year,
        "page": page_of(found.select_related("order__event").order_by("-number"), request.GET.get("page", "1")),
        "totals": totals,
        # Income is credited, so its sign is turned for people: what came in is positive everywhere.
        "accounts": [
            (account.label, -booked[account] if account in _INCOME else booked[account])
            for account in LedgerAccount
            if booked.get(account)
        ],
    }
    return render(request, "office/orders/receipts.html", context)


_INCOME = {LedgerAccount.SALES, LedgerAccount.DUES, LedgerAccount.DONATIONS, LedgerAccount.VAT, LedgerAccount.PLATFORM_FEE}


def _years(standing: Standing) -> list[AccountingYear]:
    """The accounting years from the first receipt to today, the newest first."""
    organization = standing.organization
    now = accounting_year_of(organization=organization, day=copenhagen_day(clock.now()))
    first = Receipt.objects.filter(organization=organization).order_by("number").values_list("issued_at", flat=True).first()
    oldest = accounting_year_of(organization=organization, day=copenhagen_day(first)).number if first else now.number
    return [accounting_year(organization=organization, number=number) for number in range(now.number, oldest - 1, -1)]


@require_safe
@office_page(Permission.SEE_OFFICE)
def receipt(request: HttpRequest, standing: Standing, number: int) -> HttpResponse:
    """One receipt or credit note as PDF, in the language of its buyer."""
    found = (
        Receipt.objects.select_related("order__event").filter(organization=standing.organization, number=number).first()
    )
    if found is None:
        raise Http404
    content = receipt_pdf(
        receipt=found, order=found.order, event=found.order.event, organization=standing.organization, language=found.order.language
    )
    word = _("credit-note") if found.kind == Receipt.Kind.CREDIT_NOTE else _("receipt")
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{word}-{number}.pdf"', "Cache-Control": "private, no-store"},
    )


@require_safe
@office_page(Permission.SEE_MONEY)
def journal(request: HttpRequest, standing: Standing, year: int) -> HttpResponse:
    """The ledger of an accounting year, streamed: it may have a million rows."""
    if not OLDEST_YEAR <= year <= copenhagen_day(clock.now()).year:
        raise Http404
    chosen = accounting_year(organization=standing.organization, number=year)
    name = f"{_('journal')}-{standing.organization.slug}-{chosen.label.replace('/', '-')}.csv"
    stream = StreamingHttpResponse(
        _stream(standing.organization.pk, chosen, get_language() or "da"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
    return cast(HttpResponse, stream)  # a cousin of HttpResponse, which middleware and decorators treat alike


def _stream(organization_id: int, year: AccountingYear, language: str) -> Iterator[str]:
    """Opens its own transaction as the role *office*: the page's has ended when the first line is written."""
    with transaction.atomic(), acting_for(organization_id), override(language):
        rows = journal_rows(organization_id=organization_id, begins_at=year.begins_at, ends_at=year.ends_at)
        yield from csv_lines(rows)
