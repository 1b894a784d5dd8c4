"""docs/security.md says what the tests prove, and nothing else."""

from dataclasses import replace

from tools import security_table


def parts() -> tuple[dict, dict[str, list[str]]]:
    return security_table.chapters(security_table.SOURCE.read_text()), security_table.marked_tests()


def test_every_claim_has_its_test_and_every_requirement_its_row():
    assert security_table.complaints(*parts()) == []


def test_the_document_is_the_one_that_would_be_written():
    assert security_table.TABLE.read_text() == security_table.table(*parts()), "run: python -m tools.security_table"


def test_planted_a_claim_without_a_test_is_caught():
    source, tests = parts()
    tests = {number: names for number, names in tests.items() if number != "7.4.1"}
    assert security_table.complaints(source, tests) == ["7.4.1: no test is marked with it"]


def test_planted_a_left_out_requirement_is_caught():
    source, tests = parts()
    title, requirements = source[8]
    found = security_table.complaints({**source, 8: (title, requirements[:-1])}, tests)
    assert "chapter 8: 6 requirements listed, the standard has 7 of levels 1 and 2" in found


def test_planted_a_gap_that_is_called_proven_is_caught():
    source, tests = parts()
    title, requirements = source[5]
    claimed = [replace(one, how="tests") if one.how == "gap" else one for one in requirements]
    assert security_table.complaints({**source, 5: (title, claimed)}, tests) == ["5.4.3: no test is marked with it"]
