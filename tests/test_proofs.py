"""Every clause of the policy is proven by tests that are there, and the table of proofs is up to date."""

from pathlib import Path

import pytest

from conbillet.consents.queries import texts
from tests.proving import plain, without_proof
from tools import proofs


def test_every_clause_has_a_proving_test():
    library = texts()
    assert proofs.unproven(proofs.clauses_of(library), set(library.pending), proofs.collect()) == []


def test_the_table_of_proofs_is_up_to_date():
    assert proofs.TABLE.read_text() == proofs.table(texts(), proofs.collect()), "run: python -m tools.proofs"


PLANTED = """
import pytest
pytestmark = [pytest.mark.django_db, pytest.mark.proves("a.file")]

@pytest.mark.proves("a.test", "b.test")
def test_one(): ...

@pytest.mark.proves("a.class")
class TestMany:
    @pytest.mark.parametrize("x", [1])
    @pytest.mark.proves("a.inner")
    def test_two(self, x): ...

@pytest.mark.proves("a.helper")
def no_test(): ...
"""


def planted(folder: Path, text: str) -> Path:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.py").write_text(text)
    return folder


def test_marks_are_found_on_tests_classes_and_files(tmp_path):
    one, two = "tests/test_x.py::test_one", "tests/test_x.py::TestMany::test_two"
    assert proofs.collect(planted(tmp_path, PLANTED)) == {
        "a.file": [one, two], "a.test": [one], "b.test": [one], "a.class": [two], "a.inner": [two],
    }  # fmt: skip


def test_planted_a_clause_without_a_test_is_caught():
    found = proofs.collect()
    clauses = proofs.clauses_of(texts())
    pending = set(texts().pending)
    assert "collect.shoe_size: no test proves it" in proofs.unproven([*clauses, "collect.shoe_size"], pending, found)
    del found["collect.phone"]
    assert "collect.phone: no test proves it" in proofs.unproven(clauses, pending, found)
    assert "collect.phone: no test proves it" not in proofs.unproven(clauses, {*pending, "collect.phone"}, found)


def test_planted_a_mark_of_no_clause_is_caught():
    found = {**proofs.collect(), "collect.tail": ["tests/test_x.py::test_one"]}
    complaints = proofs.unproven(proofs.clauses_of(texts()), set(texts().pending), found)
    assert "collect.tail: proven by tests/test_x.py::test_one, but it is no clause" in complaints


def test_planted_clauses_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(ValueError, match="write the clauses out"):
        proofs.collect(planted(tmp_path, "import pytest\n@pytest.mark.proves(*ALL)\ndef test_one(): ...\n"))


def test_planted_a_proof_that_did_not_pass_is_none():
    found = {"a": ["t::one", "t::two"], "b": ["t::three"]}
    assert without_proof(["a", "b", "c"], {"c"}, found, {"t::two"}) == ["b"]
    assert without_proof(["a", "b"], set(), found, {"t::one", "t::three"}) == []
    assert plain("t::one[da-1]") == "t::one"
