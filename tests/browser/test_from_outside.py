"""The documented script runs a whole purchase from outside: no browser, no knowledge of the house's inside."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from conbillet.accounts.actions.enrol_totp import enrol_totp
from conbillet.sales.models import Order
from conbillet.tickets.models import CheckIn
from tests.browser.house import LiveHouse
from tests.cast import World
from tests.login import SECRET

TOOL = Path(__file__).resolve().parents[2] / "tools" / "whole_purchase.py"


def test_a_whole_purchase_from_choosing_to_the_door(live_house: LiveHouse, live_world: World) -> None:
    event, crew = live_world.event, live_world.door_crew.account
    enrol_totp(account=crew, secret=SECRET, now=datetime.now(UTC))
    places = ["--shop", live_house.url, "--stripe", live_house.stripe.url, "--mails", live_house.mails.url]
    chosen = ["--event", f"/{live_world.organization.slug}/{event.slug}/", "--crew", crew.email, "--secret", SECRET]
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), *places, *chosen], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "at the door: yes, and a second time: again" in done.stdout
    order = Order.objects.get(event=event)
    assert (order.state, order.lines.count()) == (Order.State.PAID, 2)
    assert order.buyer_email in done.stdout
    assert CheckIn.objects.filter(event=event).count() == 1
