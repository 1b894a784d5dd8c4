"""Counting, in the database and in one statement: one state of it, and no person leaves it.

Who is counted: everybody who holds a paid ticket that was not taken back; for products, also buyers of what nobody in
particular holds. One person once, known by account, or by name, birth date and e-mail address together. `left_out` are
people whose data may not be used for statistics (GDPR art. 18 and 21): they are not there at all.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from conbillet.catalogue.models import ADMITTING_KINDS, Event
from conbillet.core.people import NOBODY, Held
from conbillet.core.postcodes import postcode_municipalities

from .models import TableKind
from .tables import ABROAD, BANDS, GENDERS, TIMES


@dataclass
class Counts:
    """One part of a table before anything is hidden: never stored, never shown. `people` are all, also those in no cell."""

    people: int = 0
    cells: dict[str, int] = field(default_factory=dict)


Tables = Mapping[tuple[str, str], Counts]  # by kind and part

_BAND = "CASE " + " ".join(f"WHEN {{age}} BETWEEN {low} AND {high} THEN '{band}'" for band, (low, high) in BANDS.items()) + " END"
_AGE = "extract(year FROM age(%(day)s::date, {born}))"
# Somebody without an account is the same person where all three agree; without an address, nobody can tell.
_WHO = """coalesce({p}.person_id::text, CASE WHEN {p}.email <> ''
 THEN lower({p}.email) || '|' || lower({p}.name) || '|' || coalesce({p}.birth_date::text, '') ELSE '#' || {p}.id END)"""

# What was said last: somebody may hold several tickets.
_NEWEST = "(array_agg({c} ORDER BY participant_id DESC) FILTER (WHERE event_id = %(event)s))[1] AS {c}"
# Without statistics of the tables, as right after a restore, nothing here goes through every pair of rows: what was gathered is
# joined with nothing, and no line is looked for among all that reverse none (hence the `coalesce`).
_EVENT = f"""
WITH lines AS MATERIALIZED (
    SELECT o.event_id, l.product_id, l.kind, l.participant_id,
           coalesce({_WHO.format(p="p")}, o.buyer_id::text, lower(nullif(o.buyer_email, '')), '#o' || o.id) AS who,
           p.gender, p.birth_date, p.country, coalesce(nullif(p.postcode, ''), nullif(o.buyer_postcode, '')) AS postcode
      FROM sales_order o
      JOIN sales_orderline l ON l.order_id = o.id AND coalesce(l.reverses_id, 0) = 0
      LEFT JOIN sales_participant p ON p.id = l.participant_id
      LEFT JOIN sales_orderline r ON r.reverses_id = l.id
     WHERE o.event_id = ANY(%(events)s) AND o.state = 'paid' AND r.id IS NULL
       AND NOT coalesce(coalesce(p.person_id, CASE WHEN p.id IS NULL THEN o.buyer_id END) = ANY(%(persons)s::uuid[]), false)
       AND lower(coalesce(p.email, o.buyer_email)) <> ALL(%(emails)s)
), holders AS (
    SELECT who, count(DISTINCT event_id) FILTER (WHERE event_id <> %(event)s) AS times, {_NEWEST.format(c="gender")},
           {_NEWEST.format(c="birth_date")}, {_NEWEST.format(c="country")}, {_NEWEST.format(c="postcode")}
      FROM lines WHERE kind = ANY(%(kinds)s) AND participant_id IS NOT NULL
     GROUP BY who HAVING bool_or(event_id = %(event)s)
), people AS (
    SELECT {_BAND.format(age=_AGE.format(born="birth_date"))} AS band, gender,
           CASE WHEN country NOT IN ('DK', '') THEN 'abroad' ELSE postcode END AS place,
           CASE WHEN who LIKE '#%%' THEN NULL WHEN times < 2 THEN times::text WHEN times < 4 THEN '2' ELSE '4' END AS times
      FROM holders
)
SELECT 'age_gender' AS kind, band AS part, gender AS cell, count(*) FROM people WHERE band IS NOT NULL GROUP BY band, gender
 UNION ALL SELECT 'place', '', place, count(*) FROM people GROUP BY place
 UNION ALL SELECT 'times', '', times, count(*) FROM people GROUP BY times
 UNION ALL SELECT 'product', product_id::text, 'has', count(DISTINCT who) FROM lines
  WHERE event_id = %(event)s AND product_id IS NOT NULL GROUP BY product_id
 UNION ALL SELECT 'product', '', '', count(DISTINCT who) FROM lines WHERE event_id = %(event)s
