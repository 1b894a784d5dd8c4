"""Passwords that are an association's name are refused."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.cast import make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def nordlys():
    return make_organization("nordlys", "Foreningen Nordlys Live")


@pytest.mark.parametrize("password", ["nordlys2026!", "N0rdlys--1234", "Nordlys Live 1", "foreningennordlys"])
@pytest.mark.asvs("6.2.11")
def test_its_name_with_figures_and_signs(nordlys, password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize("password", ["nordlys2026!", "Nordlys Live 1"])
def test_planted_without_the_association_it_would_be_taken(password):
    validate_password(password)


def test_its_name_in_a_sentence_of_ones_own_is_taken(nordlys):
    validate_password("nordlys over isbjerget om vinteren")
