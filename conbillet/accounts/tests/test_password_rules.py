"""Passwords of this place are refused; anything else of any kind of characters is taken."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from conbillet.accounts import breached
from conbillet.accounts.models import Account, Person
from tools.breached_passwords import pack

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password", ["ConBillet2026!", "fastaval--2026", "P@ssw0rd-1234", "b1ll3tsalg!!!", "Velkommen12345"]
)
@pytest.mark.asvs("6.2.11")
def test_the_first_ones_that_anybody_would_try(password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "en fastaval med regn og kage",
        "korrekt hest batteri",
        "aaaa bbbb cccc dd",
        "1928 3746 5566",
        "æøå" * 40,
        "🐉 drage og 🦄",
    ],
)
@pytest.mark.asvs("6.2.5", "6.2.8", "6.2.9")
def test_anything_else_of_any_characters_and_length(password):
    validate_password(password)


@pytest.mark.parametrize("password", ["kort", "qwertyuiop", "1234567890"])
@pytest.mark.asvs("6.2.1", "6.2.4")
def test_short_and_common_ones(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_ones_own_address_is_no_password_and_we_say_so_plainly():
    with override("da"), pytest.raises(ValidationError) as refusal:
        validate_password("bodil.bager@example", user=Account(email="bodil.bager@example.com"))
    assert refusal.value.messages == ["Den ligner for meget din e-mailadresse eller dit navn."]


@pytest.mark.parametrize("password", ["Bodil Bager 1987!", "b0dil.bager--2026", "bager1234567", "BodilBager"])
@pytest.mark.asvs("6.2.11")
def test_ones_own_name_with_figures_and_signs_is_none_either(password):
    account = Account(email="bb@example.com", person=Person(name="Bodil Bager"))
    with pytest.raises(ValidationError):
        validate_password(password, user=account)
    validate_password("bodil bager rugbrød om natten", user=account)


@pytest.mark.parametrize(
    "password",
    ["correcthorsebatterystaple", "CorrectHorseBatteryStaple", "manchesterunited", "iloveyou1234", "kagemand123"],
)
@pytest.mark.asvs("6.2.12")
def test_ones_from_breaches_that_are_not_among_the_20000(password):
    assert breached.is_breached(password)
    with override("da"), pytest.raises(ValidationError) as refusal:
        validate_password(password)
    assert any("stjålet" in message for message in refusal.value.messages)


@pytest.mark.asvs("6.2.12")
def test_hardly_anything_else_is_taken_for_one_of_them():
    """One in a thousand is expected of 20,000 that nobody ever had; the same ones every time."""
    wrong = sum(breached.is_breached(f"en drage og {number} terninger") for number in range(20_000))
    assert wrong < 60


def test_every_password_that_is_packed_is_found_and_no_neighbour(tmp_path):
    own = [f"hemmelig {number}" for number in range(5000)]
    file = tmp_path / "list.bin"
    file.write_bytes(pack(own))
    assert all(breached.is_breached(one, file) for one in own)
    assert breached.is_breached("HEMMELIG 17", file)
    assert not any(breached.is_breached(f"anden {number}", file) for number in range(5000))


def test_planted_a_file_with_a_bucket_cut_short_misses_some(tmp_path):
    own = [f"hemmelig {number}" for number in range(5000)]
    content = pack(own)
    file = tmp_path / "list.bin"
    file.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    assert not all(breached.is_breached(one, file) for one in own)


def test_nobody_is_asked(monkeypatch):
    def refused(*_args, **_rest):
        raise AssertionError("a password left the house")

    monkeypatch.setattr("socket.socket.connect", refused)
    assert breached.is_breached("manchesterunited")
