"""The house keeps its own rules; and each rule, given a house that breaks it, says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house_rules as rules

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "conbillet"

Rule = Callable[[Path], list[str]]

OF_THE_CHECKOUT: list[Rule] = [rules.long_files, rules.forbidden_words, rules.lock_files_with_hosts, rules.broken_links]
OF_THE_PACKAGE: list[Rule] = [
    rules.rooms_without_readme,
    rules.misshapen_actions,
    rules.clock_readers,
    rules.network_users,
    rules.signal_receivers,
    rules.undocumented_verbs,
]


@pytest.mark.parametrize("rule", OF_THE_CHECKOUT, ids=lambda rule: rule.__name__)
def test_the_checkout_keeps(rule: Rule) -> None:
    assert rule(CHECKOUT) == []


@pytest.mark.asvs("13.2.4", "1.3.6")
@pytest.mark.parametrize("rule", OF_THE_PACKAGE, ids=lambda rule: rule.__name__)
def test_the_package_keeps(rule: Rule) -> None:
    assert rule(PACKAGE) == []


VERB = '"""Doc."""\n\n\ndef pay(*, now: int) -> int:\n    """Pay."""\n    return now\n'

PLANTED = [
    (rules.long_files, "sales/models.py", "x = 1\n" * 401),
    (rules.long_files, "web/templates/page.html", "<p>\n" * 401),
    (rules.rooms_without_readme, "sales/__init__.py", ""),
    (rules.forbidden_words, "sales/models.py", "x = 1  # TODO: later"),
    (rules.forbidden_words, "docs/README.md", "look in /home/somebody/conbillet/"),
    (rules.forbidden_words, "sales/models.py", "PATH = '{root}/var'"),
    (rules.forbidden_words, "Makefile", "pip install -i https://pypi.org/simple"),
    (rules.forbidden_words, "tests/test_a.py", "pytest.skip()"),
    (rules.forbidden_words, "tests/test_a.py", "@pytest.mark.skip\ndef test(): ..."),
    (rules.forbidden_words, "sales/models.py", "x = y  # type: ignore"),
    (rules.broken_links, "docs/README.md", "see [the house](houses.md#floors)"),
    (rules.lock_files_with_hosts, "requirements.txt", "django==5.2 # from https://example.org"),
    (rules.misshapen_actions, "sales/actions/pay.py", "def charge(*, now: int) -> int: ..."),
    (rules.misshapen_actions, "sales/actions/pay.py", "def pay(now: int) -> int: ..."),
    (rules.misshapen_actions, "sales/actions/pay.py", "def pay(*wishes: int) -> int: ..."),
    (rules.misshapen_actions, "sales/actions/pay.py", "def pay(*, now: int): ..."),
    (rules.clock_readers, "sales/queries.py", "from django.utils import timezone\nx = timezone.now()"),
    (rules.clock_readers, "sales/models.py", "created = Field(default=timezone.now)"),
    (rules.clock_readers, "core/money.py", "import datetime\nx = datetime.datetime.now()"),
    (rules.clock_readers, "sales/actions/pay.py", "from conbillet.core.clock import now\nx = now()"),
    (rules.clock_readers, "sales/actions/pay.py", "from conbillet.core import clock\nx = clock.now()"),
    (rules.network_users, "sales/queries.py", "import requests"),
    (rules.network_users, "web/shop/views.py", "def view():\n    from urllib.request import urlopen"),
    (rules.network_users, "workflows/purchase.py", "import stripe"),
    (rules.signal_receivers, "sales/models.py", "from django.db.models.signals import post_save"),
    (rules.signal_receivers, "accounts/apps.py", "from django.dispatch import receiver"),
    (rules.undocumented_verbs, "sales/actions/pay.py", "def pay(*, now: int) -> int:\n    return now"),
    (rules.undocumented_verbs, "workflows/purchase.py", "def buy() -> int:\n    return 1"),
]


@pytest.mark.parametrize(("rule", "path", "content"), PLANTED)
def test_a_broken_rule_is_noticed(rule: Rule, path: str, content: str, tmp_path: Path) -> None:
    plant(tmp_path, path, content.replace("{root}", str(tmp_path)))
    assert len(rule(tmp_path)) == 1


IN_ORDER = [
    ("sales/actions/pay.py", VERB),
    ("sales/README.md", "# Sales\n\nSee [core](../core/README.md#what) and [elsewhere](https://example.org/x).\n"),
    ("sales/__init__.py", ""),
    ("sales/migrations/0001_initial.py", "x = 1\n" * 500),
    ("core/clock.py", "from datetime import datetime\n\n\ndef now():\n    return datetime.now()\n"),
    ("core/README.md", "# Core\n"),
    ("payments/stripe.py", "import stripe\n"),
    ("web/views.py", "from django.utils import timezone\nx = timezone.now()\n"),
    ("tests/test_a.py", "pytest.skip('no namespaces here')\nx = y  # type: ignore[attr-defined]\n"),
    ("requirements.txt", "django==5.2.1 --hash=sha256:00\n"),
]


@pytest.mark.parametrize("rule", OF_THE_CHECKOUT + OF_THE_PACKAGE, ids=lambda rule: rule.__name__)
def test_a_house_in_order_passes(rule: Rule, tmp_path: Path) -> None:
    for path, content in IN_ORDER:
        plant(tmp_path, path, content)
    assert rule(tmp_path) == []


def plant(root: Path, path: str, content: str) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content)


def same_numbers(names: list[str]) -> list[str]:
    numbers = [name[:4] for name in names]
    return sorted({number for number in numbers if numbers.count(number) > 1})


def test_each_decision_has_a_number_of_its_own() -> None:
    folder = CHECKOUT / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert same_numbers(names) == []
    assert [name for name in names if f"]({name})" not in (folder / "README.md").read_text()] == []


def test_planted_two_decisions_of_one_number_are_noticed() -> None:
    assert same_numbers(["0001-a.md", "0002-b.md", "0002-c.md"]) == ["0002"]
