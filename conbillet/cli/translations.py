"""Translations without GNU gettext: compile the catalogues, check them against the texts in use, add what is missing.

Each app owns the texts below it (`<app>/locale/da/LC_MESSAGES/django.po`); msgids are English, Danish is translated.
"""

import io
import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from conbillet.cli.messages import Collected, Message, collect

if TYPE_CHECKING:
    from babel.messages import Catalog

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "da"
CATALOGUE = f"locale/{LANGUAGE}/LC_MESSAGES/django.po"
# Texts outside every app (the names of the languages in the settings) stand in the pages' shared catalogue.
DEFAULT_APP = "web"

AMOUNT_AND_STOP = re.compile(r"%\((?:amount|sum|vat|price)\)s\.")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<!%)%[sd]|\{\w*(?:![rsa])?(?::[^{}]*)?\}")
TAG = re.compile(r"</?([a-z][a-z0-9]*)")


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile each catalogue that is newer than its `.mo`; returns what was written. Quick when there is nothing to do.

    A `.mo` is replaced in one step: a server that starts meanwhile reads the old one or the new one, never half.
    """
    written = []
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        from babel.messages.mofile import write_mo

        stamp = source.stat().st_mtime_ns
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        with temporary.open("wb") as file:
            write_mo(file, _read(source))
        # The source's own time: an edit made while we compiled is newer, and is compiled next time.
        os.utime(temporary, ns=(stamp, stamp))
        temporary.replace(target)
        written.append(target)
    return written


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong with the translations below `root`, one sentence each; empty when nothing is."""
    found: list[str] = []
    everywhere: dict[tuple[str | None, str], tuple[str, str]] = {}
    apps = collect(root, default=root / DEFAULT_APP)
    for source in root.rglob(CATALOGUE):
        apps.setdefault(source.parents[2], Collected())
    for app, used in sorted(apps.items()):
        name = app.relative_to(root.parent).as_posix()
        found += used.problems
        source = app / CATALOGUE
        if not source.exists():
            found += [
                f"{name}: no {CATALOGUE}, but “{text.singular}” is to be translated" for text in used.messages.values()
            ]
            continue
        catalogue = _read(source)
        for message in used.messages.values():
            found += [f"{name}: {sentence}" for sentence in _judge(catalogue, message)]
        for entry in catalogue:
            if not entry.id:
                continue
            context, singular = entry.context, _forms(entry.id)[0]
            translated = (_forms(entry.string) or [""])[0]
            if (context, singular) not in used.messages:
                found.append(f"{name}: “{singular}” is translated but not used")
            theirs = everywhere.setdefault((context, singular), (name, translated))
            if theirs[1] != translated:
                # Django merges all catalogues: the reader would see only one of the two, everywhere.
                found.append(f"{name}: “{singular}” is translated differently in {theirs[0]}")
    return found


def add_missing(app: Path, root: Path = ROOT) -> list[Message]:
    """Append the app's untranslated texts, with empty translations, to its catalogue; the rest stays as it is."""
    from babel.messages import Catalog
    from babel.messages.pofile import write_po

    used = collect(root, default=root / DEFAULT_APP).get(app, Collected())
    source = app / CATALOGUE
    known = _read(source) if source.exists() else None
    missing = [text for key, text in used.messages.items() if known is None or known.get(key[1], key[0]) is None]
    if not missing:
        return []
    addition = Catalog(locale=LANGUAGE, project="ConBillet", charset="utf-8", fuzzy=False)
    for text in missing:
        identity = (text.singular, text.plural) if text.plural else text.singular
        addition.add(identity, locations=text.places, context=text.context)
    out = io.BytesIO()
    write_po(out, addition, width=110, omit_header=known is not None, include_lineno=False)
    before = source.read_text().rstrip("\n") + "\n\n" if known is not None else ""
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(before + out.getvalue().decode())
    return missing


def _read(source: Path) -> "Catalog":
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django", abort_invalid=True)


def _judge(catalogue: "Catalog", message: Message) -> list[str]:
    where = f"“{message.singular}” ({message.places[0][0]}:{message.places[0][1]})"
    entry = catalogue.get(message.singular, message.context)
    forms = [] if entry is None else _forms(entry.string)
    if entry is None or not forms or not all(forms):
        return [f"{where} has no Danish translation"]
    if entry.fuzzy:
        return [f"{where} has only a fuzzy translation"]
    if message.plural is None:
        wanted = [message.singular]
    elif len(forms) == 2 and not isinstance(entry.id, str) and entry.id[1] == message.plural:
        wanted = [message.singular, message.plural]
    else:
        return [f"{where} has another plural in the catalogue"]
    found = [
        f"{where} has other placeholders or tags in Danish: “{form}”"
        for text, form in zip(wanted, forms, strict=False)
        if _skeleton(text) != _skeleton(form)
    ]
    # An amount is written `400,00 kr.`, and its full stop is the sentence's as well.
    return found + [
        f"{where} would be read as “kr..” in Danish: “{form}”" for form in forms if AMOUNT_AND_STOP.search(form)
    ]


def _skeleton(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text)) + Counter(f"<{tag}>" for tag in TAG.findall(text))


def _forms(text: "str | tuple[str, ...] | list[str] | None") -> list[str]:
    return [] if text is None else [text] if isinstance(text, str) else list(text)
