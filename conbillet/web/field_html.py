"""One form field as HTML: label, help, error and control belong together. The tag `{% field %}` writes it.

Written here and not in a template, because a checkout has two dozen of them and a template takes four times as long.
An empty box looks the same for everybody, so it is written once.
"""

from collections.abc import Mapping
from typing import Any

from django.forms import BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceWidget,
    EmailInput,
    Input,
    RadioSelect,
    TextInput,
)
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.web.escaping import escape
from conbillet.web.icons import icon

SHORT = 12  # characters; a short answer gets a short box, which tells people how much is asked for


def field_html(
    bound: BoundField, *, label: Any, help_text: Any, prefix: str, suffix: str, attributes: Mapping[str, Any]
) -> SafeString:
    """The whole field. `attributes` are added to the control's own."""
    looks = None if label is not None or prefix or suffix else _looks(bound, help_text, attributes)
    if looks is None:
        return _written(bound, label=label, help_text=help_text, prefix=prefix, suffix=suffix, attributes=attributes)
    html = _empty_boxes.get(looks)
    if html is None:
        if len(_empty_boxes) >= MOST_KEPT:
            _empty_boxes.clear()
        html = _written(bound, label=label, help_text=help_text, prefix=prefix, suffix=suffix, attributes=attributes)
        _empty_boxes[looks] = html
    return html


MOST_KEPT = 1000
_empty_boxes: dict[tuple[Any, ...], SafeString] = {}


def _looks(bound: BoundField, help_text: Any, attributes: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """All that an empty box of text is made of. None for anything else, and for texts that are not the program's own."""
    field = bound.field
    widget, own_label = field.widget, bound.label
    if type(widget) not in (TextInput, EmailInput) or not isinstance(own_label, Promise):
        return None
    if help_text and not isinstance(help_text, Promise):
        return None
    if bound.value() not in (None, "") or bound.errors:
        return None
    shown = [(name, type(value), str(value)) for given in (widget.attrs, attributes) for name, value in given.items()]
    texts = (get_language(), str(own_label), str(help_text))
    # Django points to the field's own help, even where the template shows another one or none.
    kind = (widget.input_type, getattr(field, "max_length", None), field.disabled, bool(field.help_text))
    required = (field.required, bound.form.use_required_attribute)
    return (bound.html_name, bound.auto_id, texts, kind, required, len(widget.attrs), *shown)


def _written(
    bound: BoundField, *, label: Any, help_text: Any, prefix: str, suffix: str, attributes: Mapping[str, Any]
) -> SafeString:
    widget, errors, name = bound.field.widget, bound.errors, escape(bound.auto_id)
    described = [f"{bound.auto_id}_{part}" for part, there in (("help", help_text), ("error", errors)) if there]
    several = isinstance(widget, (RadioSelect, CheckboxSelectMultiple))
    attrs = dict(attributes)
    if described and not several:
        attrs["aria-describedby"] = " ".join(described)
    if bound.is_hidden:
        return bound.as_widget(attrs=attrs)
    label = escape(bound.label if label is None else label)
    notes = _notes(name, help_text, errors)
    wrong = " wrong" if errors else ""
    if isinstance(widget, CheckboxInput):
        return mark_safe(  # noqa: S308 - made of escaped parts
            f'<div class="field{wrong}">\n<label class="choice" for="{escape(bound.id_for_label)}">'
            f"{bound.as_widget(attrs=attrs)}<span>{label}</span></label>\n{notes}</div>\n"
        )
    if not bound.field.required and not isinstance(widget, CheckboxSelectMultiple):
        label += f' <span class="optional">({escape(_("optional"))})</span>'
    if several:
        about = f' aria-describedby="{escape(" ".join(described))}"' if described else ""
        options = "".join(
            f'<label for="{escape(one.id_for_label)}">{one.tag()}<span>{escape(one.choice_label)}</span></label>'
            for one in bound
        )
        return mark_safe(  # noqa: S308  made by us, every value escaped
            f'<fieldset class="field{wrong}" id="{name}"{about}>\n<legend>{label}</legend>\n{notes}'
            f'<div class="options">{options}</div></fieldset>\n'
        )
    control = bound.as_widget(attrs=attrs)
    if prefix or suffix:
        sides = [f"<span>{escape(side)}</span>" if side else "" for side in (prefix, suffix)]
        control = SafeString(f'<div class="affix">{sides[0]}{control}{sides[1]}</div>')
    narrow = " narrow" if _is_narrow(bound, attrs) else ""
    return mark_safe(  # noqa: S308  made by us, every value escaped
        f'<div class="field{wrong}{narrow}">\n<label for="{escape(bound.id_for_label)}">{label}</label>\n'
        f"{notes}{control}</div>\n"
    )


def _notes(name: str, help_text: Any, errors: Any) -> str:
    notes = f'<div class="help" id="{name}_help">{escape(help_text)}</div>\n' if help_text else ""
    if errors:
        said = " ".join(escape(error) for error in errors)
        notes += f'<div class="error" id="{name}_error">{icon("warning")}<span>{said}</span></div>\n'
    return notes


def _is_narrow(bound: BoundField, attrs: Mapping[str, Any]) -> bool:
    widget = bound.field.widget
    if not isinstance(widget, Input) or isinstance(widget, ChoiceWidget):
        return False
    longest = attrs.get("maxlength") or getattr(bound.field, "max_length", None)
    return widget.input_type in {"date", "number", "time", "datetime-local"} or bool(longest and int(longest) <= SHORT)
