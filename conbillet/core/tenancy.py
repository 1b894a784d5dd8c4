"""An association sees its own data only: the second line of defence, in the database.

The first line is that pages get objects through `access.py`. The second is here: office and door pages run inside
`acting_for(organization)`, which switches to the database role *office*, for which row-level security shows only that
association's rows; nothing is shown when no association is set. This stops forgotten filters, not injected SQL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, models

from .prepared import run

_SWITCH = "SELECT set_config('role', %s, true), set_config('conbillet.organization', %s, true)"


class NotInTransaction(Exception):
    """`acting_for` outside a transaction: the switch of role would only warn and change nothing."""


class TenantModel(models.Model):
    """A table whose every row belongs to one association.

    Child tables refer to parents through `TenantForeignKey`, so the database itself refuses a child of another
    association. `append_only` tables can be read and added to, never changed, by the application's roles; but for the
    columns in `may_change`, which say nothing about what was written.
    """

    organization = models.ForeignKey("organizations.Organization", on_delete=models.PROTECT, related_name="+")

    append_only = False
    office_access = "write"  # what the role *office* may do: "write", "read" or "none"
    # `office_hidden`: fields that it may write and never read. Pages of the office must `defer` them.

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # generic in the stubs only
    """A foreign key to a row of the same association, held by a composite constraint (organization_id, id).

    Django's own single-column constraint is left out; `sync` adds the composite one.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, args, options


class TenantOneToOneField(models.OneToOneField):  # type: ignore[type-arg]  # generic in the stubs only
    """As `TenantForeignKey`, one to one."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, args, options


def role_prefix() -> str:
    """Roles are shared by a whole cluster, so they are named after the database (or, in tests, after its template)."""
    return getattr(settings, "CONBILLET_ROLE_PREFIX", "") or str(connection.settings_dict["NAME"])


def _literal(value: str | int) -> str:
    return "'" + str(value).replace("'", "''") + "'"


@contextmanager
def acting_for(organization_id: int, *, to_the_end: bool = False) -> Iterator[None]:
    """Run the block as the database role *office*, confined to one association. Needs an open transaction.

    `to_the_end` promises that the transaction ends with the block: then its end takes the role back, and no statement is
    spent on it. Inside a savepoint, as in tests, the role is taken back all the same.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("acting_for needs transaction.atomic around it")
    role = f"{role_prefix()}_office"
    if not connection.begin_with(_SWITCH % (_literal(role), _literal(int(organization_id)))):  # type: ignore[attr-defined]  # our own engine has it
        run(_SWITCH, [role, str(organization_id)])
    try:
        yield
    finally:
        ends_here = to_the_end and not connection.savepoint_ids
        # After an error the transaction is rolled back, and the settings with it; asking then would only raise again.
        if not ends_here and not connection.needs_rollback and connection.connection.info.transaction_status != 3:
            run(_SWITCH, ["none", ""])
