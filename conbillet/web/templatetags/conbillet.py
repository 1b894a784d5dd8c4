"""The template tags of the design system; `docs/design.md` shows each in use. Loaded as a builtin: no `{% load %}`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxSelectMultiple, RadioSelect
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from conbillet.core import formats
from conbillet.core.references import pretty
from conbillet.web import badges, charts, funnel, icons, patterns
from conbillet.web.field_html import field_html
from conbillet.web.fields import format_phone

register = template.Library()
LONGEST_WORD = 13  # fits a heading on 320 pixels

register.simple_tag(badges.badge, name="badge")
register.simple_tag(icons.icon, name="icon")
register.simple_tag(patterns.event_pattern, name="event_pattern")
register.simple_tag(patterns.brand_mark, name="brand_mark")
register.simple_tag(charts.capacity_bar, name="capacity_bar")
register.simple_tag(charts.done_bar, name="done_bar")
register.simple_tag(funnel.funnel_chart, name="funnel_chart")


# --- Formats: filters give text (for blocktranslate), tags give HTML -------------------------------------------------


@register.filter
def as_money(amount: int, currency: str = "DKK") -> str:
    """`{{ amount|as_money }}`: øre as text, `1.234,50 kr.`"""
    return formats.format_money(amount, currency, get_language())


@register.filter
def as_count(number: int) -> str:
    """`{{ quota.sold|as_count }}`: how many, `1.527`."""
    return formats.format_count(number, get_language())


@register.filter
def has_long_word(name: str) -> bool:
    """`{{ event.name|has_long_word }}`: whether a word would break on a phone, written as large as a heading usually is."""
    return any(len(word) > LONGEST_WORD for word in name.replace("-", " ").split())


@register.filter
def as_day(day: date | datetime, style: formats.DayStyle = "long") -> str:
    """`{{ day|as_day }}`, styles long, short, weekday, month."""
    return formats.format_day(day, get_language(), style)


@register.filter
def as_clock(moment: datetime | time) -> str:
    """`{{ instant|as_clock }}`: `kl. 18.30` in Copenhagen."""
    return formats.format_time(moment, get_language())


@register.filter
def as_moment(moment: datetime, style: formats.DayStyle = "long") -> str:
    """`{{ instant|as_moment }}`: day and time in Copenhagen."""
    return formats.format_moment(moment, get_language(), style)


@register.filter
def as_phone(number: str) -> str:
    """`{{ organization.phone|as_phone }}`: in groups, `70 10 20 30`."""
    return format_phone(number)


@register.filter
def as_reference(reference: str) -> str:
    """`{{ order.reference|as_reference }}`: in groups of four, `7K3M-9QXD-2VTA`."""
    return pretty(reference)


@register.simple_tag
def money(amount: int, currency: str = "DKK", short: bool = False) -> SafeString:
    """An amount in øre that stays on one line; `short=True` drops empty decimals."""
    return format_html('<span class="money">{}</span>', formats.format_money(amount, currency, get_language(), short=short))


@register.simple_tag
def day(value: date | datetime, style: formats.DayStyle = "long") -> SafeString:
    """A day inside a `<time>`."""
    iso = formats.copenhagen_day(value).isoformat()
    return format_html('<time datetime="{}">{}</time>', iso, formats.format_day(value, get_language(), style))


@register.simple_tag
def day_range(first: date | datetime, last: date | datetime) -> str:
    """`16.–20. april 2025`."""
    return formats.format_day_range(first, last, get_language())


@register.simple_tag
def clock(moment: datetime | time) -> SafeString:
    """A time of day in Copenhagen that stays on one line: `kl. 18.30`."""
    return format_html('<span class="nowrap">{}</span>', formats.format_time(moment, get_language()))


@register.simple_tag
def moment(value: datetime, style: formats.DayStyle = "long") -> SafeString:
    """An instant as day and time inside a `<time>`."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.format_moment(value, get_language(), style))


# --- Forms ------------------------------------------------------------------------------------------------------------


@register.simple_tag
def field(
    bound: BoundField, *, label: str | None = None, help: str | None = None, prefix: str = "", suffix: str = "", **attributes: Any
) -> SafeString:
    """One form field with label, help and error. Other keywords become attributes: `autocomplete="email"`, `data_x=1`."""
    return field_html(
        bound,
        label=label,
        help_text=bound.help_text if help is None else help,
        prefix=prefix,
        suffix=suffix,
        attributes={name.replace("_", "-"): value for name, value in attributes.items() if value not in (None, False)},
    )


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """All errors of one or more forms, on top, each a link to its field. Nothing when there are none."""
    general, linked = [], []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        general += list(form.non_field_errors())
        linked += [(_target(bound), bound.label, error) for bound in form for error in bound.errors]
    return {"general": general, "linked": linked}


def _target(bound: BoundField) -> str:
    group = isinstance(bound.field.widget, (RadioSelect, CheckboxSelectMultiple))
    return f"{bound.auto_id}_0" if group else bound.id_for_label or bound.auto_id


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form below each other."""
    return {"form": form}


@register.inclusion_tag("components/stepper.html")
def stepper(name: str, value: int = 0, label: str = "", low: int = 0, high: int = 99, **attributes: Any) -> dict[str, Any]:
    """A number with plus and minus; works as a plain number field without script. `label` names what is counted."""
    return {"name": name, "value": value, "label": label, "low": low, "high": high, **attributes}


# --- Pictures -----------------------------------------------------------------------------------------------------------


@register.simple_tag
def bar_chart(labels: Sequence[str], series: Sequence[Any], title: str = "", unit: str = "") -> SafeString:
    """Bars. `series` is a list of numbers, or of (name, numbers). `unit="money"`: values in øre."""
    return charts.bar_chart(title=title, labels=labels, series=_named(series, title), **_forms(unit))


@register.simple_tag
def line_chart(labels: Sequence[str], series: Sequence[Any], title: str = "", unit: str = "") -> SafeString:
    """Lines; see `bar_chart`."""
    return charts.line_chart(title=title, labels=labels, series=_named(series, title), **_forms(unit))


def _named(series: Sequence[Any], title: str) -> list[charts.Series]:
    if series and isinstance(series[0], (tuple, list)):
        return [(str(name), values) for name, values in series]
    return [(title, series)]


def _forms(unit: str) -> dict[str, charts.Format]:
    if unit == "money":
        return {
            "form": lambda value: formats.format_money(int(value), "DKK", get_language(), short=True),
            "axis": lambda value: charts.plain_number(value / 100),
        }
    return {"form": charts.plain_number}


@register.simple_tag
def qr(svg: str, label: str = "") -> SafeString:
    """A QR code in a white frame that scanners like; `svg` must come from our own QR writer, never from a visitor."""
    return format_html('<div class="qr" role="img" aria-label="{}">{}</div>', label, mark_safe(svg))  # noqa: S308


# --- Page ---------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def language_link(context: Context, code: str) -> str:
    """The current page's address in another language, other parameters kept."""
    request = context.get("request")
    if request is None:
        return f"?lang={code}"
    parameters = request.GET.copy()
    parameters["lang"] = code
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def page_link(context: Context, number: int, parameter: str = "page") -> str:
    """The current address with another page number, searches and filters kept."""
    request = context.get("request")
    if request is None:
        return f"?{parameter}={number}"
    parameters = request.GET.copy()
    parameters[parameter] = str(number)
    return f"?{parameters.urlencode()}"


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any) -> dict[str, Any]:
    """Links to the pages of a Django `Page`; nothing when there is only one."""
    numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {"page": page, "numbers": numbers, "request": context.get("request")}
