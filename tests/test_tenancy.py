"""An association sees its own data only. Two lines of defence, each proven with the other one switched off."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from conbillet.accounts.models import Account, EmailProof, Person
from conbillet.catalogue.models import Event, Product, Quota
from conbillet.core.actor import ANONYMOUS, SYSTEM, person_actor
from conbillet.core.models import AuditEntry
from conbillet.core.tenancy import (
    NotInTransaction,
    TenantForeignKey,
    TenantModel,
    TenantOneToOneField,
    acting_for,
    role_prefix,
)
from conbillet.organizations.access import NotAllowed, NotFound, get_standing
from conbillet.organizations.models import Organization, Role, RoleKind, StaffMember
from conbillet.organizations.permissions import PERMISSIONS, Permission
from tests import tenancy_rules as rules
from tests.cast import make_event, make_quota
from tests.login import log_in

pytestmark = pytest.mark.django_db

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel) and model._meta.managed]
ids = lambda model: model._meta.label  # noqa: E731 - a name for parameters


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0].removeprefix(f"{role_prefix()}_")


class WithoutFilters:
    """A model whose `objects.filter` forgets every condition but the row's id."""

    def __init__(self, name: str) -> None:
        self.model = apps.get_model("organizations", name)
        self.objects = self

    def filter(self, *, pk: int, **forgotten: object):
        return self.model.objects.filter(pk=pk)


class TestFirstLine:
    """Pages reach an association through the actor."""

    def test_the_owner_stands_in_their_own(self, world):
        standing = get_standing(actor=person_actor(world.owner.pk), slug="alea", permission=Permission.EDIT_ROLES)
        assert standing.organization == world.organization and standing.actor.organization_id == world.organization.pk

    @pytest.mark.parametrize("who", ["stranger", "buyer"])
    def test_others_find_nothing(self, world, who):
        with pytest.raises(NotFound):
            get_standing(actor=person_actor(getattr(world, who).pk), slug="alea", permission=Permission.SEE_OFFICE)

    def test_nobody_and_jobs_find_nothing(self, world):
        for actor in (ANONYMOUS, SYSTEM, world.actor(world.owner)):
            with pytest.raises(NotFound):
                get_standing(actor=actor, slug="alea", permission=Permission.SEE_OFFICE)

    @pytest.mark.parametrize("kind", RoleKind.values)
    def test_a_role_goes_as_far_as_the_table_says(self, world, kind):
        Role.objects.filter(person=world.door_crew).update(kind=kind)
        for permission in Permission:
            if permission in PERMISSIONS[kind]:
                assert get_standing(actor=person_actor(world.door_crew.pk), slug="alea", permission=permission)
            else:
                with pytest.raises(NotAllowed):
                    get_standing(actor=person_actor(world.door_crew.pk), slug="alea", permission=permission)

    @pytest.mark.asvs("8.2.1")
    def test_pages_answer_accordingly(self, client, world):
        url = "/office/alea/roles/"
        assert client.get(url).status_code == 302
        assert log_in(client, world.owner).get(url).status_code == 200
        assert client.put(url).status_code == 405
        assert log_in(client, world.stranger).get(url).status_code == 404
        Role.objects.filter(person=world.door_crew).update(kind=RoleKind.READ_ONLY)
        assert log_in(client, world.door_crew).get(url).status_code == 403


