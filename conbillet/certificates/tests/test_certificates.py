"""The child-protection certificate of crew: off, asked, given, revealed, settled, forgotten; and nothing leaks."""

import contextlib
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from conbillet.certificates.actions.ask_for_certificate import AskedAlready, NotCrew, NotSwitchedOn, ask_for_certificate
from conbillet.certificates.actions.forget_requests import forget_requests
from conbillet.certificates.actions.give_number import (
    CannotGive,
    ConsentMissing,
    OtherBirthDate,
    decline,
    give_number,
)
from conbillet.certificates.actions.reveal_number import CannotReveal, NoReason, reveal_number
from conbillet.certificates.actions.settle_certificate import forget_numbers, settle_certificate
from conbillet.certificates.actions.switch_off import switch_off
from conbillet.certificates.actions.switch_on import NoPurpose, switch_on
from conbillet.certificates.cpr import NotACprNumber, birth_date_of, read_cpr
from conbillet.certificates.models import CertificateRequest, CprNumber
from conbillet.certificates.vault import mark_of, open_number, seal_number
from conbillet.core import audit, clock
from conbillet.core.actor import person_actor
from conbillet.core.keys import KeyDestroyed, SealBroken, SubjectKeys
from conbillet.core.models import AuditEntry
from tests.jobs import announced, run_jobs
from tests.login import log_in

pytestmark = pytest.mark.django_db
NUMBER, TODAY = "0101701234", date(2026, 3, 1)


@pytest.fixture
def scheme(world, now):
    return switch_on(
        organization=world.organization, purpose="Ledere af børnerummet", basis="children",
        actor=world.actor(world.owner), now=now,
    )  # fmt: skip


@pytest.fixture
def asked(world, scheme, now):
    return ask_for_certificate(
        organization=world.organization, person_id=world.door_crew.pk, name="Dorte Dør",
        actor=world.actor(world.owner), now=now,
    )  # fmt: skip


def give(asked, world, now, typed=NUMBER, consents=True, birth_date=None):
    return give_number(
        request=asked, typed=typed, consents=consents, birth_date=birth_date,
        actor=person_actor(world.door_crew.pk), now=now,
    )  # fmt: skip


class TestNumbers:
    @pytest.mark.parametrize("typed", ["010170-1234", " 0101701234 ", "010170 1234"])
    def test_as_people_type_them(self, typed):
        assert read_cpr(typed, today=TODAY) == NUMBER

    @pytest.mark.parametrize("typed", ["", "010170", "3102701234", "0113701234", "01017012345", "abcdefghij", "6101701234", "٠١٠١٧٠١٢٣٤"])  # fmt: skip
    def test_what_is_none_is_refused_without_repeating_it(self, typed):
        with pytest.raises(NotACprNumber) as refusal:
            read_cpr(typed, today=TODAY)
        assert not typed or typed not in str(refusal.value) + str(refusal.value.message).replace("010170-1234", "")

    # The table of examples of the fact sheet; the first two are published by the authorities.
    @pytest.mark.parametrize(
        ("typed", "born"),
        [
            ("210127-0087", date(1927, 1, 21)), ("271258-9100", date(1958, 12, 27)), ("010170-1234", date(1970, 1, 1)),
            ("150807-4000", date(2007, 8, 15)), ("150845-4000", date(1945, 8, 15)), ("150812-6000", date(2012, 8, 15)),
            ("150810-9000", date(2010, 8, 15)), ("290200-4000", date(2000, 2, 29)),
        ],
    )  # fmt: skip
    def test_the_day_of_birth_by_century(self, typed, born):
        assert birth_date_of(read_cpr(typed, today=TODAY)) == born

    @pytest.mark.parametrize(
        "typed",
        ["290201-4000", "150870-6000", "010158-5000", "010136-4000", "711062-5629", "123456789", "12345678901", "abc"],
    )
    def test_what_the_fact_sheet_refuses(self, typed):
        """No such day, older than 120, born tomorrow, a hospital's own number, wrong length, no digits."""
        with pytest.raises(NotACprNumber):
            read_cpr(typed, today=TODAY)

    @pytest.mark.parametrize(("digit", "year", "born"), [
        ("0", "36", 1936), ("3", "37", 1937), ("0", "58", 1958), ("3", "99", 1999), ("4", "00", 2000), ("9", "25", 2025),
        ("4", "37", 1937), ("9", "57", 1957), ("4", "58", 1958), ("9", "99", 1999), ("5", "00", 2000), ("8", "25", 2025),
    ])  # fmt: skip
    def test_every_cell_of_the_table_of_centuries(self, digit, year, born):
        assert birth_date_of(read_cpr(f"0102{year}-{digit}001", today=TODAY)).year == born

    def test_modulus_eleven_is_not_enforced(self):
        assert read_cpr("0101701230", today=TODAY) and read_cpr("0101701231", today=TODAY)

    def test_nobody_is_born_tomorrow_or_a_hundred_and_twenty_one_years_ago(self):
        assert read_cpr("0103264000", today=date(2026, 3, 1))
        with pytest.raises(NotACprNumber):
            read_cpr("0203264000", today=date(2026, 3, 1))
        born_1858 = "0101585000"  # the seventh digit and the year say which century
        with pytest.raises(NotACprNumber):
            read_cpr(born_1858, today=date(2026, 3, 1))

    @given(st.text(max_size=20))
    def test_any_text_is_a_number_or_a_refusal(self, typed):
        with contextlib.suppress(NotACprNumber):
            assert read_cpr(typed, today=TODAY).isdigit()


