"""Collect what is to be translated: the texts in Python files and in Django templates, by the app that owns them."""

import ast
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Function -> where its context, singular and plural stand among the arguments (None: it has no such part).
FORMS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "_": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
FUNCTIONS = FORMS | {f"{name}_lazy": form for name, form in FORMS.items() if name != "_"} | {"gettext_noop": FORMS["_"]}
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg", ".js", ".css", ".json", ".webmanifest", ".typ"}

Key = tuple[str | None, str]  # context and msgid


@dataclass
class Message:
    """One text to translate and where it is used (paths from the checkout, with lines)."""

    context: str | None
    singular: str
    plural: str | None = None
    places: list[tuple[str, int]] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.context, self.singular


@dataclass
class Collected:
    """The texts of one app, and what could not be read there."""

    messages: dict[Key, Message] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def collect(root: Path, *, default: Path | None = None) -> dict[Path, Collected]:
    """All texts below `root` by app folder. Files outside every app (settings) belong to `default`."""
    apps: dict[Path, Collected] = {}
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        if "tests" in inside or "migrations" in inside or "static" in inside or not path.is_file():
            continue
        place = path.relative_to(root.parent).as_posix()
        owner = owner_of(path, root) or default or root
        into = apps.setdefault(owner, Collected())
        try:
            if path.suffix == ".py":
                found = list(_python_messages(path.read_text(), place, into.problems))
            elif "templates" in inside and path.suffix in TEMPLATE_SUFFIXES:
                found = list(_template_messages(path.read_text(), place))
            else:
                continue
        except (SyntaxError, UnicodeDecodeError) as reason:
            into.problems.append(f"{place}: {reason}")
            continue
        for message in found:
            _add(into, message)
    return apps


def owner_of(path: Path, root: Path) -> Path | None:
    """The nearest folder upwards that is an app: it has an `apps.py` or a `locale`."""
    for folder in path.parents:
        if (folder / "apps.py").exists() or (folder / "locale").is_dir():
            return folder
        if folder == root:
            return None
    return None


def _add(into: Collected, message: Message) -> None:
    known = into.messages.setdefault(message.key, message)
    if known is message:
        return
    known.places += message.places
    if message.plural and known.plural and message.plural != known.plural:
        into.problems.append(f"{message.places[0][0]}: two plurals for “{message.singular}”")
    known.plural = known.plural or message.plural


def _python_messages(source: str, place: str, problems: list[str]) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        form = FUNCTIONS.get(name)
        if form is None or node.func.__class__ is ast.Attribute and name == "_":
            continue
        texts: list[str | None] = []
        for position in form:
            if position is None:
                texts.append(None)
                continue
            argument = node.args[position] if position < len(node.args) else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                texts.append(argument.value)
                continue
            if not isinstance(argument, ast.Name | ast.Attribute | ast.Subscript):  # a text marked by gettext_noop
                problems.append(f"{place}:{node.lineno}: {name}() needs a text written out, or nobody can translate it")
            break
        else:
            context, singular, plural = texts
            assert singular is not None
            if singular:
                yield Message(context, singular, plural, [(place, node.lineno)])


def _template_messages(source: str, place: str) -> Iterator[Message]:
    from babel.messages.extract import extract
    from django.utils.translation import TranslatorCommentWarning
    from django.utils.translation.template import templatize

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TranslatorCommentWarning)
        text = templatize(source, origin=place)
    # What is left of the markup is no Python; its indentation least of all.
    lines = "\n".join(line.lstrip() for line in text.splitlines())
    keywords = {
        "gettext": None,
        "_": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    try:
        found = list(extract("python", io.BytesIO(lines.encode()), keywords, options={"encoding": "utf-8"}))
    except Exception as reason:
        raise SyntaxError(f"cannot be read ({reason})") from reason
    for line, texts, _comments, context in found:
        singular, plural = texts[:2] if isinstance(texts, tuple) else (texts, None)
        yield Message(context, singular, plural, [(place, line)])
