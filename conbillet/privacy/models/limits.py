"""Restrictions (GDPR art. 18) and objections (art. 21)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.support.models import Case

# Whose data in a register may only be stored, whatever they are known by there: their person, or an address where the
# row leads to nobody. The office may not read limits, so the function has its owner's rights; it tells an association
# about its own register only. Without an association it is asked by *app*, which may see all.
_RESTRICTED_MEMBERS = """
CREATE OR REPLACE FUNCTION privacy_restricted_members() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH held AS (
        SELECT x.person_id, lower(x.email) AS email FROM privacy_limit x
        WHERE x.kind = 'restriction' AND x.purpose IN ('', 'use.member_documentation')
          AND x.from_at <= now() AND (x.until_at IS NULL OR x.until_at > now())
    ), persons AS (
        SELECT person_id FROM held WHERE person_id IS NOT NULL
        UNION SELECT a.person_id FROM held JOIN accounts_account a ON lower(a.email) = held.email
    ), addresses AS (
        SELECT email FROM held WHERE email <> ''
        UNION SELECT lower(a.email) FROM persons JOIN accounts_account a USING (person_id)
        UNION SELECT lower(p.email) FROM persons JOIN accounts_emailproof p USING (person_id)
    )
    SELECT m.id FROM (
        SELECT id, organization_id FROM memberships_member JOIN persons USING (person_id)
        UNION
        SELECT id, organization_id FROM memberships_member JOIN addresses ON lower(memberships_member.email) = addresses.email
        WHERE person_id IS NULL AND addresses.email <> ''
    ) m
    WHERE NULLIF(current_setting('conbillet.organization', true), '') IS NULL
       OR m.organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint
$$"""


class Limit(models.Model):
    """Of a person, or of the address of somebody without an account. What each means stands in `limits.py`."""

    class Kind(models.TextChoices):
        RESTRICTION = "restriction", _("Restriction of processing")
        OBJECTION = "objection", _("Objection to processing")

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="limits")
    email = models.EmailField(blank=True)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    purpose = models.CharField(max_length=40, blank=True)  # a purpose of the data map; empty: all
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=models.Q(until_at__isnull=True), name="privacy_live_limits")
        ]

    @classmethod
    def view_sql(cls, app: str, office: str) -> list[str]:
        """What `database_roles.sync` runs, as the owner."""
        return [
            _RESTRICTED_MEMBERS,
            "REVOKE EXECUTE ON FUNCTION privacy_restricted_members() FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION privacy_restricted_members() TO {app}, {office}",
        ]