class TestOff:
    def test_nobody_is_asked_before_a_purpose_is_stated(self, world, now):
        with pytest.raises(NotSwitchedOn):
            ask_for_certificate(
                organization=world.organization, person_id=world.door_crew.pk, name="", actor=world.actor(world.owner),
                now=now,
            )  # fmt: skip

    @pytest.mark.parametrize(("purpose", "basis"), [("", "children"), ("kort", "children"), ("Ledere af børnerummet", "fordi")])
    def test_a_purpose_and_a_basis_are_needed(self, world, now, purpose, basis):
        with pytest.raises(NoPurpose):
            switch_on(organization=world.organization, purpose=purpose, basis=basis, actor=world.actor(world.owner), now=now)

    def test_switching_off_deletes_all_numbers(self, world, asked, now):
        give(asked, world, now)
        assert switch_off(organization=world.organization, actor=world.actor(world.owner), now=now) == 1
        assert not CprNumber.objects.exists()
        asked.refresh_from_db()
        assert asked.state == CertificateRequest.State.EXPIRED

    def test_no_page_of_the_shop_asks_for_one(self, client, world):
        for path in ("/", f"/{world.organization.slug}/{world.event.slug}/", "/accounts/signup/"):
            assert "cpr" not in client.get(path).content.decode().lower()


@pytest.mark.proves("collect.cpr")
class TestAsking:
    def test_crew_is_asked_once_and_told_by_a_mail_without_details(self, world, asked, now):
        assert ("certificate_asked", {"request": asked.pk}) in announced()
        run_jobs()
        (told,) = [one for one in mail.outbox if one.to == ["door@alea.example"]]
        assert "/my/certificates/" in told.body and asked.reference not in told.body
        with pytest.raises(AskedAlready):
            ask_for_certificate(
                organization=world.organization, person_id=world.door_crew.pk, name="", actor=world.actor(world.owner),
                now=now,
            )  # fmt: skip

    def test_buyers_and_strangers_can_never_be_asked(self, world, scheme, now):
        for person in (world.buyer, world.stranger):
            with pytest.raises(NotCrew):
                ask_for_certificate(
                    organization=world.organization, person_id=person.pk, name="", actor=world.actor(world.owner), now=now
                )


@pytest.mark.proves("collect.cpr")
class TestGiving:
    def test_the_number_is_sealed_and_masked(self, world, asked, now):
        kept = give(asked, world, now)
        assert kept.masked == "010170-****" and NUMBER.encode() not in bytes(kept.sealed)
        assert NUMBER not in str(CertificateRequest.objects.values().get()) + str(AuditEntry.objects.values())
        opened = open_number(person=world.door_crew.pk, request=asked.reference, sealed=bytes(kept.sealed))
        assert opened == NUMBER

    def test_consent_is_needed_and_the_birth_date_must_fit(self, world, asked, now):
        with pytest.raises(ConsentMissing):
            give(asked, world, now, consents=False)
        with pytest.raises(OtherBirthDate):
            give(asked, world, now, birth_date=date(1971, 1, 1))
        with pytest.raises(NotACprNumber):
            give(asked, world, now, typed="nonsense")
        assert not CprNumber.objects.exists()
        assert give(asked, world, now, birth_date=date(1970, 1, 1))

    def test_only_the_person_gives_it_and_only_once(self, world, asked, now):
        with pytest.raises(CannotGive):
            give_number(
                request=asked, typed=NUMBER, consents=True, birth_date=None, actor=person_actor(world.buyer.pk), now=now
            )
        give(asked, world, now)
        with pytest.raises(CannotGive):
            give(asked, world, now)

    def test_declining_needs_no_reason_and_taking_it_back_deletes_at_once(self, world, asked, now):
        give(asked, world, now)
        decline(request=asked, actor=person_actor(world.door_crew.pk), now=now)
        asked.refresh_from_db()
        assert asked.state == CertificateRequest.State.DECLINED and asked.number_mark == ""
        assert not CprNumber.objects.exists()


