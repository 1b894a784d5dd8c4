"""The office's pages for what an event sells: products, sizes, quotas and the picture."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from conbillet.catalogue.models import Event, Product, Quota
from conbillet.core import clock
from conbillet.organizations.models import Organization, VatStatus
from tests.cast import make_event, make_quota
from tests.login import log_in

BASE = "/office/alea/events/"
EVENT = f"{BASE}fastaval/"


@pytest.fixture(autouse=True)
def at(monkeypatch, now, settings, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: now)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(world) -> Client:
    return log_in(Client(headers={"accept-language": "en"}), world.owner)


def messages_of(response) -> str:
    return response.content.decode()


# --- Products -----------------------------------------------------------------------------------------------------------


def product_data(**changes):
    data = {"name_da": "Morgenmad", "amount": "35,50", "vat_code": "not_registered", "needs_person": "on"}
    return {**data, **changes}


def sizes_data(*rows):
    data = {"sizes-TOTAL_FORMS": len(rows), "sizes-INITIAL_FORMS": 0}
    for number, (pk, name, stock) in enumerate(rows):
        data |= {f"sizes-{number}-id": pk, f"sizes-{number}-name": name, f"sizes-{number}-stock": stock}
    return data


def test_a_product_is_added_changed_moved_and_withdrawn(world, owner):
    assert (
        owner.post(
            f"{EVENT}products/add/meal/", product_data(quotas=[world.people.pk], valid_on="2026-04-02")
        ).status_code
        == 302
    )
    product = Product.objects.get(name_da="Morgenmad")
    assert (product.prices.get().amount, product.quotas.get(), product.position) == (3550, world.people, 8)
    address = f"{EVENT}products/{product.pk}/"
    assert owner.post(address, product_data(amount="40", member_amount="30", is_offered="on")).status_code == 302
    assert {price.audience: price.amount for price in product.prices.all()} == {"ordinary": 4000, "member": 3000}
    assert owner.post(f"{address}move/", {"up": "1"}).headers["Location"].endswith("#products")
    assert list(Product.objects.filter(event=world.event).values_list("pk", flat=True))[-2:] == [
        product.pk,
        world.donation.pk,
    ]
    owner.post(f"{address}withdraw/")
    assert not Product.objects.get(pk=product.pk).is_offered


def test_a_membership_makes_its_type_when_there_is_none(world, owner):
    log_in(owner, world.stranger)
    make_event(world.other, "ny", state=Event.State.DRAFT)
    assert (
        owner.post(
            "/office/hyggecon/events/ny/products/add/membership/", product_data(name_da="Kontingent", amount="75")
        ).status_code
        == 302
    )
    assert Product.objects.get(name_da="Kontingent").membership_type.name_da == "Medlem af Hyggecon"


def vat_field(page) -> str:
    found = re.search(r'<select[^>]*name="vat_code".*?</select>', page.content.decode(), re.S)
    return found[0] if found else ""


def test_an_association_without_vat_is_not_asked_about_it(world, owner):
    assert vat_field(owner.get(f"{EVENT}products/add/meal/")) == ""
    owner.post(f"{EVENT}products/add/meal/", product_data(vat_code="standard_25"))
    product = Product.objects.get(name_da="Morgenmad")
    assert product.vat_code == "not_registered"
    Product.objects.filter(pk=product.pk).update(vat_code="standard_25")  # from before it left the register
    assert vat_field(owner.get(f"{EVENT}products/{product.pk}/"))


@pytest.mark.parametrize(("kind", "usual"), [("meal", "standard_25"), ("membership", "outside_scope"), ("donation", "outside_scope")])
def test_one_that_is_registered_begins_with_what_is_usual(world, owner, kind, usual):
    Organization.objects.filter(pk=world.organization.pk).update(vat_status=VatStatus.REGISTERED)
    field = vat_field(owner.get(f"{EVENT}products/add/{kind}/"))
    assert f'value="{usual}" selected' in field
    answer = owner.post(f"{EVENT}products/add/{kind}/", product_data(vat_code="none"))
    assert answer.status_code == 422 and "valid choice" in messages_of(answer)


def test_a_new_ticket_begins_with_the_quota_of_the_others(world, owner):
    def ticked(kind: str) -> list[str]:
        page = owner.get(f"{EVENT}products/add/{kind}/").content.decode()
        return [box for box in re.findall(r'<input[^>]*name="quotas"[^>]*>', page) if "checked" in box]

    assert [str(world.people.pk) in box for box in ticked("ticket")] == [True]
    assert ticked("merchandise") == ticked("donation") == []


def test_sizes_are_rows_with_stock(world, owner):
    medium, large = world.sizes["M"].pk, world.sizes["L"].pk
    data = {
        **product_data(name_da="T-shirt", amount="150", is_offered="on"),
        **sizes_data((medium, "M", 5), (large, "L", ""), ("", "XL", 7), ("", "", "")),
    }
    assert owner.post(f"{EVENT}products/{world.shirt.pk}/", data).status_code == 302
    stocks = {size.name: [link.quota.size for link in size.product_quotas.all()] for size in world.shirt.variants.all()}
    assert stocks == {"M": [5], "L": [], "XL": [7]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": ""}, "required"),
        ({"amount": "-1"}, "negative"),
        ({"amount": "1e5"}, "amount in kroner"),
        ({"amount": "10.000.000,01"}, "dare to believe"),
        ({"amount": "=1+1"}, "amount in kroner"),
        ({"name_da": "x" * 81}, "80"),
        ({"age_from": "18", "age_to": "15"}, "below the lowest"),
        ({"age_from": "-1"}, "greater than"),
        ({"valid_on": "2026-05-01"}, "outside the event"),
        ({"per_order": "0"}, "greater than"),
        ({"quotas": ["999999"]}, "valid choice"),
        ({"quotas": ["abc"]}, "not a valid value"),
        ({"sales_open_at": "2026-03-02T12:00", "sales_close_at": "2026-03-01T12:00"}, "close after it opens"),
        ({"pay_by_on": "9999-01-01"}, "year"),
    ],
)
def test_wrong_products_are_told_and_nothing_is_stored(world, owner, change, words):
    before = Product.objects.count()
    response = owner.post(f"{EVENT}products/add/meal/", product_data(**change))
    assert response.status_code == 422
    assert words in messages_of(response)
    assert Product.objects.count() == before


@pytest.mark.parametrize(
    "rows",
    [
        [("", "M", -1)],
        [("", "M", "many")],
        [("", "M", 1), ("", "m", 2)],
        [("999999", "M", 1)],
        [("", "x" * 41, 1)],
        [("abc", "M", 1)],
    ],
)
def test_wrong_sizes_are_told(world, owner, rows):
    response = owner.post(f"{EVENT}products/{world.shirt.pk}/", {**product_data(), **sizes_data(*rows)})
    assert response.status_code == 422
    assert world.shirt.variants.count() == 2
    assert owner.post(f"{EVENT}products/{world.shirt.pk}/", product_data()).status_code == 422  # the rows left out


# --- Quotas -------------------------------------------------------------------------------------------------------------


def test_quotas_are_added_resized_and_removed(world, owner):
    owner.post(f"{EVENT}quotas/add/", {"name": "Parking", "size": "20"})
    quota = Quota.objects.get(name="Parking")
    assert owner.post(f"{EVENT}quotas/{quota.pk}/", {"name": "Cars", "size": "25"}).status_code == 302
    owner.post(f"{EVENT}quotas/{quota.pk}/remove/")
    assert not Quota.objects.filter(pk=quota.pk).exists()
    Quota.objects.filter(pk=world.people.pk).update(sold=8)
    response = owner.post(f"{EVENT}quotas/{world.people.pk}/", {"name": "House", "size": "7"})
    assert (response.status_code, b"8 are sold" in response.content) == (422, True)
    for size in ("-1", "x", "99999999999", ""):
        assert owner.post(f"{EVENT}quotas/add/", {"name": "Odd", "size": size}).status_code == 422
    owner.post(f"{EVENT}quotas/{world.people.pk}/remove/")
    assert Quota.objects.filter(pk=world.people.pk).exists()


# --- Pictures -----------------------------------------------------------------------------------------------------------


def upload(width=1300, height=800, kind="JPEG", name="../../evil.php") -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, kind)
    return SimpleUploadedFile(name, written.getvalue(), "image/svg+xml")


def test_a_picture_is_drawn_anew_and_served_safely(world, owner, client):
    assert owner.post(f"{EVENT}picture/", {"picture": upload(), "alt": "People at a table"}).status_code == 302
    event = Event.objects.get(pk=world.event.pk)
    page = client.get("/alea/fastaval/").content.decode()
    assert f"/media/{event.picture} 960w" in page
    assert 'alt="People at a table"' in page
    served = client.get(f"/media/{event.picture}")
    assert served.headers["Content-Type"] == "image/webp"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert owner.post(f"{EVENT}picture/", {"remove": "1"}).status_code == 302
    assert not Event.objects.get(pk=world.event.pk).picture


@pytest.mark.parametrize(
    ("file", "alt", "words"),
    [
        (lambda: upload(), "", "one sentence"),
        (lambda: upload(300, 200), "x", "too small"),
        (lambda: upload(kind="GIF"), "x", "cannot read"),
        (lambda: SimpleUploadedFile("a.png", b"<svg onload=alert(1)>"), "x", "cannot read"),
        (lambda: SimpleUploadedFile("a.jpg", b""), "x", "empty"),
    ],
)
def test_what_is_no_picture_is_refused(world, owner, file, alt, words):
    response = owner.post(f"{EVENT}picture/", {"picture": file(), "alt": alt})
    assert response.status_code == 422
    assert words in messages_of(response)
    assert not Event.objects.get(pk=world.event.pk).picture


def test_a_quota_of_another_association_is_no_choice(world, owner):
    quota = make_quota(make_event(world.other, "hemmelig"), "Secret", 5)
    assert owner.post(f"{EVENT}products/add/meal/", product_data(quotas=[quota.pk])).status_code == 422