class TestSecondLine:
    """The database, with nobody in front of it: plain queries without any filter."""

    @pytest.mark.asvs("8.4.1")
    @pytest.mark.parametrize("model", TENANT_MODELS, ids=ids)
    def test_another_associations_rows_are_not_there(self, world, model):
        if getattr(model, "office_access", "none") == "none":
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), acting_for(world.other.pk):
                model.objects.exists()
            return
        with transaction.atomic(), acting_for(world.other.pk):
            assert set(model.objects.values_list("organization_id", flat=True)) <= {world.other.pk}

    def test_the_cast_has_rows_to_hide(self, world):
        """Or the test above would prove nothing."""
        hidden = [model for model in (Event, Product, Quota, Role) if model.objects.filter(organization=world.organization).exists()]
        assert len(hidden) == 4

    def test_one_sees_ones_own(self, world):
        with transaction.atomic(), acting_for(world.organization.pk):
            assert Event.objects.get() == world.event
            assert list(Organization.objects.all()) == [world.organization]
            assert set(StaffMember.objects.values_list("name", flat=True)) == {"Olga Owner", "Dorte Dør"}

    def test_the_list_of_staff_is_confined_too(self, world):
        with transaction.atomic(), acting_for(world.other.pk):
            assert list(StaffMember.objects.values_list("name", flat=True)) == ["Sten Stranger"]

    def test_no_association_no_rows(self, world):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', %s, true)", [f"{role_prefix()}_office"])
            assert not Event.objects.exists() and not Organization.objects.exists() and not StaffMember.objects.exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('conbillet.organization', '', true)")
            assert not Event.objects.exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', 'none', true)")

    @pytest.mark.asvs("1.2.4", "8.2.2", "8.3.1")
    def test_with_the_first_line_patched_away_a_foreign_id_still_finds_nothing(self, client, world, monkeypatch):
        """A page that forgot its filter: the stranger's own office is asked for a role of ALEA by its id."""
        foreign = Role.objects.get(person=world.door_crew)
        log_in(client, world.stranger)
        with monkeypatch.context() as forgetful:
            for model in ("Role", "StaffMember"):
                forgetful.setattr(f"conbillet.web.office.views.organization.{model}", WithoutFilters(model))
            answer = client.post(f"/office/hyggecon/roles/{foreign.pk}/", {"remove": "1"})
        assert answer.status_code == 404
        assert Role.objects.filter(pk=foreign.pk).exists()

    def test_planted_without_row_level_security_that_page_would_have_removed_it(self, client, world, monkeypatch):
        from contextlib import nullcontext

        foreign = Role.objects.get(person=world.door_crew)
        log_in(client, world.stranger)
        with monkeypatch.context() as forgetful:
            forgetful.setattr("conbillet.web.pages.acting_for", lambda *_, **__: nullcontext())
            forgetful.setattr("conbillet.web.office.views.organization.Role", WithoutFilters("Role"))
            # The view of staff carries its own condition, so it is stood in for by the one of the role's person.
            forgetful.setattr("conbillet.web.office.views.organization.StaffMember.objects.filter", lambda **_: Person.objects.all())
            forgetful.setattr("conbillet.accounts.models.Person.email", "", raising=False)
            client.post(f"/office/hyggecon/roles/{foreign.pk}/", {"remove": "1"})
        assert not Role.objects.filter(pk=foreign.pk).exists()

    def test_rows_for_others_cannot_be_added(self, world):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_for(world.other.pk):
            make_quota(world.event, "smuggled in", 10)

    def test_rows_cannot_be_given_away(self, world):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_for(world.organization.pk):
            Quota.objects.update(organization_id=world.other.pk)

    def test_rows_of_others_cannot_be_changed_or_deleted(self, world):
        with transaction.atomic(), acting_for(world.other.pk):
            assert Quota.objects.update(size=0) == 0
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM catalogue_price")
                assert cursor.rowcount == 0

    @pytest.mark.asvs("8.2.3")
    @pytest.mark.parametrize("model", [Person, Account, EmailProof], ids=ids)
    def test_persons_are_out_of_reach(self, world, model):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), acting_for(world.organization.pk):
            model.objects.exists()

    def test_the_office_cannot_free_itself(self, world):
        """`NOINHERIT` and no membership: from inside, only the way back to *app* is open, and only by our own code."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE %s", [f"{role_prefix()}%"])
            assert set(cursor.fetchall()) == {(False, False, False)}


class TestReferences:
    """Even as *app*: no child of another association."""

    @pytest.mark.asvs("8.4.1")
    def test_a_child_of_another_association_is_refused(self, world):
        with pytest.raises(IntegrityError), transaction.atomic():
            Quota.objects.create(organization=world.other, event=world.event, name="smuggled in", size=1)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_every_reference_between_tenant_tables_has_its_constraint(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f'")
            existing = {name for (name,) in cursor.fetchall()}
        fields = [
            field for model in apps.get_models() for field in model._meta.local_concrete_fields
            if isinstance(field, TenantForeignKey | TenantOneToOneField)
        ]  # fmt: skip
        missing = [str(field) for field in fields if f"{field.model._meta.db_table}_{field.column}_tenant"[:63] not in existing]
        assert fields and missing == []

    def test_no_tenant_table_refers_to_another_one_by_a_plain_key(self):
        plain = [
            str(field) for model in TENANT_MODELS for field in model._meta.local_concrete_fields
            if field.is_relation and issubclass(field.related_model, TenantModel)
            and not isinstance(field, TenantForeignKey | TenantOneToOneField)
        ]  # fmt: skip
        assert plain == []


class TestSwitch:
    """The role comes with the block and goes with it."""

    @pytest.mark.django_db(transaction=True)
    def test_outside_a_transaction_it_raises(self):
        with pytest.raises(NotInTransaction), acting_for(1):
            pytest.fail("the block must not run")

    def test_inside_and_after(self, world):
        with transaction.atomic():
            with acting_for(world.organization.pk):
                assert current_role() == "office"
            assert current_role() == "app"
            assert Person.objects.exists()

    def test_after_a_savepoint_was_rolled_back_inside(self, world):
        with transaction.atomic():
            with acting_for(world.organization.pk):
                with pytest.raises(ProgrammingError), transaction.atomic():
                    Person.objects.exists()
                assert current_role() == "office"
            assert current_role() == "app"

    def test_after_a_savepoint_around_it_was_rolled_back(self, world):
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), transaction.atomic(), acting_for(world.organization.pk):
                raise ZeroDivisionError
            assert current_role() == "app"
            with pytest.raises(ProgrammingError), transaction.atomic(), acting_for(world.organization.pk):
                Person.objects.exists()
            assert current_role() == "app"

    def test_the_second_of_two_associations_gets_its_own(self, world):
        make_event(world.other, "hyggecon-26")
        with transaction.atomic():
            for organization in (world.organization, world.other):
                with acting_for(organization.pk):
                    assert set(Event.objects.values_list("organization_id", flat=True)) == {organization.pk}

    @pytest.mark.django_db(transaction=True)
    def test_the_next_transaction_on_the_connection_starts_as_app(self, world):
        with pytest.raises(ZeroDivisionError), transaction.atomic(), acting_for(world.organization.pk):
            raise ZeroDivisionError
        assert current_role() == "app"


class TestAppendOnly:
    def test_what_was_written_stays(self, world, now):
        from conbillet.core import audit

        audit.record(action="x", actor=SYSTEM, now=now, organization_id=None, object_kind="x", object_reference="x")
        for change in (lambda: AuditEntry.objects.update(action="y"), lambda: AuditEntry.objects.all().delete()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()

    @pytest.mark.asvs("16.4.2")
    def test_every_append_only_table_is(self):
        models = [model for model in apps.get_models() if getattr(model, "append_only", False)]
        with connection.cursor() as cursor:
            assert len(models) >= 3 and rules.changeable(cursor, role_prefix(), [model._meta.db_table for model in models]) == []


class TestWholeDatabase:
    """Nothing may be forgotten: the catalogue of the database is asked, not our list."""

    def test_every_table_with_an_association_is_confined(self):
        with connection.cursor() as cursor:
            assert rules.unconfined(cursor, role_prefix()) == []

    def test_the_office_reads_no_table_without_an_association(self):
        with connection.cursor() as cursor:
            assert rules.readable_by_office(cursor, role_prefix()) == []

    def test_functions_with_the_owners_rights_have_a_fixed_search_path(self):
        with connection.cursor() as cursor:
            assert rules.loose_functions(cursor) == []

    @pytest.mark.asvs("13.2.2")
    def test_app_owns_nothing(self):
        with connection.cursor() as cursor:
            assert rules.owned_by_app(cursor, role_prefix()) == []


class TestPlanted:
    """Each rule, given a house that breaks it, says so. On scratch tables, as the owner."""

    @pytest.fixture
    def scratch(self, owner_connection):
        owner_connection.execute("CREATE TABLE planted (id bigint PRIMARY KEY, organization_id bigint)")
        yield owner_connection
        owner_connection.execute("DROP FUNCTION IF EXISTS planted_function()")
        owner_connection.execute("DROP TABLE planted")

    def protect(self, scratch, condition: str) -> None:
        scratch.execute("ALTER TABLE planted ENABLE ROW LEVEL SECURITY")
        scratch.execute(f"CREATE POLICY office_own ON planted TO {role_prefix()}_office USING ({condition})")
        scratch.execute(f"GRANT SELECT ON planted TO {role_prefix()}_office")

    OWN = "organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint"

    def test_a_table_in_order_is_not_reported(self, scratch):
        self.protect(scratch, self.OWN)
        assert rules.unconfined(scratch, role_prefix()) == [] and rules.readable_by_office(scratch, role_prefix()) == []

    def test_row_level_security_off(self, scratch):
        assert rules.unconfined(scratch, role_prefix()) == ["planted"]

    def test_the_policy_dropped(self, scratch):
        self.protect(scratch, self.OWN)
        scratch.execute("DROP POLICY office_own ON planted")
        assert rules.unconfined(scratch, role_prefix()) == ["planted"]

    def test_a_policy_that_lets_everything_through(self, scratch):
        self.protect(scratch, "true")
        assert rules.unconfined(scratch, role_prefix()) == ["planted"]

    def test_a_second_policy_that_lets_everything_through(self, scratch):
        self.protect(scratch, self.OWN)
        scratch.execute("CREATE POLICY generous ON planted USING (true)")
        assert rules.unconfined(scratch, role_prefix()) == ["planted"]

    def test_a_right_on_a_table_without_an_association(self, scratch):
        scratch.execute("ALTER TABLE planted DROP COLUMN organization_id")
        scratch.execute(f"GRANT SELECT ON planted TO {role_prefix()}_office")
        assert rules.readable_by_office(scratch, role_prefix()) == ["planted"]

    def test_a_right_to_change_what_is_append_only(self, scratch):
        scratch.execute(f"GRANT SELECT, INSERT ON planted TO {role_prefix()}_app")
        assert rules.changeable(scratch, role_prefix(), ["planted"]) == []
        scratch.execute(f"GRANT UPDATE ON planted TO {role_prefix()}_app")
        assert rules.changeable(scratch, role_prefix(), ["planted"]) == ["planted"]

    def test_a_function_with_an_open_search_path(self, scratch):
        scratch.execute("CREATE FUNCTION planted_function() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
        assert rules.loose_functions(scratch) == ["planted_function"]

    def test_a_table_of_the_app_itself(self, scratch):
        scratch.execute(f"ALTER TABLE planted OWNER TO {role_prefix()}_app")
        assert rules.owned_by_app(scratch, role_prefix()) == ["planted"]
        scratch.execute("ALTER TABLE planted OWNER TO CURRENT_USER")
