"""Passwords of this place are refused; anything else of any kind of characters is taken."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from conbillet.accounts.models import Account


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
