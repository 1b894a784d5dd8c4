"""Writes the controls of forms without templates, which take ten times as long; anything unusual goes to Django's own.

The HTML is the same as that of Django's templates (a test compares the two), so it stays Django's to decide.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from conbillet.web.escaping import escape

Widget = Mapping[str, Any]
_FOLDER = "django/forms/widgets/"


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = widget["value"]
    given = "" if value is None else f' value="{escape(str(value))}"'
    kind, name = escape(widget["type"]), escape(widget["name"])
    return f'<input type="{kind}" name="{name}"{given}{_attributes(widget["attrs"])}>'


def _one_of_several(widget: Widget) -> str:
    if not widget.get("wrap_label"):
        return _input(widget)
    target = widget["attrs"].get("id")
    opened = f'<label for="{escape(target)}">' if target else "<label>"
    return f"{opened}{_input(widget)} {escape(widget['label'])}</label>"


def _textarea(widget: Widget) -> str:
    text = escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{escape(widget["name"])}"{_attributes(widget["attrs"])}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    lines = [f'<select name="{escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            lines.append(f'<optgroup label="{escape(group)}">')
        lines += [
            f'<option value="{escape(str(option["value"]))}"{_attributes(option["attrs"])}>{escape(option["label"])}</option>'
            for option in options
        ]
        if group:
            lines.append("</optgroup>")
    lines.append("</select>")
    return "\n".join(lines)


_WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"{_FOLDER}{kind}.html": _input for kind in ("text", "email", "number", "hidden", "checkbox", "date", "input")},
    f"{_FOLDER}radio_option.html": _one_of_several,
    f"{_FOLDER}checkbox_option.html": _one_of_several,
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}select.html": _select,
}


class QuickRenderer(DjangoTemplates):
    """Django's renderer of forms with a short way for what every page has."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        writer = _WRITERS.get(template_name)
        if writer is None:
            return super().render(template_name, context, request)
        return mark_safe(writer(context["widget"]))  # noqa: S308 - every part is escaped above