class TestSealing:
    def test_a_seal_moved_to_another_row_or_person_does_not_open(self, world, asked, now):
        sealed = bytes(give(asked, world, now).sealed)
        with pytest.raises(SealBroken):
            open_number(person=world.door_crew.pk, request="ANOTHERROW00", sealed=sealed)
        with pytest.raises((SealBroken, KeyDestroyed)):
            open_number(person=world.buyer.pk, request=asked.reference, sealed=sealed)
        with pytest.raises(SealBroken):
            open_number(person=world.door_crew.pk, request=asked.reference, sealed=sealed[:-1] + b"\x00")

    def test_with_the_persons_key_gone_it_never_opens_again(self, world, asked, now):
        sealed = bytes(give(asked, world, now).sealed)
        SubjectKeys(settings.CONBILLET_KEYS / "subjects").destroy(world.door_crew.pk)
        with pytest.raises(KeyDestroyed):
            open_number(person=world.door_crew.pk, request=asked.reference, sealed=sealed)

    def test_planted_a_seal_that_is_not_bound_would_open_elsewhere(self, world):
        """What the binding is for: under the same two keys, only the place makes the difference."""
        sealed = seal_number(person=world.owner.pk, request="A" * 12, number=NUMBER)
        assert open_number(person=world.owner.pk, request="A" * 12, sealed=sealed) == NUMBER
        with pytest.raises(SealBroken):
            open_number(person=world.owner.pk, request="B" * 12, sealed=sealed)

    def test_the_mark_is_keyed(self):
        from hashlib import sha256

        assert mark_of(NUMBER) == mark_of(NUMBER) != mark_of("0101701235")
        assert mark_of(NUMBER) != sha256(NUMBER.encode()).hexdigest()


class TestRevealing:
    def test_takes_a_reason_and_leaves_a_trace_for_the_person(self, world, asked, now):
        give(asked, world, now)
        asked.refresh_from_db()
        with pytest.raises(NoReason):
            reveal_number(request=asked, reason="  ", actor=world.actor(world.owner), now=now)
        assert not AuditEntry.objects.filter(action="looked_up_cpr").exists()
        shown = reveal_number(request=asked, reason="Politiets blanket", actor=world.actor(world.owner), now=now)
        entry = AuditEntry.objects.get(action="looked_up_cpr")
        assert shown == NUMBER and entry.subject_id == world.door_crew.pk
        assert audit.details_of(entry) == {"purpose": "Politiets blanket"}

    def test_nothing_is_shown_when_there_is_none(self, world, asked, now):
        with pytest.raises(CannotReveal):
            reveal_number(request=asked, reason="Politiets blanket", actor=world.actor(world.owner), now=now)


@pytest.mark.proves("collect.cpr")
class TestForgetting:
    def test_thirty_days_after_it_is_settled(self, world, asked, now):
        give(asked, world, now)
        settle_certificate(request=asked, is_clear=True, forget_now=False, actor=world.actor(world.owner), now=now)
        assert forget_numbers(now=now + timedelta(days=29)) == 0
        assert forget_numbers(now=now + timedelta(days=30)) == 1
        asked.refresh_from_db()
        assert asked.state == CertificateRequest.State.CLEAR and asked.settled_on == clock.copenhagen_day(now)
        assert asked.number_mark

    def test_verified_and_forgotten_at_once(self, world, asked, now):
        give(asked, world, now)
        settle_certificate(request=asked, is_clear=False, forget_now=True, actor=world.actor(world.owner), now=now)
        assert not CprNumber.objects.exists()

    def test_the_outcome_goes_two_years_later_and_only_then(self, world, asked, now):
        give(asked, world, now)
        settle_certificate(request=asked, is_clear=False, forget_now=True, actor=world.actor(world.owner), now=now)
        last = clock.day_start(date(2028, 3, 2))
        assert not forget_requests(now=last - timedelta(microseconds=1)) and CertificateRequest.objects.exists()
        assert forget_requests(now=last) == {world.organization.pk: 1} and not CertificateRequest.objects.exists()

    def test_a_request_with_its_number_is_never_forgotten_before_it(self, world, asked, now):
        give(asked, world, now)
        CprNumber.objects.update(delete_on=date(2099, 1, 1))
        assert not forget_requests(now=now + timedelta(days=2000)) and CertificateRequest.objects.exists()

    def test_six_months_at_the_most(self, world, asked, now):
        kept = give(asked, world, now)
        assert kept.delete_on == date(2026, 9, 1)
        assert forget_numbers(now=clock.day_start(date(2026, 9, 1)) - timedelta(seconds=1)) == 0
        assert forget_numbers(now=clock.day_start(date(2026, 9, 1))) == 1
        asked.refresh_from_db()
        assert asked.state == CertificateRequest.State.EXPIRED


