"""Template tags of the office's own pages."""

from collections.abc import Mapping

from django import template
from django.forms import BaseForm

register = template.Library()


@register.simple_tag
def name_form(forms: Mapping[int, BaseForm], person: int, wrong_person: int | str, wrong: BaseForm | str) -> BaseForm:
    """The form of one of several people: the one that was filled in wrongly in the place of its clean one."""
    return wrong if isinstance(wrong, BaseForm) and person == wrong_person else forms[person]
