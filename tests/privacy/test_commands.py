"""`bin/conbillet privacy erase` and `residue`: their options, what they print, and their exit codes."""

import argparse
import json
from contextlib import nullcontext

import pytest
from django.conf import settings

from conbillet.accounts.models import Account
from conbillet.cli import environment
from conbillet.cli.commands import privacy
from conbillet.core import audit
from conbillet.privacy.erasure.ledger import ledger
from conbillet.privacy.models import Erasure
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from tests.cast import make_person
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.com"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The commands work on the test's database and on folders of its own."""
    monkeypatch.setattr(environment, "django_ready", lambda **how: nullcontext())
    monkeypatch.setattr(environment, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(environment, "keys_folder", lambda: tmp_path / "data" / "keys")
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "data" / "keys")
    (tmp_path / "data" / "keys").mkdir(parents=True)


@pytest.fixture
def ada(world, now):
    person = make_person("Ada Lund", ADDRESS)
    paid_order(world, now, Wish(world.adult.pk, 2))
    attach_orders(person_id=person.pk, email=ADDRESS, now=now)
    return person


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    privacy.add_arguments(parser)
    return privacy.run(parser.parse_args([str(word) for word in words]))


def lives() -> bool:
    return Account.objects.filter(email=ADDRESS).exists()


class TestErase:
    def test_it_shows_every_effect_does_it_and_writes_the_receipt(self, ada, tmp_path, capsys):
        assert run("erase", "--email", "ADA@example.com", "--output", tmp_path / "receipt.json") == 0
        said, erasure = capsys.readouterr().out, Erasure.objects.get()
        assert not lives() and f"done; receipt {erasure.reference}" in said and "ALEA is told" in said
        receipt = json.loads((tmp_path / "receipt.json").read_text())
        assert receipt["receipt"] == erasure.reference and receipt["backups_until"] == erasure.backups_until.isoformat()
        assert {line["outcome"] for line in receipt["lines"]} == set(erasure.lines.values_list("outcome", flat=True))
        assert ADDRESS not in said + (tmp_path / "receipt.json").read_text()

    def test_a_preview_changes_nothing(self, ada, tmp_path, capsys):
        assert run("erase", "--email", ADDRESS, "--preview", "--output", tmp_path / "preview.json") == 0
        assert lives() and not list(ledger().entries()) and "nothing was changed" in capsys.readouterr().out
        assert json.loads((tmp_path / "preview.json").read_text())["lines"]

    @pytest.mark.parametrize(("answer", "stays"), [("", True), ("no", True), ("yes", False)])
    def test_on_a_terminal_it_asks(self, ada, monkeypatch, answer, stays):
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda question: answer)
        assert run("erase", "--email", ADDRESS) == (1 if stays else 0)
        assert lives() is stays

    def test_whoever_is_unknown_is_no_success(self, ada, capsys):
        """A failure of others: an erasure that did nothing and reported success."""
        assert run("erase", "--email", "nobody@example.com", "--yes") == 3
        assert "done" not in capsys.readouterr().out and not Erasure.objects.exists() and not list(ledger().entries())

    def test_twice_is_once_done_and_once_nothing(self, ada):
        assert run("erase", "--email", ADDRESS) == 0
        audit.seal_entries()
        codes = [run("erase", "--email", ADDRESS) for _again in range(2)]
        # The receipt's mail still names the address until it is sent; then there is nothing.
        assert codes[0] in {0, 3} and Erasure.objects.filter(scope="account").count() == 1

    def test_the_only_owner_cannot_be_deleted(self, world, capsys):
        assert run("erase", "--email", "owner@alea.example", "--yes") == 1
        assert "ALEA" in capsys.readouterr().err and not list(ledger().entries())

    def test_a_replay_says_how_many_are_waiting(self, ada, capsys):
        assert run("erase", "--email", ADDRESS) == 0
        Erasure.objects.all().delete()
        assert run("erase", "--replay", "--preview") == 0 and not Erasure.objects.exists()
        assert "1 erasures of the ledger are not done" in capsys.readouterr().out
        assert run("erase", "--replay") == 0 and Erasure.objects.filter(via="replay").count() == 1

    @pytest.mark.parametrize("words", [("erase",), ("erase", "--email", "a@b.dk", "--replay"), ("erase", "--email", "a@b.dk", "--yes", "--preview")])  # fmt: skip
    def test_wrong_use(self, words):
        with pytest.raises(SystemExit) as refusal:
            run(*words)
        assert refusal.value.code == 2


class TestResidue:
    def values(self, tmp_path, *values: str):
        path = tmp_path / "data" / "values.txt"
        path.write_text("\n".join(values))
        return path

    def test_it_says_where_and_never_what(self, ada, tmp_path, capsys):
        (tmp_path / "data" / "logs").mkdir()
        (tmp_path / "data" / "logs" / "web.log").write_text(f"GET /?q={ADDRESS}\n")
        values = self.values(tmp_path, ADDRESS, "a value that nobody has")
        assert run("residue", "--values", values, "--output", tmp_path / "found.json") == 1
        said = capsys.readouterr().out
        assert "accounts_account.email, row" in said and "file logs/web.log: value 1" in said
        assert ADDRESS not in said and "values.txt" not in said and "value 2" not in said
        found = json.loads((tmp_path / "found.json").read_text())
        assert {"place": "file logs/web.log", "key": "", "value": 1, "form": "as it is"} in found["found"]

    def test_nothing_left_is_zero(self, ada, tmp_path, capsys):
        assert run("residue", "--values", self.values(tmp_path, "a value that nobody has")) == 0
        assert "0 places hold one of 1 values" in capsys.readouterr().out

    def test_what_lies_outside_is_told_apart_and_does_not_count(self, ada, tmp_path, capsys):
        for name in ("mail_catcher/1.eml", "fake_stripe/journal.jsonl", "logs/fake_stripe.log"):
            (tmp_path / "data" / name).parent.mkdir(exist_ok=True)
            (tmp_path / "data" / name).write_text("To: qwx71-canary@example.com\n\nhello")
        assert run("residue", "--values", self.values(tmp_path, "qwx71-canary@example.com")) == 0
        before, after = capsys.readouterr().out.split("outside ConBillet, where it cannot delete:\n")
        assert before == "" and "file mail_catcher/1.eml" in after and "file fake_stripe/journal.jsonl" in after
        assert "file logs/fake_stripe.log" in after and "0 places hold one of 1 values, and 3 outside" in after

    def test_the_same_file_elsewhere_does_count(self, ada, tmp_path):
        """The twin: a copy of the outside world inside is not outside."""
        (tmp_path / "data" / "export.eml").write_text("To: qwx71-canary@example.com\n\nhello")
        assert run("residue", "--values", self.values(tmp_path, "qwx71-canary@example.com")) == 1

    def test_another_folder_is_searched_once(self, ada, tmp_path, capsys):
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "list.csv").write_text("qwx71-canary@example.com")
        values = self.values(tmp_path, "qwx71-canary@example.com")
        assert run("residue", "--values", values, "--folder", tmp_path / "more", "--folder", tmp_path / "more") == 1
        assert capsys.readouterr().out.count("file list.csv") == 1

    @pytest.mark.parametrize("content", ["", "  \n", "abc\n"])
    def test_values_that_cannot_be_searched_for(self, tmp_path, content):
        assert run("residue", "--values", self.values(tmp_path, content)) == 2

    def test_no_such_file(self, tmp_path):
        assert run("residue", "--values", tmp_path / "nothing") == 2
