"""An association leaves: it gets its data, and then it is deleted here."""

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.organizations.models import Organization

# Rows that are the platform's own though they name an association: they stay, and name it no longer.
STAY = {"support_case", "privacy_breach", "privacy_departure"}


class Departure(models.Model):
    """Agreed to by an owner, or by staff with a reason; handed over, then deleted on `delete_on`, unless taken back.

    It outlives the association, so it keeps the name that its receipt is about.
    """

    reference = models.CharField(max_length=16, unique=True)
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=120, blank=True)  # the association's name; not a person's
    cvr = models.CharField(max_length=8, blank=True)
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    by_owner = models.BooleanField(default=False)
    reason = models.TextField(blank=True)  # of staff, where no owner agreed
    delete_on = models.DateField()
    sha256 = models.CharField(max_length=64, blank=True)
    handed_over_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    rows_deleted = models.PositiveIntegerField(default=0)
    kept_until = models.DateField(null=True)  # what bookkeeping keeps, and until when

    @classmethod
    def view_sql(cls, app: str, office: str) -> list[str]:
        """What `database_roles.sync` runs, as the owner: the one way by which an association is ever deleted."""
        return [
            _delete_function(),
            "REVOKE EXECUTE ON FUNCTION privacy_delete_association(text, date) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION privacy_delete_association(text, date) TO {app}",
        ]


class DepartureLine(models.Model):
    """The receipt: what was deleted, in rows, and what is kept, by which law and until when. About no person."""

    class Outcome(models.TextChoices):
        DELETED = "deleted", _("deleted")
        KEPT = "kept", _("kept")

    departure = models.ForeignKey(Departure, models.CASCADE, related_name="lines")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    table = models.CharField(max_length=80)
    count = models.PositiveIntegerField(default=0)
    amount = models.IntegerField(default=0)  # øre, of what is kept for the platform's own books
    month = models.DateField(null=True)
    law = models.CharField(max_length=120, blank=True)
    until = models.DateField(null=True)


def tables_of_associations() -> list[type[models.Model]]:
    """Every table with rows of an association, by the models."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and any(field.related_model is Organization for field in model._meta.concrete_fields)
    ]


def _delete_function() -> str:
    """Written from the models, so that a new table cannot be forgotten. Foreign keys are checked at the end, so the order
    does not matter; what hangs on a row without naming the association goes first."""
    going = [model for model in tables_of_associations() if model._meta.db_table not in STAY]
    tables = {model._meta.db_table for model in going}
    steps = [*_hanging_on(tables), *((table, "organization_id = whose") for table in sorted(tables))]
    deletes = "\n".join(
        f"""    DELETE FROM "{table}" WHERE {where};  GET DIAGNOSTICS number = ROW_COUNT;
    IF number > 0 THEN counts := counts || jsonb_build_object('{table}', number); END IF;"""  # noqa: S608  our own names only
        for table, where in steps
    )
    return f"""
CREATE OR REPLACE FUNCTION privacy_delete_association(which text, today date) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE whose bigint; number bigint; counts jsonb := '{{}}';
BEGIN
    SELECT d.organization_id INTO whose FROM privacy_departure d
    WHERE d.reference = which AND d.agreed_at IS NOT NULL AND d.handed_over_at IS NOT NULL
      AND d.withdrawn_at IS NULL AND d.deleted_at IS NULL AND d.delete_on <= today AND today <= CURRENT_DATE + 1
    FOR UPDATE;
    IF whose IS NULL THEN RAISE EXCEPTION 'this association is not to be deleted today'; END IF;
    UPDATE support_case SET organization_id = NULL, event_id = NULL WHERE organization_id = whose
        OR event_id IN (SELECT id FROM catalogue_event WHERE organization_id = whose);
    UPDATE privacy_breach SET organization_id = NULL WHERE organization_id = whose;
    UPDATE privacy_departure SET organization_id = NULL WHERE organization_id = whose;
{deletes}
    DELETE FROM organizations_organization WHERE id = whose;
    RETURN counts;
END $$"""  # noqa: S608  names of our own tables, from the models


def _hanging_on(tables: set[str]) -> list[tuple[str, str]]:
    """The hidden tables of many-to-many fields: table and condition."""
    found = []
    for link in apps.get_models(include_auto_created=True):
        if not link._meta.auto_created or link._meta.db_table in tables:
            continue
        parents = [(field.column, field.related_model) for field in link._meta.concrete_fields if field.related_model]
        for column, parent in parents:
            name = parent._meta.db_table  # type: ignore[union-attr]  # these fields have it
            if name in tables:
                where = f'"{column}" IN (SELECT id FROM "{name}" WHERE organization_id = whose)'  # noqa: S608  our own names only
                found.append((link._meta.db_table, where))
                break
    return found
