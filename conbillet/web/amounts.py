"""A form field for kroner."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from conbillet.catalogue.amounts import BadAmount, parse_amount, typed_amount


class AmountField(forms.Field):
    """An amount typed in kroner with comma or point; the value is øre, None when it was left empty."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": "24", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return typed_amount(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        try:
            return parse_amount(text)
        except BadAmount as refusal:
            raise ValidationError(str(refusal), code="amount") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True
