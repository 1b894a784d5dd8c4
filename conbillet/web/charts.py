"""Charts drawn on the server as SVG: no script, readable as a table by everybody.

Each chart is a figure with a title, the picture (described for screen readers) and a table of the same figures below
a disclosure. Colours and text sizes come from `components.css`; no inline style, as the content security policy asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 10, 14, 30
MAX_POINTS = 400

Series = tuple[str, Sequence[float]]
Format = Callable[[float], str]

_numbers = count(1)


def plain_number(value: float) -> str:
    """Write a number without needless decimals, in the visitor's way: 1.284 in Danish, 1,284 in English."""
    return number_format(value, decimal_pos=0 if value == int(value) else 1, force_grouping=True)


def _ceiling(largest: float) -> tuple[float, float]:
    """A round top of the axis and the step between its lines: three to five lines."""
    if largest <= 0:
        return 1, 1
    size: float = 1
    while size * 10 <= largest:
        size *= 10
    while size > largest:
        size /= 10
    for step in (size / 5, size / 2, size, size * 2):
        lines = -(-largest // step)
        if lines <= 5 and (step >= 1 or largest < 1):
            return step * lines, step
    return size * 10, size * 2


def bar_chart(
    *, title: str, labels: Sequence[str], series: Sequence[Series], form: Format = plain_number, axis: Format | None = None
) -> SafeString:
    """Groups of bars, one group a label. Series are (name, values); all values zero or more.

    `form` writes a value, `axis` writes it shorter beside the axis.
    """
    top, marks = _frame(labels, series, axis or form)
    slot = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    gap = min(slot * 0.25, 18)
    wide = (slot - gap) / max(len(series), 1)
    shapes = []
    for number, (_name, values) in enumerate(series, 1):
        data = ""
        for position, value in enumerate(values):
            tall = _height(value, top)
            if tall > 0:
                x = LEFT + slot * position + gap / 2 + wide * (number - 1)
                round_by = min(3, tall, wide / 2)
                data += (
                    f"M{x:.1f} {HEIGHT - BOTTOM}v{round_by - tall:.1f}q0-{round_by:.1f} {round_by:.1f}-{round_by:.1f}"
                    f"h{max(wide - 1 - 2 * round_by, 0):.1f}q{round_by:.1f} 0 {round_by:.1f} {round_by:.1f}v{tall - round_by:.1f}z"
                )
        shapes.append(f'<path class="s{number}" d="{data}"/>')
    return _figure(title, labels, series, form, marks + _safe("".join(shapes)))


def line_chart(
    *, title: str, labels: Sequence[str], series: Sequence[Series], form: Format = plain_number, axis: Format | None = None
) -> SafeString:
    """One line a series; the first is filled, later ones are dashed (not told apart by colour alone).

    A series may be shorter than the labels: this year's sales so far, beside all of last year's.
    """
    top, marks = _frame(labels, series, axis or form)
    step = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1, 1)
    floor = HEIGHT - BOTTOM
    shapes, area = [], ""
    for number, (_name, values) in enumerate(series, 1):
        points = [f"{LEFT + step * place:.1f} {floor - _height(value, top):.1f}" for place, value in enumerate(values)]
        if not points:
            continue
        if number == 1:
            end = LEFT + step * (len(points) - 1)
            area = f'<path class="area" d="M{LEFT} {floor}L{"L".join(points)}L{end:.1f} {floor}z"/>'
        shapes.append(f'<path class="line l{number}" d="M{"L".join(points)}"/>')
    return _figure(title, labels, series, form, marks + _safe(area + "".join(reversed(shapes))))


def capacity_bar(*, sold: int, held: int, size: int) -> SafeString:
    """How full a quota is: sold, held in carts, free; the words are in the text beside it, not in the colour."""
    scale = 100 / max(size, sold + held, 1)
    text = _("%(sold)s sold, %(held)s in carts, %(free)s left of %(size)s") % {
        "sold": sold,
        "held": held,
        "free": max(size - sold - held, 0),
        "size": size,
    }
    return format_html(
        '<svg class="capacity" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="free" d="M0 0h100v4H0z"/><path class="held" d="M0 0h{}v4H0z"/><path class="sold" d="M0 0h{}v4H0z"/></svg>',
        text,
        f"{(sold + held) * scale:.2f}",
        f"{sold * scale:.2f}",
    )


