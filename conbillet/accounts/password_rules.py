"""Passwords that anybody would try first: on a ticket shop for conventions, with somebody's address, or from a breach."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .breached import is_breached

# Words of this place. A password that is one of them with figures and signs around it is guessed at once.
WORDS = (
    "conbillet", "billet", "billetter", "billetsalg", "ticket", "tickets", "fastaval", "convention", "forening",
    "kodeord", "adgangskode", "password", "velkommen", "welcome", "rollespil", "braetspil", "brætspil", "cosplay",
)  # fmt: skip
SHORTEST_WORD = 4
_DISGUISES = str.maketrans("0134578@$!", "oieastbasi")


def is_little_more_than(password: str, words: Iterable[str]) -> bool:
    """Whether hardly a letter of the password is left without the words, figures and signs, disguised or not."""
    folded = sorted({word.casefold() for word in words if len(word) >= SHORTEST_WORD}, key=len, reverse=True)
    for text in (password.casefold(), password.casefold().translate(_DISGUISES)):
        left = text
        for word in folded:
            left = left.replace(word, "")
        if left != text and len(re.sub(r"[\W\d_]", "", left)) < 4:
            return True
    return False


def words_of(*names: str) -> set[str]:
    """The words of names, addresses and the like, each by itself and the names as a whole."""
    parts = {part for name in names for part in re.split(r"[\W\d_]+", name)}
    return parts | {re.sub(r"\W", "", name) for name in names}


class NotAWordOfThisPlace:
    """Django's password validator for the words above (OWASP ASVS 5.0, 6.1.2 and 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when nothing of the password is left without words, figures and signs."""
        if is_little_more_than(password, WORDS):
            raise ValidationError(self.get_help_text(), code="password_of_this_place")

    def get_help_text(self) -> str:
        return str(
            _("That is one of the first passwords that anybody would try here. Put a few words of your own together.")
        )


class NotLikeYourself(UserAttributeSimilarityValidator):
    """Django's rule against passwords made of one's own address, in a sentence that people would say; the name as well."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user=user)
        person = getattr(user, "person", None) if getattr(user, "person_id", None) else None
        own = words_of(getattr(user, "email", "").partition("@")[0], person.name if person else "")
        if is_little_more_than(password, own):
            raise ValidationError(self.get_error_message(), code="password_too_similar")

    def get_error_message(self) -> str:
        return str(_("It is too much like your e-mail address or your name."))


class NotFromABreach:
    """Django's password validator for four million passwords known from breaches (ASVS 6.2.12), asked of our own file."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when it is on the list."""
        if is_breached(password):
            raise ValidationError(self.get_help_text(), code="password_breached")

    def get_help_text(self) -> str:
        return str(
            _(
                "That password is on lists of passwords that were stolen elsewhere. Put a few words of your own together."
            )
        )
