"""pytest fixtures of the outside world, for the whole project: list this module in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conbillet.demo.testing import FakeStripe, MailCatcher, start_fake_stripe, start_mail_catcher


@pytest.fixture(scope="session")
def fake_stripe_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeStripe]:
    """One fake Stripe for the whole run."""
    stripe = start_fake_stripe(Path(tmp_path_factory.mktemp("fake-stripe")), arguments=("--retry-base", "0.1"))
    yield stripe
    stripe.stop()


@pytest.fixture
def fake_stripe(fake_stripe_process: FakeStripe) -> FakeStripe:
    """The fake Stripe, empty, delivering nowhere until `webhooks_to` is called."""
    fake_stripe_process.reset()
    fake_stripe_process.webhooks_to("", secrets=[fake_stripe_process.webhook_secret])
    return fake_stripe_process


@pytest.fixture(scope="session")
def mail_catcher_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailCatcher]:
    """One mail catcher for the whole run."""
    catcher = start_mail_catcher(Path(tmp_path_factory.mktemp("mail-catcher")))
    yield catcher
    catcher.stop()


@pytest.fixture
def mail_catcher(mail_catcher_process: MailCatcher) -> MailCatcher:
    """The mail catcher, empty and without faults."""
    mail_catcher_process.clear()
    mail_catcher_process.clear_faults()
    return mail_catcher_process
