"""The view by which an association's pages read people: the six fields, for those who bought or hold something."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core.data_map import ASSOCIATION, data_map
from conbillet.core.people import Gender
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order, Participant

# Only what is left of a purchase counts: lines that were taken back, or whose ticket is worthless, make nobody a guest.
_LIVE = """EXISTS (
    SELECT FROM sales_orderline l WHERE l.organization_id = o.organization_id AND l.order_id = o.id AND {whose}
      AND l.reverses_id IS NULL
      AND NOT EXISTS (SELECT FROM sales_orderline r WHERE r.organization_id = l.organization_id AND r.reverses_id = l.id)
      AND NOT EXISTS (SELECT FROM tickets_ticket t WHERE t.organization_id = l.organization_id AND t.line_id = l.id
                      AND t.voided_at IS NOT NULL))"""
_NOT_RESTRICTED = """NOT EXISTS (SELECT FROM privacy_restricted() AS r(person_id) WHERE r.person_id = {person})
  AND NOT EXISTS (SELECT FROM privacy_restricted_addresses() AS a(email) WHERE {person} IS NULL AND a.email = lower({email}))"""

_HOLDS_SOMETHING = _LIVE.format(whose="l.participant_id = p.id")
# Who holds something of a paid order: `p`, with the order `o`. The view's first half, and what finds a page of it by name.
HOLDERS = f"""FROM sales_participant p JOIN sales_order o ON o.organization_id = p.organization_id AND o.id = p.order_id
WHERE o.state = 'paid' AND {_HOLDS_SOMETHING} AND {_NOT_RESTRICTED.format(person="p.person_id", email="p.email")}"""

# Whose data may only be stored (GDPR art. 18). The office may not read limits, so the function has its owner's rights;
# it tells an association about its own people only. Without an association it is asked by *app*, which may see all.
_RESTRICTED = """
CREATE OR REPLACE FUNCTION privacy_restricted() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT x.person_id FROM (
        SELECT COALESCE(y.person_id, a.person_id) AS person_id FROM privacy_limit y
        LEFT JOIN accounts_account a ON y.person_id IS NULL AND y.email <> '' AND lower(a.email) = lower(y.email)
        WHERE y.kind = 'restriction' AND y.purpose IN ('', 'use.purchases')
          AND y.from_at <= now() AND (y.until_at IS NULL OR y.until_at > now())
    ) x
    WHERE x.person_id IS NOT NULL
      AND (NULLIF(current_setting('conbillet.organization', true), '') IS NULL
           OR EXISTS (SELECT FROM sales_participant p WHERE p.person_id = x.person_id
                      AND p.organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint)
           OR EXISTS (SELECT FROM sales_order o WHERE o.buyer_id = x.person_id
                      AND o.organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint))
$$"""

# Of rows that lead to nobody, by address: of people without an account, and what was bought without logging in.
_RESTRICTED_ADDRESSES = """
CREATE OR REPLACE FUNCTION privacy_restricted_addresses() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT known.email FROM (
        SELECT lower(a.email) AS email FROM privacy_limit x
        CROSS JOIN LATERAL (SELECT x.email UNION SELECT a.email FROM accounts_account a WHERE a.person_id = x.person_id
                            UNION SELECT p.email FROM accounts_emailproof p WHERE p.person_id = x.person_id) a
        WHERE x.kind = 'restriction' AND x.purpose IN ('', 'use.purchases') AND a.email <> ''
          AND x.from_at <= now() AND (x.until_at IS NULL OR x.until_at > now())
    ) known
    WHERE NULLIF(current_setting('conbillet.organization', true), '') IS NULL
       OR EXISTS (SELECT FROM sales_participant p WHERE lower(p.email) = known.email
                  AND p.organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint)
       OR EXISTS (SELECT FROM sales_order o WHERE lower(o.buyer_email) = known.email
                  AND o.organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint)
