"""The verbs of accounts."""

from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError

from conbillet.accounts.actions.change_email import EmailTaken, change_email
from conbillet.accounts.actions.create_account import create_account
from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.accounts.actions.open_account import open_account
from conbillet.accounts.actions.prove_email import prove_email
from conbillet.accounts.actions.update_profile import Profile, update_profile
from conbillet.accounts.actions.use_totp_step import CodeUsed, use_totp_step
from conbillet.accounts.codes import LIFETIME, CodeExpired, Purpose, WrongCode, check_code, code_for, new_code
from conbillet.accounts.models import Account, EmailProof, Person
from conbillet.accounts.queries import has_proven, has_second_factor
from conbillet.core import audit
from conbillet.core.actor import person_actor
from conbillet.core.models import AuditEntry
from tests.jobs import announced
from tests.login import SECRET

pytestmark = pytest.mark.django_db


class TestAccounts:
    def test_one_is_made_with_its_person_and_a_proven_address(self, now):
        account = create_account(email=" Bo@Example.com", name="Bo", now=now)
        assert (account.email, account.person.name) == ("bo@example.com", "Bo")
        assert EmailAddress.objects.get(user=account).verified and not account.has_usable_password()

    def test_nobody_has_two_with_one_address(self, now):
        create_account(email="bo@example.com", name="", now=now)
        with pytest.raises(IntegrityError):
            create_account(email="BO@example.com", name="", now=now)

    def test_opening_finds_or_makes_it(self, now):
        first, created = open_account(email="bo@example.com", language="en", now=now)
        again, created_again = open_account(email="Bo@example.com", language="da", now=now)
        assert (created, created_again, first.pk) == (True, False, again.pk)
        assert Person.objects.get().language == "en"

    def test_opening_survives_somebody_being_a_moment_faster(self, now, monkeypatch):
        create_account(email="bo@example.com", name="", now=now)
        monkeypatch.setattr("conbillet.accounts.actions.open_account.account_with_email", lambda email: None)
        account, created = open_account(email="bo@example.com", language="da", now=now)
        assert not created and Account.objects.get() == account

    def test_a_proof_is_kept_once_and_told_each_time(self, now, world):
        for hours in (0, 1):
            prove_email(person=world.buyer, email="Gammel@example.com", method="code", now=now + timedelta(hours=hours))
        assert EmailProof.objects.get(person=world.buyer).proven_at == now + timedelta(hours=1)
        assert announced().count(("email_proven", {"person": str(world.buyer.pk)})) == 2

    def test_a_link_of_an_order_does_not_prove_what_a_code_proves(self, now, world):
        prove_email(person=world.buyer, email="gammel@example.com", method="order_link", now=now)
        assert not has_proven(world.buyer.account, "gammel@example.com")

    def test_another_address(self, now):
        account = create_account(email="bo@example.com", name="Bo", now=now)
        change_email(account=account, email="Ny@example.com", actor=person_actor(account.person_id), now=now)
        assert Account.objects.get().email == "ny@example.com"
        assert EmailAddress.objects.get().email == "ny@example.com" and EmailAddress.objects.get().verified

    def test_another_address_that_somebody_has(self, now, world):
        with pytest.raises(EmailTaken):
            change_email(account=world.buyer.account, email="Owner@alea.example", actor=person_actor(world.buyer.pk), now=now)


class TestProfile:
    PROFILE = Profile("Bodil Buyer", "Bodil", date(1990, 5, 17), "woman", "+4520123456", "Ringgaden 1", "8000", "Aarhus C", "DK", "da")

    def test_keeps_what_changed_and_logs_names_of_fields_only(self, now, world):
        changed = update_profile(person=world.buyer, profile=self.PROFILE, actor=person_actor(world.buyer.pk), now=now)
        assert set(changed) == {"badge_name", "birth_date", "gender", "phone", "street", "postcode", "city"}
        entry = AuditEntry.objects.get(action="profile_updated")
        assert audit.details_of(entry) == {"fields": changed} and entry.subject_id == world.buyer.pk

    def test_nothing_changed_leaves_no_trace(self, now, world):
        for _ in range(2):
            update_profile(person=world.buyer, profile=self.PROFILE, actor=person_actor(world.buyer.pk), now=now)
        assert AuditEntry.objects.filter(action="profile_updated").count() == 1


class TestCodes:
    @pytest.mark.asvs("6.5.4")
    def test_differ_by_reference_and_address_and_have_six_digits(self):
        codes = {code_for(f"REF{number}", "bo@example.com") for number in range(200)}
        assert len(codes) > 190 and all(len(code) == 6 and code.isdigit() for code in codes)
        assert code_for("REF", "bo@example.com") == code_for("REF", " BO@example.com")
        assert code_for("REF", "bo@example.com") != code_for("REF", "ib@example.com")

    def test_depend_on_our_key(self, settings):
        before = code_for("REF", "bo@example.com")
        settings.SECRET_KEY = "another"
        assert code_for("REF", "bo@example.com") != before

    def test_are_checked(self, now):
        pending = new_code(email="bo@example.com", purpose=Purpose.SIGN_IN, now=now)
        code = code_for(pending.reference, pending.email)
        check_code(pending=pending, typed=f"{code[:3]}-{code[3:]}", now=now + LIFETIME)
        for typed in ("", code[:5], code + "1", "abcdef", "１２３４５６"):
            if typed:
                with pytest.raises((WrongCode, CodeExpired)):
                    check_code(pending=pending, typed=typed, now=now)
        with pytest.raises(CodeExpired):
            check_code(pending=new_code(email="bo@example.com", purpose=Purpose.SIGN_IN, now=now), typed=code, now=now + LIFETIME * 2)


class TestSecondFactor:
    def test_a_step_is_good_once_and_older_ones_are_not(self, now, world):
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        account = world.buyer.account
        assert not has_second_factor(account)
        enrol_totp(account=account, secret=SECRET, now=now)
        assert has_second_factor(account)
        factor, step = account.authenticator_set.get(type="totp"), int(now.timestamp()) // 30
        code, older = (format_hotp_value(hotp_value(SECRET, at)) for at in (step, step - 1))
        use_totp_step(authenticator_id=factor.pk, code=code, now=now)
        for spent in (code, older):
            with pytest.raises(CodeUsed):
                use_totp_step(authenticator_id=factor.pk, code=spent, now=now)
        later = now + timedelta(seconds=60)
        use_totp_step(authenticator_id=factor.pk, code=format_hotp_value(hotp_value(SECRET, step + 2)), now=later)

    def test_enrolling_again_replaces_the_secret(self, now, world):
        for secret in (SECRET, "A" * 32):
            enrol_totp(account=world.buyer.account, secret=secret, now=now)
        assert world.buyer.account.authenticator_set.filter(type="totp").count() == 1


class TestForgetting:
    def test_old_devices_and_dead_sessions_go_and_new_ones_stay(self, now, world):
        from allauth.usersessions.models import UserSession
        from django.contrib.sessions.models import Session

        from conbillet.accounts.actions.forget_sign_ins import forget_sign_ins

        account = world.buyer.account
        for key, days, expires in (("new", 179, 5), ("old", 181, 5), ("dead", 40, -5)):
            seen = now - timedelta(days=days)
            UserSession.objects.create(user=account, ip="192.0.2.7", session_key=key, user_agent="x", created_at=seen, last_seen_at=seen)
            Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=expires))
        assert forget_sign_ins(now=now) == 1
        assert set(UserSession.objects.values_list("session_key", flat=True)) == {"new", "dead"}
        assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
