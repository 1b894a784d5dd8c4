"""The package that somebody takes away: a page to read, the same as PDF, and JSON for machines, in one zip."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conbillet.core.data_map import data_map
from conbillet.core.formats import format_moment
from conbillet.core.typesetting import Data, compile_pdf

from .facts import Insight
from .report import Entry, Part, parts_of

FORMAT = "conbillet-insight/1"
_TEMPLATE = Path(__file__).parent / "package.typ"


def zip_of(
    insight: Insight, *, language: str, operator: dict[str, str], files: Mapping[str, bytes] | None = None
) -> bytes:
    """`index.html`, `data.pdf`, `data.json`, and the `files` that somebody sent us. `operator` is the platform as
    controller: name, e-mail, address."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_of(insight, language=language, operator=operator).items():
            archive.writestr(name, content)
        for name, content in (files or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def files_of(insight: Insight, *, language: str, operator: dict[str, str]) -> dict[str, bytes]:
    """Name of each file → its bytes."""
    with translation.override(language):
        parts = parts_of(insight, language)
        head = {
            "title": _("What is stored about you"),
            "made": _("As it was on %(moment)s") % {"moment": format_moment(insight.made_at, language)},
            "operator": operator,
            "language": language,
        }
        page = render_to_string("privacy/package.html", {"parts": [(part, _lists(part)) for part in parts], **head})
        pdf = _pdf(parts, head, insight)
    return {"index.html": page.encode(), "data.pdf": pdf, "data.json": as_json(insight, operator).encode()}


def _lists(part: Part) -> list[tuple[Entry, list[SafeString]]]:
    """Each entry with its rows as lists; thousands of values are too many for a template."""
    return [(entry, [format_html_join("", "<dt>{}</dt><dd>{}</dd>", row) for row in entry.rows]) for entry in part.entries]


def as_json(insight: Insight, operator: dict[str, str]) -> str:
    """For machines: the map's own terms, values as they are stored, amounts in øre, instants in UTC."""
    tables = data_map.load().tables
    things = []
    for thing in insight.things:
        things.append(
            {
                "table": thing.table,
                "about_others": thing.beyond,
                "controller": insight.associations[thing.organization].name if thing.organization else operator["name"],
                "purposes": [dict(zip(("purpose", "basis", "law"), one, strict=True)) for one in thing.purposes],
                "keep": thing.keeps,
                "recipients": thing.recipients,
                "omitted": thing.omitted,
                "columns": {
                    name: {"category": column.category, "clause": column.clause}
                    for name, column in tables[thing.table].columns.items()
                    if column.category
                },
                "rows": [{**row.values, **_kept(row.kept_until)} for row in thing.rows],
            }
        )
    content = {
        "format": FORMAT,
        "made_at": insight.made_at,
        "operator": operator,
        "associations": [{"id": pk, **asdict(one)} for pk, one in sorted(insight.associations.items())],
        "things": things,
        "children": [asdict(one) for one in insight.children],
        "handed_over": [asdict(one) for one in insight.handovers],
        "looked_up": [asdict(one) for one in insight.look_ups],
        "log": [asdict(one) for one in insight.deeds],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, default=_json)


def _kept(days: dict[str, Any]) -> dict[str, Any]:
    return {"kept_until": days} if days else {}


def _json(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def _pdf(parts: list[Part], head: dict[str, Any], insight: Insight) -> bytes:
    labels: dict[str, Data] = {
        "platform": _("ConBillet: your account"),
        "controller": _("The association decides about these data. Ask it at"),
        "why": _("Why"),
        "source": _("From where"),
        "to": _("Who gets it"),
        "long": _("How long"),
        "since": _("Since"),
        "omitted": _("Not handed out"),
        "handovers": _("Given to whom, and when"),
        "look_ups": _("Who looked it up"),
        "deeds": _("What was done"),
        "page": _("Page {number} of {total}"),
    }
    data: dict[str, Data] = {
        "title": head["title"],
        "language": head["language"],
        "made": head["made"],
        "operator": f"{head['operator']['name']} · {head['operator']['email']}",
        "labels": labels,
        "parts": [
            {
                "name": part.name,
                "contact": part.association.email if part.association else "",
                "entries": [
                    {
                        "title": entry.title,
                        "why": entry.purposes,
                        "source": entry.source,
                        "to": entry.recipients,
                        "long": entry.periods,
                        "since": entry.since,
                        "omitted": entry.omitted,
                        "rows": entry.rows,
                    }
                    for entry in part.entries
                ],
                "events": [
                    {"title": labels[name], "rows": rows}
                    for name, rows in (
                        ("handovers", part.handovers),
                        ("look_ups", part.look_ups),
                        ("deeds", part.deeds),
                    )
                    if rows
                ],
            }
            for part in parts
        ],
    }
    return compile_pdf(_TEMPLATE, data, created_at=insight.made_at)
