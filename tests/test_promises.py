"""What is collected, and what for, followed through the house: a value that nobody else has is entered, and is then found
in the columns that its clause declares, and nowhere else. The search does not use the data map."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from conbillet.consents.proofs import CLAUSES, NEVER_THE_ASSOCIATIONS
from conbillet.consents.queries import texts
from conbillet.core.data_map import ASSOCIATION, ASSOCIATION_RECORD, MAIL_RELAY, STRIPE, data_map
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.web.client_address import CLOUDFLARE
from tests.jobs import run_jobs
from tests.purchases import ADA, order_of, pay_for

pytestmark = pytest.mark.django_db

EMAIL, NAME, STREET, TOWN = "kanarie.q7@example.com", "Zaphira Kanariesen", "Kanarievej 77", "Kanarieby"
PHONE, BORN, ADDRESS = "+4528374655", date(1987, 6, 5), "198.51.100.77"
BROWSER = "Mozilla/5.0 (KanarieOS 7.7) Firefox/140.0"
# The mail that we send holds what is written to somebody, under a clause of its own and for 30 days.
MAILS = {"mail_outgoingmail.subject", "mail_outgoingmail.text", "mail_outgoingmail.html"}


def found_in(value: str, *, whole: bool = False) -> set[str]:
    """Every `table.column` of the database in which the value stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns "
            "JOIN information_schema.tables USING (table_schema, table_name) "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY table_name"
        )
        tables = cursor.fetchall()
        found = set()
        for table, columns in tables:
            how = 'lower("{}"::text) = lower(%s)' if whole else 'strpos(lower("{}"::text), lower(%s)) > 0'
            tests = ", ".join(f"bool_or({how.format(column)})" for column in columns)
            cursor.execute(f'SELECT {tests} FROM "{table}"', [value] * len(columns))
            row = cursor.fetchone()
            found |= {f"{table}.{column}" for column, hit in zip(columns, row, strict=True) if hit}
    return found


def declared(*clauses: str) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in data_map.load().tables.values()
        for column in table.columns.values()
        if column.clause in clauses
    }


@pytest.fixture
def canary(client, world, now) -> Client:
    """Somebody signs up, fills in the profile and buys, with values that nobody else has."""
    here = {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": BROWSER}
    client.post("/accounts/login/", {"email": EMAIL}, **here)
    run_jobs()
    code = re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]
    client.post("/accounts/code/", {"code": code}, **here)
    profile = {
        "name": NAME, "badge_name": "", "birth_date": BORN.strftime("%d.%m.%Y"), "gender": "other", "phone": PHONE, "street": STREET,
        "postcode": "8000", "city": TOWN, "country": "DK", "language": "da",
    }  # fmt: skip
    assert client.post("/my/profile/", profile, **here).status_code == 302
    buyer = replace(
        ADA, name=NAME, badge_name="", email=EMAIL, birth_date=BORN, gender="other", street=STREET, city=TOWN
    )
    pay_for(order_of(world, now, Wish(world.adult.pk, 1), Wish(world.membership.pk, 1), people=(buyer,)), now)
    run_jobs()
    return client


def in_its_columns(value: str, *clauses: str, whole: bool = False) -> set[str]:
    """The value stands somewhere, and everywhere where it stands is declared for the clauses; returns where."""
    found = found_in(value, whole=whole)
    assert found and found <= declared(*clauses) | MAILS, found - declared(*clauses) - MAILS
    return found


@pytest.mark.proves("collect.name")
def test_a_name_stands_where_names_are_declared(canary):
    assert {"accounts_person.name", "sales_participant.name"} <= in_its_columns(NAME, "collect.name")


@pytest.mark.proves("collect.address")
def test_an_address_stands_where_addresses_are_declared(canary):
    assert "accounts_person.street" in in_its_columns(STREET, "collect.address")
    in_its_columns(TOWN, "collect.address")


@pytest.mark.proves("collect.email")
def test_an_email_address_stands_where_they_are_declared(canary):
    assert {"accounts_account.email", "sales_order.buyer_email"} <= in_its_columns(EMAIL, "collect.email")


@pytest.mark.proves("collect.birth_date")
def test_a_date_of_birth_stands_where_they_are_declared(canary):
    found = in_its_columns(BORN.isoformat(), "collect.birth_date", whole=True)
    assert {"accounts_person.birth_date", "sales_participant.birth_date"} <= found


@pytest.mark.proves("collect.gender")
def test_a_gender_stands_where_they_are_declared(canary):
    assert "accounts_person.gender" in {place for place in found_in("other", whole=True) if place.endswith("gender")}
    assert {place for place in found_in("other", whole=True) if "gender" in place} <= declared("collect.gender")


@pytest.mark.proves("collect.phone")
def test_a_phone_number_stands_in_the_profile_and_nowhere_else(canary):
    assert in_its_columns(PHONE, "collect.phone") == {"accounts_person.phone"}, "no association got it from there"


@pytest.mark.proves("collect.ip")
def test_an_internet_address_stands_beside_the_login_only(canary):
    assert in_its_columns(ADDRESS, "collect.ip") == {"usersessions_usersession.ip"}


