"""`python -m tools.proofs`: write docs/privacy/proofs.md: every clause of the policy, what it claims, which tests prove it.

The marks `@pytest.mark.proves("collect.phone")` are read from the test files themselves, without running or importing
them; a mark stands on a test, on its class, or in `pytestmark`, with its clauses written out. That the tests pass is seen
to by `tests/proving.py`, which ends a full run in red when a clause has no proving test that passed.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from conbillet.consents.policy_checks import newest
from conbillet.consents.policy_texts import Library, library
from conbillet.consents.proofs import CLAUSES

CHECKOUT = Path(__file__).resolve().parent.parent
TABLE = CHECKOUT / "docs" / "privacy" / "proofs.md"
Proofs = dict[str, list[str]]

INTRODUCTION = """# What proves each clause of the privacy policy

Every clause of the newest policy ({version}) with what it claims about the [data map](../../conbillet/core/data_map.py)
(predicates in [`consents/proofs.py`](../../conbillet/consents/proofs.py), checked by `conbillet/consents/tests`) and the
tests that prove it (`@pytest.mark.proves`). A clause without both fails, unless it stands in
[`policy/pending.txt`](../../policy/pending.txt): then its text says that it comes later. A full run of the tests fails when
no proving test of a clause has passed. This file is generated: `python -m tools.proofs`.

{proven} of {all} clauses are proven, by {tests} tests; {pending} come later.
"""


def test_files(root: Path = CHECKOUT) -> list[Path]:
    return sorted([*root.glob("conbillet/**/tests/test_*.py"), *root.glob("tests/**/test_*.py")])


def collect(root: Path = CHECKOUT) -> Proofs:
    """Clause → tests, each as `path::Class::test`. Raises ValueError for a mark whose arguments are not written out."""
    found: Proofs = defaultdict(list)
    for path in test_files(root):
        place = path.relative_to(root).as_posix()
        for name, ids in _tests(ast.parse(path.read_text(), filename=str(path)), place):
            for id in ids:
                if f"{place}::{name}" not in found[id]:
                    found[id].append(f"{place}::{name}")
    return dict(found)


def unproven(clauses: list[str], pending: set[str], proofs: Proofs) -> list[str]:
    """Clauses without a proving test unless they are pending, and marks that name no clause."""
    found = [f"{id}: no test proves it" for id in clauses if id not in pending and not proofs.get(id)]
    return found + [
        f"{id}: proven by {proofs[id][0]}, but it is no clause" for id in sorted(set(proofs) - set(clauses))
    ]


def clauses_of(texts: Library) -> list[str]:
    """The ids of the newest policy, in its order."""
    return newest(texts).texts["full", "en"].ids


def table(texts: Library, proofs: Proofs) -> str:
    """The whole file."""
    version = newest(texts)
    clauses = version.texts["full", "en"].clauses
    parts = [
        INTRODUCTION.format(
            version=version.name,
            proven=len(clauses) - len(texts.pending),
            all=len(clauses),
            tests=len({test for tests in proofs.values() for test in tests}),
            pending=len(texts.pending),
        )
    ]
    for clause in clauses:
        parts.append(f"## {clause.heading}: `{clause.id}`\n")
        if clause.id in texts.pending:
            parts.append(f"Comes later: {texts.pending[clause.id]}.\n")
            continue
        parts += [f"- claims: {predicate.says}" for predicate in CLAUSES.get(clause.id, ())]
        parts += _by_file(proofs.get(clause.id, []))
        parts.append("")
    return "\n".join(parts).rstrip("\n") + "\n"


def _by_file(tests: list[str]) -> list[str]:
    """A line for each file, with its tests as pytest names them."""
    files: dict[str, list[str]] = {}
    for test in tests:
        file, name = test.split("::", 1)
        files.setdefault(file, []).append(f"`::{name}`")
    return [f"- proof: `{file}` {' '.join(names)}" for file, names in files.items()]


def main() -> None:
    """Write the file anew; ends with a complaint when a clause has no proving test."""
    texts, proofs = library(CHECKOUT / "policy"), collect()
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(table(texts, proofs))
    if complaints := unproven(clauses_of(texts), set(texts.pending), proofs):
        raise SystemExit("\n".join(complaints))


def _tests(tree: ast.Module, place: str) -> Iterator[tuple[str, list[str]]]:
    everywhere = [
        id
        for node in tree.body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "pytestmark" for target in node.targets)
        for id in _marks([node.value], place)
    ]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, everywhere + _marks(node.decorator_list, place)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            of_class = everywhere + _marks(node.decorator_list, place)
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_"):
                    yield f"{node.name}::{inner.name}", of_class + _marks(inner.decorator_list, place)


def _marks(nodes: list[ast.expr], place: str) -> list[str]:
    found = []
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "proves"):
            continue
        for argument in node.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise ValueError(f"{place}:{node.lineno}: write the clauses out, so that they can be read")
            found.append(argument.value)
    return found


if __name__ == "__main__":
    main()
