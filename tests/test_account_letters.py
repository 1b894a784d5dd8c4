"""What we write about an account tells its reader something that the reader can do."""

import pytest
from django.utils.translation import override

from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.workflows.notifications.account_letters import NOTICES, security_notice


def letter(about: str):
    with override("en"):
        return security_notice(OutgoingMail(about=about, recipient="bodil@example.com", created_at=clock.now()))


@pytest.mark.parametrize("about", sorted(set(NOTICES) - {"email_changed"}))
def test_whoever_can_sign_in_is_sent_to_the_devices(about):
    assert letter(about).button.url.endswith("/my/security/")


def test_the_old_address_cannot_sign_in_and_is_not_asked_to():
    found = letter("email_changed")
    assert found.button.url.endswith("/help/")
    assert "log in" not in " ".join((*found.paragraphs, *found.closing))


def test_what_we_have_no_words_for_is_not_sent():
    assert letter("something_else") is None