@pytest.mark.proves("collect.devices")
def test_a_device_stands_beside_the_login_only(canary):
    assert in_its_columns("KanarieOS", "collect.devices") == {"usersessions_usersession.user_agent"}
    assert "Firefox" in canary.get("/my/security/").content.decode()


def test_planted_a_value_in_an_undeclared_column_is_caught(canary, world):
    world.event.transfer_account = PHONE
    world.event.save(update_fields=["transfer_account"])
    with pytest.raises(AssertionError, match="catalogue_event.transfer_account"):
        in_its_columns(PHONE, "collect.phone")


@pytest.mark.proves("collect.when", "collect.name")
def test_somebody_whose_ticket_another_bought_is_told_who_holds_their_data(world, now):
    """GDPR art. 14, in the mail with the ticket: who is the controller, what for, from whom, and where to turn."""
    other = replace(ADA, name="Carla Holm", email="carla@example.com")
    pay_for(order_of(world, now, Wish(world.adult.pk, 2), people=(ADA, other)), now)
    run_jobs()
    (letter,) = [message for message in mail.outbox if message.to == ["carla@example.com"]]
    for words in (
        ADA.name,
        "ALEA har dit navn",
        "ConBillet",
        "kontakt@alea.example",
        "slettet",
        "/policy/",
        f"skrevet ind af {ADA.name}",
        "fem år",
    ):
        assert words in letter.body, words
    assert any("Sælger: ALEA" in line and "Ringgaden 1" in line for line in letter.body.splitlines())


@pytest.mark.proves("role.processor", "also.controller")
def test_the_association_is_named_wherever_it_is_the_controller(client, world, now):
    order = pay_for(order_of(world, now, Wish(world.adult.pk, 1)), now)
    run_jobs()
    for page in ("/alea/", "/alea/fastaval/", f"/order/{order.reference}/{order.access_key}/"):
        text = client.get(page, follow=True).content.decode()
        assert "Sælges af ALEA</b>, dataansvarlig" in text and "kontakt@alea.example" in text, page
    assert any("kontakt@alea.example" in message.body for message in mail.outbox)


@pytest.mark.proves("use.identify", "use.purchases", "use.services", "use.member_documentation")
def test_nothing_is_used_for_a_purpose_that_the_policy_does_not_name():
    purposes = {
        purpose
        for table in data_map.load().tables.values()
        for column in table.columns.values()
        for purpose in column.purposes
    }
    assert purposes and purposes <= {id for id in CLAUSES if id.startswith("use.")}
    assert purposes <= {clause.id for clause in texts().policies[-1].texts["full", "da"].clauses}


@pytest.mark.proves("use.identify")
def test_who_somebody_is_is_seen_at_sign_in_and_at_the_door(canary, client):
    page = canary.get("/my/").content.decode()
    assert "Zaphira" in page
    assert Client().get("/my/")["Location"].startswith("/accounts/login/")


@pytest.mark.proves("use.purchases")
def test_a_purchase_leaves_order_payment_and_receipt(canary):
    with connection.cursor() as cursor:
        for table in ("sales_order", "payments_payment", "sales_receipt"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 1, table


@pytest.mark.proves("also.processors", "cookie.stripe")
def test_nobody_else_is_told_anything():
    assert {"stripe", "cloudflare", "hetzner", "mail relay"} >= set(data_map.load().processors) - {"amazon s3"}
    recipients = {
        one for table in data_map.tables.values() for column in table.columns.values() for one in column.recipients
    }
    assert recipients <= {ASSOCIATION, ASSOCIATION_RECORD, STRIPE, MAIL_RELAY}


@pytest.mark.proves("disclose.organization")
def test_an_association_is_declared_to_get_no_trace_of_a_visit():
    for table in data_map.load().tables.values():
        for column in table.columns.values():
            if column.category in NEVER_THE_ASSOCIATIONS:
                assert not column.recipients & {ASSOCIATION, ASSOCIATION_RECORD}, f"{table.name}.{column.name}"


@pytest.mark.proves("cookie.cloudflare")
def test_an_address_is_believed_from_cloudflares_networks_only(rf, settings):
    from conbillet.web.client_address import client_address

    settings.CONBILLET_TRUSTED_PROXIES = CLOUDFLARE
    said = {"HTTP_X_FORWARDED_FOR": ADDRESS}
    assert client_address(rf.get("/", REMOTE_ADDR="173.245.48.9", **said)) == ADDRESS
    assert client_address(rf.get("/", REMOTE_ADDR="203.0.113.9", **said)) == "203.0.113.9"


@pytest.mark.proves("also.rights", "also.complaint", "also.controller")
def test_whom_to_turn_to_stands_in_the_policy_and_on_the_help_page(client, world):
    policy = client.get("/policy/").content.decode()
    assert "dt@datatilsynet.dk" in policy and "Noctem Solutions" in policy
    page = client.get("/help/").content.decode()
    for kind in ("insight", "deletion", "other"):
        assert f'value="{kind}"' in page, kind
