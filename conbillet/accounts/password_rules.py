"""Passwords that anybody would try first on a ticket shop for conventions."""

import re
from typing import Any

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Words of this place. A password that is one of them with figures and signs around it is guessed at once.
WORDS = (
    "conbillet", "billet", "billetter", "billetsalg", "ticket", "tickets", "fastaval", "convention", "forening",
    "kodeord", "adgangskode", "password", "velkommen", "welcome", "rollespil", "braetspil", "brætspil", "cosplay",
)  # fmt: skip
_DISGUISES = str.maketrans("0134578@$!", "oieastbasi")


class NotAWordOfThisPlace:
    """Django's password validator for the words above (OWASP ASVS 5.0, 6.1.2 and 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when nothing of the password is left without words, figures and signs."""
        for text in (password.casefold(), password.casefold().translate(_DISGUISES)):
            left = text
            for word in sorted(WORDS, key=len, reverse=True):
                left = left.replace(word, "")
            if left != text and len(re.sub(r"[\W\d_]", "", left)) < 4:
                raise ValidationError(self.get_help_text(), code="password_of_this_place")

    def get_help_text(self) -> str:
        return str(
            _("That is one of the first passwords that anybody would try here. Put a few words of your own together.")
        )


class NotLikeYourself(UserAttributeSimilarityValidator):
    """Django's rule against passwords made of one's own address, in a sentence that people would say."""

    def get_error_message(self) -> str:
        return str(_("It is too much like your e-mail address or your name."))