"""  # noqa: S608  our own text

_PAID = """
SELECT DISTINCT s.member_id FROM memberships_membership s
 WHERE s.organization_id = %(organization)s AND s.period_from <= {last} AND s.period_to >= {first}
   AND s.paid_at IS NOT NULL AND s.refunded_amount < greatest(s.dues_amount, 1) AND s.dispute_state <> 'lost'
"""
_MEMBERS = f"""
WITH paid AS ({_PAID.format(first="%(first)s", last="%(day)s")})
SELECT {_BAND.format(age=_AGE.format(born="m.birth_date"))} AS part, m.gender AS cell, count(*)
  FROM memberships_member m JOIN paid ON paid.member_id = m.id
 WHERE NOT coalesce(m.person_id = ANY(%(persons)s::uuid[]), false) AND lower(m.email) <> ALL(%(emails)s)
 GROUP BY 1, 2
"""  # noqa: S608  our own text
_TURNOVER = f"""
WITH this AS ({_PAID.format(first="%(first)s", last="%(last)s")}), before AS ({_PAID.format(first="%(first_before)s", last="%(last_before)s")})
SELECT (SELECT count(*) FROM this WHERE member_id NOT IN (TABLE before)), (SELECT count(*) FROM before WHERE member_id NOT IN (TABLE this))
"""  # noqa: S608  our own text


def event_counts(*, event: Event, earlier: list[int], left_out: Held) -> Tables:
    """Every table of an event, uncut. `earlier` are the association's events before it."""
    rows = _all(
        _EVENT,
        left_out,
        event=event.pk,
        events=[event.pk, *earlier],
        day=event.starts_on,
        kinds=sorted(ADMITTING_KINDS),
    )
    tables = _gathered(rows)
    everybody = tables.pop((TableKind.PRODUCT, ""), Counts()).people
    for (kind, _part), counts in tables.items():
        if kind == TableKind.PRODUCT:
            counts.people = everybody
    if not earlier:
        tables.pop((TableKind.TIMES, ""), None)  # everybody is there for the first time
    return tables


def member_counts(*, organization_id: int, year: int, left_out: Held) -> Tables:
    """Those whose dues were paid for some of a year, by age on its last day and gender."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = _all(_MEMBERS, left_out, organization=organization_id, first=first, day=last)
    return _gathered([(TableKind.MEMBERS, part, cell, number) for part, cell, number in rows if part is not None])


def turnover(*, organization_id: int, year: int) -> tuple[int, int]:
    """How many members a year has that the year before had not, and the other way round."""
    days = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
    before = {"first_before": date(year - 1, 1, 1), "last_before": date(year - 1, 12, 31)}
    (joined, left), *_rest = _all(_TURNOVER, NOBODY, organization=organization_id, **days, **before)
    return joined, left


def _gathered(rows: list[tuple[Any, ...]]) -> dict[tuple[str, str], Counts]:
    found: dict[tuple[str, str], Counts] = defaultdict(Counts)
    areas = postcode_municipalities()
    for kind, part, cell, number in rows:
        if kind == TableKind.PLACE and cell != ABROAD:
            cell = areas.get(cell)
        counts = found[kind, part]
        counts.people += number
        if _is_cell(kind, cell):
            counts.cells[cell] = counts.cells.get(cell, 0) + number
    return dict(found)


def _is_cell(kind: str, cell: str | None) -> bool:
    """Or somebody who did not say."""
    if kind in (TableKind.AGE_GENDER, TableKind.MEMBERS):
        return cell in GENDERS
    return cell in TIMES if kind == TableKind.TIMES else bool(cell)


def _all(sql: str, left_out: Held, **values: Any) -> list[tuple[Any, ...]]:
    held: dict[str, Any] = {"persons": list(left_out.persons), "emails": list(left_out.emails)}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**held, **values})
        return cursor.fetchall()
