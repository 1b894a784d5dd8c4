"""The rules of the house, each a function over a folder that returns what breaks it, one sentence each."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LONGEST = 400
CODE = {".py", ".html", ".css", ".js", ".typ", ".sql", ".sh", ".toml", ".md"}
# Not ours, not written by hand, or not in the repository.
LEFT_OUT = {
    ".git", ".venv", "var", "node_modules", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache",
    ".hypothesis", ".import_linter_cache", "migrations", "vendor", "vendored", "fonts",
}  # fmt: skip
# The rules name what they forbid, and so do their tests.
ABOUT_THE_RULES = {"house_rules.py", "test_house.py"}

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
SOMEBODYS_HOME = re.compile(r"/(home|Users)/[a-z][\w.-]*/")
REGISTRY = re.compile(r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org)\b")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
WITHOUT_REASON = (
    (re.compile(r"pytest\.(skip|xfail)\(\s*\)"), "skips a test without a reason"),
    (re.compile(r"mark\.(skip|xfail)(?!if)\b(?!\(.*\breason=)"), "skips a test without a reason"),
    (re.compile(r"#\s*type:\s*ignore(?!\[)"), "ignores a type without saying which error"),
)

ABOVE_THE_ROOMS = {"cli", "demo", "config", "web", "api", "workflows"}
CLOCKS = {
    "timezone": {"now", "localtime", "localdate"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time"},
}
NETWORK = {"requests", "httpx", "urllib3", "urllib.request", "http.client", "socket", "smtplib", "imaplib", "stripe", "aiohttp"}
TALKS_TO_OTHERS = {"cli", "demo", "payments", "mail", "backups"}


def files(root: Path, suffixes: set[str]) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix in suffixes and not LEFT_OUT & set(path.relative_to(root).parts) and path.is_file():
            yield path


def rooms(package: Path) -> list[Path]:
    return sorted(path.parent for path in package.glob("*/__init__.py"))


def sources(package: Path) -> Iterator[tuple[str, str, ast.Module]]:
    """Place, room and syntax tree of every Python file of the package but its tests."""
    for path in files(package, {".py"}):
        inside = path.relative_to(package)
        if "tests" not in inside.parts:
            yield inside.as_posix(), inside.parts[0], ast.parse(path.read_text(), filename=str(path))


def long_files(root: Path) -> list[str]:
    found = []
    for path in files(root, CODE):
        count = len(path.read_text().splitlines())
        if count > LONGEST and not path.name.endswith(".min.js"):
            found.append(f"{path.relative_to(root)} has {count} lines; at most {LONGEST}")
    return found


def rooms_without_readme(package: Path) -> list[str]:
    return [f"{room.name} has no README.md" for room in rooms(package) if not (room / "README.md").exists()]


def forbidden_words(root: Path) -> list[str]:
    """Unfinished work, paths of one machine, registry hosts, and skips or ignores without a reason."""
    found = []
    own_path = str(root.resolve())
    for path in files(root, CODE | {".po", ".txt", ".in", ".yml", ".json", ""}):
        if path.name in ABOUT_THE_RULES:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            place = f"{path.relative_to(root)}:{number}"
            if UNFINISHED.search(line):
                found.append(f"{place} is unfinished: {line.strip()}")
            if SOMEBODYS_HOME.search(line) or own_path.count("/") > 1 and own_path in line:
                found.append(f"{place} names a path of one machine: {line.strip()}")
            if REGISTRY.search(line):
                found.append(f"{place} names a registry's host")
            if path.suffix == ".py":
                found += [f"{place} {what}" for pattern, what in WITHOUT_REASON if pattern.search(line)]
    return found


def broken_links(root: Path) -> list[str]:
    """Links between documents lead to files that exist."""
    found = []
    for path in files(root, {".md"}):
        for target in LINK.findall(path.read_text()):
            # A path from the root is a page of the house, not a file.
            if "://" not in target and not target.startswith("/") and not (path.parent / target).exists():
                found.append(f"{path.relative_to(root)} links to {target}, which does not exist")
    return found


def lock_files_with_hosts(root: Path) -> list[str]:
    locks = [*root.glob("requirements*.txt"), *root.glob("package-lock.json"), *root.glob("uv.lock")]
    return [f"{path.name} names a host" for path in sorted(locks) if re.search(r"https?:", path.read_text())]


def misshapen_actions(package: Path) -> list[str]:
    """Every file in `actions/` holds one verb of its own name: keyword-only, with its return type written."""
    found = []
    for place, _room, tree in sources(package):
        path = Path(place)
        if path.parent.name != "actions" or path.stem.startswith("_"):
            continue
        verbs = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == path.stem]
        if not verbs:
            found.append(f"{place} defines no function {path.stem}")
            continue
        arguments = verbs[0].args
        if arguments.posonlyargs or arguments.args or arguments.vararg:
            found.append(f"{place}: {path.stem} takes arguments by position")
        if verbs[0].returns is None:
            found.append(f"{place}: {path.stem} does not say what it returns")
    return found


def clock_readers(package: Path) -> list[str]:
    """Below the workflows nobody asks what time it is but `core/clock.py`; an action is told, in `now`."""
    found = []
    for place, room, tree in sources(package):
        if room in ABOVE_THE_ROOMS or place == "core/clock.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
                if node.attr in CLOCKS.get(owner, ()):
                    found.append(f"{place}:{node.lineno} reads the clock ({owner}.{node.attr})")
            if "/actions/" in place and isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called == "now" or isinstance(node.func, ast.Name) and called == "Now":
                    found.append(f"{place}:{node.lineno} reads the clock; take `now` as an argument")
    return found


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def network_users(package: Path) -> list[str]:
    """Only `payments` and `mail` reach out of the house (and the demo's own fakes, and the command line)."""
    found = []
    for place, room, tree in sources(package):
        if room in TALKS_TO_OTHERS:
            continue
        for line, name in imported(tree):
            if any(name == module or name.startswith(f"{module}.") for module in NETWORK):
                found.append(f"{place}:{line} imports {name}")
    return found


def signal_receivers(package: Path) -> list[str]:
    """What has happened is enqueued as a job; nothing listens in the dark."""
    found = []
    for place, _room, tree in sources(package):
        for line, name in imported(tree):
            if name.startswith("django.dispatch") or "signals" in name.split("."):
                found.append(f"{place}:{line} uses signals ({name})")
    return found


def undocumented_verbs(package: Path) -> list[str]:
    found = []
    for place, room, tree in sources(package):
        if room != "workflows" and "/actions/" not in place:
            continue
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                found.append(f"{place}:{node.lineno} {node.name} has no docstring")
    return found
