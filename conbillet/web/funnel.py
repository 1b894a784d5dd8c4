"""How many got how far, as bars in a table: the picture and its figures are one, and words wrap on a phone.

The bars are SVG from numbers only; no inline style, as the content security policy asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .charts import plain_number


@dataclass(frozen=True)
class FunnelRow:
    """One step; `times` None where there is too little to show, `went_on` the share that came from the step before, in percent."""

    label: Any
    times: int | None
    went_on: int | None = None
    by_language: str = ""


def funnel_rows(steps: Sequence[tuple[Any, int, str]]) -> list[FunnelRow]:
    """Rows of (label, times, languages). A share is said only between two figures that are shown, and where it is one."""
    rows: list[FunnelRow] = []
    for label, times, languages in steps:
        before = rows[-1].times if rows else None
        share = round(100 * times / before) if times and before and times <= before else None
        rows.append(FunnelRow(label, times or None, share, languages))
    return rows


def funnel_chart(rows: Sequence[FunnelRow], title: str = "", steps: str = "", went_on: bool = True, numbers: str = "") -> SafeString:
    """The table; `steps` heads its first column, `numbers` the last. Without `went_on` its bars stand beside each other, none after another."""
    most = max((row.times or 0 for row in rows), default=0)
    too_few = _("too few to show")
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="rest" d="M0 0h100v10H0z"/><path class="part" d="M0 0h{}v10H0z"/></svg></td>'
        '<td class="number">{}</td>{}</tr>',
        (
            (
                _label(row),
                f"{100 * (row.times or 0) / max(most, 1):.1f}",
                _figure(row, too_few),
                format_html('<td class="number">{}</td>', "" if row.went_on is None else f"{row.went_on} %") if went_on else "",
            )
            for row in rows
        ),
    )
    return format_html(
        '<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table class="funnel"><caption class="visually-hidden">{title}</caption>'
        '<thead><tr><th scope="col">{steps}</th><td></td><th scope="col" class="number">{times}</th>{on}</tr></thead><tbody>{body}</tbody></table></div>',
        title=title,
        steps=steps,
        times=numbers or _("Times"),
        on=format_html('<th scope="col" class="number">{}</th>', _("Went on")) if went_on else "",
        body=body,
    )


def _label(row: FunnelRow) -> SafeString:
    languages = format_html('<br><span class="muted small">{}</span>', row.by_language) if row.by_language else ""
    return format_html("{}{}", row.label, languages)


def _figure(row: FunnelRow, too_few: str) -> SafeString:
    if row.times is None:
        return format_html('<span class="muted small">{}</span>', too_few)
    return format_html("{}", plain_number(row.times))
