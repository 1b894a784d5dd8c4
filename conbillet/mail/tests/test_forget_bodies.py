"""After 30 days nobody can read in our queue what was written to whom; and the same mail is still never sent twice."""

from datetime import timedelta

import pytest

from conbillet.mail.actions.forget_bodies import forget_bodies
from conbillet.mail.actions.queue_mail import queue_mail
from conbillet.mail.models import OutgoingMail

pytestmark = pytest.mark.django_db


def queue(now) -> None:
    queue_mail(
        kind="code_confirm", key="once", recipient="bo@example.com", language="da", about="", organization_id=None, person_id=None, now=now
    )


@pytest.mark.proves("use.services")
def test_old_mails_keep_their_key_only(now):
    queue(now)
    mails = OutgoingMail.objects
    mails.update(state="sent", subject="Hej", text="Hej Bo", html="<p>Hej Bo")
    assert forget_bodies(now=now + timedelta(days=30)) == 0
    assert forget_bodies(now=now + timedelta(days=30, seconds=1)) == 1
    assert mails.values_list("recipient", "subject", "text", "html").get() == ("", "", "", "")
    queue(now)
    assert mails.count() == 1
    assert forget_bodies(now=now + timedelta(days=31)) == 0


def test_a_mail_that_still_waits_keeps_its_address(now):
    queue(now)
    assert forget_bodies(now=now + timedelta(days=90)) == 0