class TestPages:
    def base(self, world) -> str:
        return f"/office/{world.organization.slug}/certificates/"

    def test_the_whole_way(self, world):
        owner, crew = log_in(Client(), world.owner), log_in(Client(), world.door_crew)
        base = self.base(world)
        owner.post(base, {"do": "on", "purpose": "Ledere af børnerummet", "basis": "children"})
        page = owner.get(base).content.decode()
        assert "Dorte Dør" in page
        role = page.split('name="ask" value="')
        ids = [part.split('"')[0] for part in role[1:]]
        for number in ids:
            owner.post(base, {"ask": number})
        request = CertificateRequest.objects.get(person=world.door_crew)
        mine = crew.get("/my/certificates/").content.decode()
        assert "Ledere af børnerummet" in mine and "checked" not in mine
        answer = crew.post("/my/certificates/", {"request": request.reference, "do": "give", "number": "01017"})
        assert answer.status_code == 422 and 'value="01017"' not in answer.content.decode()
        crew.post("/my/certificates/", {"request": request.reference, "do": "give", "number": "010170-1234", "consents": "on"})
        one = f"{base}{request.reference}/"
        assert "010170-****" in owner.get(one).content.decode() and "1234" not in owner.get(one).content.decode()
        assert owner.post(one, {"reason": ""}).status_code == 422
        shown = owner.post(one, {"reason": "Politiets blanket"})
        assert "010170-1234" in shown.content.decode() and "no-store" in shown["Cache-Control"]
        assert "010170-1234" not in owner.get(one).content.decode()
        owner.post(f"{one}outcome/", {"outcome": "clear", "forget_now": "on"})
        assert not CprNumber.objects.exists()

    def test_a_stale_sign_in_is_asked_again(self, world, asked):
        give(asked, world, clock.now())
        owner = log_in(Client(), world.owner)
        session = owner.session
        for record in session["account_authentication_methods"]:
            record["at"] -= 3600
        session.save()
        answer = owner.post(f"{self.base(world)}{asked.reference}/", {"reason": "Politiets blanket"})
        assert answer.status_code == 302 and "/confirm/" in answer["Location"]

    def test_who_may(self, world, asked):
        base = self.base(world)
        assert log_in(Client(), world.stranger).get(base).status_code == 404
        assert log_in(Client(), world.door_crew).get(base).status_code == 403
        assert log_in(Client(), world.stranger).get(f"{base}{asked.reference}/").status_code == 404
        assert log_in(Client(), world.buyer).post("/my/certificates/", {"request": asked.reference}).status_code == 404
        assert Client().get("/my/certificates/").status_code == 302

    def test_the_number_is_in_no_log_line_and_no_address(self, world, asked, caplog, capfd):
        caplog.set_level("DEBUG")
        crew = log_in(Client(), world.door_crew)
        crew.post("/my/certificates/", {"request": asked.reference, "do": "give", "number": NUMBER, "consents": "on"})
        log_in(Client(), world.owner).post(f"{self.base(world)}{asked.reference}/", {"reason": "Politiets blanket"})
        captured = capfd.readouterr()
        assert CprNumber.objects.exists()
        assert NUMBER not in captured.err + captured.out

    def test_lists_cost_the_same_for_one_and_for_three(self, world, scheme, now):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from tests.cast import make_person

        owner, counts = log_in(Client(), world.owner), []
        owner.get(self.base(world))
        for number in range(3):
            person = make_person(f"Crew {number}", f"crew{number}@alea.example")
            CertificateRequest.objects.create(
                organization=world.organization, scheme=scheme, reference=f"R{number}", person=person, asked_at=now
            )
            with CaptureQueriesContext(connection) as queries:
                assert owner.get(self.base(world)).status_code == 200
            counts.append(len(queries))
        assert len(set(counts)) == 1
