"""Has anybody bought it, or put it into a cart? Asked of the rows that refer to it, whoever owns them."""

from django.db import models

_OWN = "catalogue"


def in_use(instance: models.Model) -> bool:
    """Does a row of another room (a line of a cart or an order, say) refer to this product or size?

    Found through the relations that the models declare, so this room need not know its readers upstairs.
    """
    for relation in instance._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model._meta.app_label == _OWN:
            continue
        if relation.related_model._default_manager.filter(**{relation.field.name: instance}).exists():
            return True
    return False
