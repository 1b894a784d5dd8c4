"""Passwords made of an association's name: whoever works for Nordlys does not use "nordlys2026!"."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.password_rules import is_little_more_than, words_of

from .models import Organization


class NotAnAssociation:
    """Django's password validator for the names of the associations here; they stand on the front page."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when nothing of the password is left without a name, figures and signs."""
        names = Organization.objects.values_list("name", "slug")
        if any(is_little_more_than(password, words_of(*pair)) for pair in names):
            raise ValidationError(self.get_help_text(), code="password_of_an_association")

    def get_help_text(self) -> str:
        return str(_("That is little more than an association's name. Put a few words of your own together."))