$$"""


def handed_over(table: str, prefix: str = "") -> dict[str, str]:
    """The columns of a table that the data map lets an association receive, by the names they have in the view."""
    columns = data_map.load().tables[table].columns.values()
    return {column.name.removeprefix(prefix): column.name for column in columns if ASSOCIATION in column.recipients}


class Attendee(models.Model):
    """Somebody with a live purchase in a paid order: a holder, or a buyer who holds nothing on the order.

    A view (`security_invoker`, so row-level security counts), made anew from the data map after every migration. Beside
    the six fields it has only what finds the association's own record of the sale, and the id under which a hand-over
    is written down: the person's, or a stand-in made of the row, which says nothing once the row is blank.
    """

    office_access = "read"

    class Kind(models.TextChoices):
        HOLDER = "holder", _("Holder")
        BUYER = "buyer", _("Buyer only")

    id = models.BigIntegerField(primary_key=True)
    organization = models.ForeignKey(Organization, models.DO_NOTHING, related_name="+")
    event = models.ForeignKey(Event, models.DO_NOTHING, related_name="+")
    order = models.ForeignKey(Order, models.DO_NOTHING, related_name="+")
    participant = models.ForeignKey(Participant, models.DO_NOTHING, null=True, related_name="+")
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=120)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    email = models.EmailField()
    gender = models.CharField(max_length=12, choices=Gender.choices)
    birth_date = models.DateField(null=True)
    postcode = models.CharField(max_length=12)

    class Meta:
        managed = False
        db_table = "privacy_attendee"

    @classmethod
    def view_sql(cls, app: str, office: str) -> list[str]:
        """What `database_roles.sync` runs, as the owner; the roles come quoted."""
        holder, buyer = handed_over("sales_participant"), handed_over("sales_order", "buyer_")
        names = sorted(holder.keys() | buyer.keys())
        of_holder = ", ".join(_column("p", holder.get(name), name) for name in names)
        of_buyer = ", ".join(_column("o", buyer.get(name), name) for name in names)
        is_the_buyer = "(p.person_id = o.buyer_id OR (lower(p.email) = lower(o.buyer_email) AND p.name = o.buyer_name))"
        view = f"""
CREATE VIEW {cls._meta.db_table} WITH (security_invoker = true) AS
SELECT p.id * 2 AS id, p.organization_id, o.event_id, o.id AS order_id, p.id AS participant_id,
       COALESCE(p.person_id, md5('conbillet participant ' || p.id)::uuid) AS subject_id, 'holder' AS kind, {of_holder}
{HOLDERS}
UNION ALL
SELECT o.id * 2 + 1, o.organization_id, o.event_id, o.id, NULL::bigint,
       COALESCE(o.buyer_id, md5('conbillet order ' || o.id)::uuid), 'buyer', {of_buyer}
FROM sales_order o
WHERE o.state = 'paid' AND {_LIVE.format(whose="true")} AND {_NOT_RESTRICTED.format(person="o.buyer_id", email="o.buyer_email")}
  AND NOT EXISTS (SELECT FROM sales_participant p WHERE p.organization_id = o.organization_id AND p.order_id = o.id
                  AND {is_the_buyer} AND {_HOLDS_SOMETHING})"""  # noqa: S608  names of our own columns, from the map
        functions = "privacy_restricted(), privacy_restricted_addresses()"
        return [
            f"{_RESTRICTED};{_RESTRICTED_ADDRESSES}",
            f"REVOKE EXECUTE ON FUNCTION {functions} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {functions} TO {app}, {office}",
            f"DROP VIEW IF EXISTS {cls._meta.db_table}",
            view,
            f"GRANT SELECT ON {cls._meta.db_table} TO {app}",
        ]


def _column(alias: str, column: str | None, name: str) -> str:
    """A column of the table; where the table has none, an empty value of its type."""
    if column is not None:
        return f'{alias}."{column}" AS "{name}"'
    empty = "NULL::date" if isinstance(Participant._meta.get_field(name), models.DateField) else "''::varchar"
    return f'{empty} AS "{name}"'