def done_bar(*, done: int, left: int) -> SafeString:
    """How far some work is; the words stand beside it, and in the picture's name."""
    text = _("%(done)s of %(all)s done") % {"done": done, "all": done + left}
    return format_html(
        '<svg class="capacity" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="free" d="M0 0h100v4H0z"/><path class="sold" d="M0 0h{}v4H0z"/></svg>',
        text,
        f"{100 * done / max(done + left, 1):.2f}",
    )


def _height(value: float, top: float) -> float:
    return (HEIGHT - TOP - BOTTOM) * max(value, 0) / top


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - callers pass path data computed from numbers only


def _frame(labels: Sequence[str], series: Sequence[Series], form: Format) -> tuple[float, SafeString]:
    """Check the data, and draw the axis lines and the labels. Raises ValueError for too much or unequal data."""
    if len(labels) > MAX_POINTS or len(series) > 4:
        raise ValueError(f"A chart shows at most {MAX_POINTS} points and 4 series.")
    if any(len(values) > len(labels) for _name, values in series):
        raise ValueError("A series has more values than there are labels.")
    top, step = _ceiling(max((value for _name, values in series for value in values), default=0))
    lines, value = [], 0.0
    while value <= top * 1.0001:
        y = HEIGHT - BOTTOM - _height(value, top)
        lines.append((f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", LEFT - 8, f"{y + 4:.1f}", form(value)))
        value += step
    grid = format_html_join("", '<path class="grid" d="{}"/><text class="y" x="{}" y="{}">{}</text>', lines)
    return top, grid + format_html_join("", '<text class="x{}" x="{}" y="{}">{}</text>', _label_places(labels, series))


def _label_places(labels: Sequence[str], series: Sequence[Series]) -> list[tuple[str, str, int, str]]:
    every = -(-len(labels) // 8) if labels else 1
    between = len(labels) > 12
    width = (WIDTH - LEFT - RIGHT) / max(len(labels) - 1 if between else len(labels), 1)
    places = []
    for position in range(0, len(labels), every):
        x = LEFT + width * (position if between else position + 0.5)
        # Every second label is dropped on a phone, where the letters are larger in proportion.
        places.append((" minor" if (position // every) % 2 else "", f"{x:.1f}", HEIGHT - 8, labels[position]))
    return places


def _figure(title: str, labels: Sequence[str], series: Sequence[Series], form: Format, marks: SafeString) -> SafeString:
    number = next(_numbers)
    description = "; ".join(
        _("%(name)s: highest %(value)s at %(label)s")
        % {"name": name, "value": form(max(values)), "label": labels[max(range(len(values)), key=values.__getitem__)]}
        for name, values in series
        if len(values)
    )
    legend = format_html_join(
        "", '<li class="k{}">{}</li>', ((place, name) for place, (name, _v) in enumerate(series, 1))
    )
    head = format_html_join("", '<th scope="col" class="number">{}</th>', ((name,) for name, _v in series))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                label,
                format_html_join(
                    "", '<td class="number">{}</td>', ((form(v[place]) if place < len(v) else "–",) for _n, v in series)
                ),
            )
            for place, label in enumerate(labels)
        ),
    )
    return format_html(
        '<figure class="chart"><figcaption><b>{title}</b>{legend}</figcaption>'
        '<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="chart-{n}-t chart-{n}-d">'
        '<title id="chart-{n}-t">{title}</title><desc id="chart-{n}-d">{description}</desc>{marks}</svg>'
        '<details><summary>{as_table}</summary><div class="scroll" tabindex="0" role="region" aria-label="{title}"><table>'
        "<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div></details></figure>",
        title=title,
        legend=format_html('<ul class="legend">{}</ul>', legend) if len(series) > 1 else "",
        width=WIDTH,
        height=HEIGHT,
        n=number,
        description=description or _("No figures yet."),
        marks=marks,
        as_table=_("Show as a table"),
        head=head,
        body=body,
    )
