"""`python -m tools.security_table`: write docs/security.md from docs/security/asvs.toml and from the marks of the tests.

The table cannot claim a test that is not there: it is made from the marks `@pytest.mark.asvs(…)`, which are read from the
test files themselves, and `tests/security/test_table.py` fails when the file is stale or a claim has no test.
"""

import ast
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE, TABLE = ROOT / "docs" / "security" / "asvs.toml", ROOT / "docs" / "security.md"
HOW = {
    "tests": "proven by tests",
    "design": "by design",
    "operator": "the operator's",
    "nothing": "nothing of the kind",
    "gap": "**gap**",
}
# How many requirements of levels 1 and 2 each chapter of the standard has.
IN_THE_STANDARD = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16}

INTRODUCTION = """# What the house defends, requirement by requirement

OWASP's Application Security Verification Standard 5.0.0, levels 1 and 2, and where ConBillet stands. Numbers are the
standard's (OWASP Foundation, CC BY-SA 4.0), words are ours. This file is generated from [`security/asvs.toml`](security/asvs.toml)
and from the tests' marks: `python -m tools.security_table`. How to report a weakness: [SECURITY.md](../SECURITY.md).
"""

SHARE = """Of the {here} requirements (of {all}) that are ConBillet's own to meet, {tested} are proven by tests: {share:.0%}. *By design* are mostly
requirements for something written down. The gaps are told as what they are; whoever weighs them finds the reason beside them.
"""

CRYPTOGRAPHY = """## Cryptography in use

| what for | how | key |
|---|---|---|
| a person's append-only data (audit payloads, packages) | AES-256-GCM, bound to person and place | one file a person, destroyed with the person |
| secrets of second factors | AES-256-GCM | installation key `second-factors` |
| recovery codes | HMAC-SHA-256, shown once and never kept | installation key `recovery-codes` |
| ticket codes | Ed25519 | private key files, rotated by `bin/conbillet`, public halves in the database |
| passwords | scrypt | – |
| codes by mail, links, live tokens, rate limits, marks in the security log | HMAC-SHA-256 | the server's secret key |
| webhooks | HMAC-SHA-256 | Stripe's signing secrets, two while one replaces the other |
| audit chain, policy chain, erasure ledger | SHA-256 | – |
| sessions, references | `secrets` | – |
"""


@dataclass(frozen=True)
class Requirement:
    number: str
    level: int
    how: str
    asks: str
    does: str


def chapters(text: str) -> dict[int, tuple[str, list[Requirement]]]:
    """Number → title and requirements, in the file's order."""
    found = {}
    for number, content in tomllib.loads(text).items():
        title = content.pop("title")
        found[int(number)] = (title, [Requirement(name, *values) for name, values in content.items()])
    return found


def marked_tests(root: Path = ROOT) -> dict[str, list[str]]:
    """Requirement → the tests that are marked with it, as `path::name`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted([*root.glob("conbillet/**/tests/**/test_*.py"), *root.glob("tests/**/test_*.py")]):
        text = path.read_text()
        if "mark.asvs" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in _marks(node):
                    found[number].append(f"{path.relative_to(root).as_posix()}::{node.name}")
    return dict(found)


def _marks(function: ast.FunctionDef) -> list[str]:
    numbers = []
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.asvs":
            numbers += [argument.value for argument in decorator.args if isinstance(argument, ast.Constant)]
    return [str(number) for number in numbers]


def complaints(source: dict[int, tuple[str, list[Requirement]]], tests: dict[str, list[str]]) -> list[str]:
    """What is wrong between the file and the tests."""
    everything = {one.number: one for _, requirements in source.values() for one in requirements}
    found = [f"{number} is marked in a test, but not in the table" for number in sorted(set(tests) - set(everything))]
    for number, one in everything.items():
        if one.how not in HOW:
            found.append(f"{number}: {one.how} is no way to meet a requirement")
        if one.how == "tests" and number not in tests:
            found.append(f"{number}: no test is marked with it")
        if one.how != "tests" and number in tests:
            found.append(f"{number}: has a test, but the table says {one.how}")
    for chapter, count in IN_THE_STANDARD.items():
        listed = len(source[chapter][1]) if chapter in source else 0
        if listed != count:
            found.append(f"chapter {chapter}: {listed} requirements listed, the standard has {count} of levels 1 and 2")
    return found


def table(source: dict[int, tuple[str, list[Requirement]]], tests: dict[str, list[str]]) -> str:
    """The whole of docs/security.md."""
    everything = [one for _, requirements in source.values() for one in requirements]
    here = [one for one in everything if one.how not in {"nothing", "operator"}]
    tested = sum(one.how == "tests" for one in here)
    rows = [
        (word, *(sum(one.how == how and one.level == level for one in everything) for level in (1, 2)))
        for how, word in HOW.items()
    ]
    parts = [INTRODUCTION, "| how | level 1 | level 2 | together |\n|---|---:|---:|---:|"]
    parts[-1] += "".join(f"\n| {word} | {first} | {second} | {first + second} |" for word, first, second in rows) + "\n"
    parts.append(SHARE.format(tested=tested, here=len(here), share=tested / len(here), all=len(everything)))
    parts.append(CRYPTOGRAPHY)
    for number, (title, requirements) in source.items():
        rows = [f"## {number}. {title}\n", "| | level | asks | here | how |", "|---|---:|---|---|---|"]
        for one in requirements:
            proofs = "<br>".join(f"`{name}`" for name in tests.get(one.number, []))
            rows.append(f"| {one.number} | {one.level} | {one.asks} | {one.does} | {proofs or HOW[one.how]} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def main() -> None:
    source, tests = chapters(SOURCE.read_text()), marked_tests()
    if wrong := complaints(source, tests):
        raise SystemExit("\n".join(wrong))
    TABLE.write_text(table(source, tests))
    print(f"{TABLE.relative_to(ROOT)} written")  # noqa: T201


if __name__ == "__main__":
    main()
