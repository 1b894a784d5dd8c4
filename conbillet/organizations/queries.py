"""What others need to know about associations and those who work for them."""

from uuid import UUID

from django.db.models import QuerySet

from .models import Role


def has_any_role(*, person_id: UUID) -> bool:
    """Whether somebody works for any association."""
    return Role.objects.filter(person_id=person_id).exists()


def roles_of(*, person_id: UUID) -> QuerySet[Role]:
    """The associations that somebody works for, by name, with the role."""
    return Role.objects.filter(person_id=person_id).select_related("organization").order_by("organization__name")
