"""Receipts of an accounting year, one as PDF, and the ledger as a file."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conbillet.core import clock
from conbillet.core.spreadsheets import Amount, csv_lines, kroner, safe_cell
from conbillet.organizations.accounting import accounting_year, accounting_year_of
from conbillet.payments.models import LedgerEntry
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.fold_figures import fold_figures
from conbillet.sales.figures import Issued
from conbillet.sales.models import Receipt, ReceiptsOnDay
from conbillet.workflows.refunds import refund_lines
from tests.login import log_in
from tests.purchases import paid_order

from .test_orders import text_of

pytestmark = pytest.mark.django_db

RECEIPTS = "/office/alea/receipts/"


@pytest.fixture(autouse=True)
def today(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))


@pytest.fixture
def owner(client, world) -> Client:
    return log_in(client, world.owner)


@pytest.fixture
def order(world, now):
    order = paid_order(world, now, Wish(world.adult.pk, 2), Wish(world.membership.pk, 1))
    refund_lines(
        order=order,
        lines=list(order.lines.all())[:1],
        reason="requested",
        actor=world.actor(world.owner),
        now=now + timedelta(minutes=1),
    )
    return order


def journal_of(client: Client, year: int = 2026, **query) -> list[list[str]]:
    answer = client.get(f"{RECEIPTS}journal-{year}.csv", query)
    assert answer.status_code == 200 and answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


class TestList:
    def test_numbers_kinds_and_sums(self, owner, order):
        page = owner.get(RECEIPTS)
        assert [receipt.number for receipt in page.context["page"]] == [2, 1]
        assert page.context["totals"] == Issued(count=2, sold=75000, returned=-27500, vat=0)
        assert {str(label): amount for label, amount in page.context["accounts"]}["Kontingent"] == 7500
        assert "Kreditnota" in text_of(page)

    def test_sums_are_those_of_days_and_of_what_is_not_counted_yet(self, owner, order, world, now):
        """One sum for each day and kind, however many receipts; what came since is added from a small index."""
        before = owner.get(RECEIPTS).context["totals"]
        fold_figures()
        assert not Receipt.objects.filter(counted=False).exists() and ReceiptsOnDay.objects.count() == 2
        assert owner.get(RECEIPTS).context["totals"] == before
        ReceiptsOnDay.objects.update(vouchers=7)  # the twin: it is these rows that are read, not the receipts
        assert owner.get(RECEIPTS).context["totals"].count == 14
        paid_order(world, now, Wish(world.adult.pk, 1))
        assert owner.get(RECEIPTS).context["totals"].count == 15

    def test_an_empty_year_says_so(self, owner, world):
        assert "Ingen kvitteringer i dette år" in text_of(owner.get(RECEIPTS))

    def test_years_as_the_association_counts_them(self, owner, world, order):
        world.organization.accounting_year_start_month = 7
        world.organization.save()
        Receipt.objects.filter(number=1).update(issued_at=datetime(2025, 6, 30, 21, 59, tzinfo=UTC))
        page = owner.get(RECEIPTS)
        assert [year.label for year in page.context["years"]] == ["2025/26", "2024/25"]
        assert [receipt.number for receipt in page.context["page"]] == [2]
        assert [receipt.number for receipt in owner.get(RECEIPTS, {"year": "2024"}).context["page"]] == [1]
        assert owner.get(RECEIPTS, {"year": "1066"}).context["year"].label == "2025/26"

    def test_queries_do_not_grow(self, owner, world, order, now):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                owner.get(RECEIPTS)
            return len(captured)

        owner.get(RECEIPTS)
        few = queries()
        receipt = Receipt.objects.get(number=1)
        for number in range(3, 60):
            receipt.pk, receipt.number, receipt._state.adding = None, number, True
            receipt.save()
        assert queries() == few


class TestPDF:
    @pytest.mark.asvs("5.4.1", "5.4.2")
    def test_a_receipt(self, owner, order):
        answer = owner.get(f"{RECEIPTS}1.pdf")
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert answer["Content-Disposition"] == 'inline; filename="kvittering-1.pdf"'

    def test_a_credit_note(self, owner, order):
        assert "kreditnota-2.pdf" in owner.get(f"{RECEIPTS}2.pdf")["Content-Disposition"]

    def test_numbers_of_others_are_not_found(self, client, world, order):
        assert log_in(client, world.owner).get(f"{RECEIPTS}3.pdf").status_code == 404
        client.logout()
        assert log_in(client, world.stranger).get("/office/hyggecon/receipts/1.pdf").status_code == 404


class TestJournal:
    def test_every_entry_once_and_balanced(self, owner, order):
        heading, *rows = journal_of(owner)
        assert heading[:3] == ["Dato", "Kvittering", "Transaktion"]
        assert len(rows) == LedgerEntry.objects.count()
        debit, credit = (sum(round(float(row[at].replace(",", ".")) * 100) for row in rows if row[at]) for at in (6, 7))
        assert debit == credit == 75000 + 27500
        assert {(row[1], row[3]) for row in rows} == {("1", "Betalt"), ("2", "Tilbagebetaling bestilt")}
        assert ["2026-03-01", "dues", "Kontingent", "", "75,00"] in [[row[0], *row[4:8]] for row in rows]

    def test_no_buyer_in_it(self, owner, order):
        assert "Lund" not in str(journal_of(owner))

    def test_names_that_are_formulas(self, owner, world, order):
        world.event.name = '=HYPERLINK("http://evil")'
        world.event.save()
        assert {row[-1] for row in journal_of(owner)[1:]} == {'\'=HYPERLINK("http://evil")'}

    def test_an_association_reads_its_own(self, client, world, order):
        assert len(journal_of(log_in(client, world.owner))) > 1
        client.logout()
        client = log_in(client, world.stranger)
        assert client.get(f"{RECEIPTS}journal-2026.csv").status_code == 404
        answer = client.get("/office/hyggecon/receipts/journal-2026.csv")
        assert len(b"".join(answer.streaming_content).splitlines()) == 1

    def test_streamed_as_the_office_without_the_filter(self, client, world, order, monkeypatch):
        """The rows of others stay hidden by row-level security even if the export forgets its filter."""
        from conbillet.workflows import journal

        real = LedgerEntry.objects.filter
        monkeypatch.setattr(
            journal.LedgerEntry.objects,
            "filter",
            lambda **rest: real(**{k: v for k, v in rest.items() if k != "organization_id"}),
        )
        answer = log_in(client, world.stranger).get("/office/hyggecon/receipts/journal-2026.csv")
        assert len(b"".join(answer.streaming_content).splitlines()) == 1

    @pytest.mark.asvs("5.4.1")
    @pytest.mark.parametrize("year", ["1999", "2027", "99999"])
    def test_years_that_are_none(self, owner, world, year):
        assert owner.get(f"{RECEIPTS}journal-{year}.csv").status_code == 404

    def test_queries_grow_by_the_thousand_only(self, owner, world, order):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                journal_of(owner)
            return len(captured)

        queries()
        few = queries()
        entry = LedgerEntry.objects.order_by("pk").first()
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                organization_id=entry.organization_id, transaction=entry.transaction, account=account, amount=sign, payment_id=entry.payment_id,
                about=entry.about, key=f"other:{number}", posted_at=entry.posted_at,
            )
            for number in range(100)
            for account, sign in (("sales", -1), ("provider", 1))
        )  # fmt: skip
        assert queries() == few

    def test_in_english(self, owner, order):
        assert journal_of(owner, lang="en")[0][0] == "Date"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "  @SUM(A1)", "＝1"])
def test_cells_that_could_be_formulas(text):
    assert safe_cell(text) == f"'{text}"


def test_cells_that_are_none():
    assert [safe_cell(value) for value in ("Åse", "a=b", "", None, 12, -12, date(2026, 3, 1))] == [
        "Åse",
        "a=b",
        "",
        "",
        "12",
        "-12",
        "2026-03-01",
    ]
    assert "".join(csv_lines([["a;b", Amount(kroner(-5))], ["x", 1]])) == '\ufeff"a;b";-0,05\r\nx;1\r\n'


@pytest.mark.parametrize(("amount", "text"), [(0, "0,00"), (5, "0,05"), (-123450, "-1234,50"), (100, "1,00")])
def test_kroner(amount, text):
    assert kroner(amount) == text


def test_accounting_years(world):
    organization = world.organization
    organization.accounting_year_start_month = 7
    assert accounting_year_of(organization=organization, day=date(2026, 6, 30)).label == "2025/26"
    year = accounting_year_of(organization=organization, day=date(2026, 7, 1))
    assert (year.label, year.first, year.last) == ("2026/27", date(2026, 7, 1), date(2027, 6, 30))
    assert year.ends_at == accounting_year(organization=organization, number=2027).begins_at
    organization.accounting_year_start_month = 1
    assert accounting_year_of(organization=organization, day=date(2026, 12, 31)).label == "2026"
