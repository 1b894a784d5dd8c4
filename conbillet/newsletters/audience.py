"""Who gets an issue: addresses that have said yes to its sender, each person once, without those that take no mail."""

from datetime import datetime

from django.db import connection

from .models import Issue

# Fewer than this would tell the association whether single people have said yes.
FEWEST = 5

# Of each address the newest word. Of a person with several addresses the youngest yes, by the account's own address first.
_AUDIENCE = """
WITH holders AS (
    SELECT CASE WHEN COALESCE(h.email, '') = '' THEN lower(s.buyer_email) ELSE lower(h.email) END AS email,
           CASE WHEN COALESCE(h.email, '') = '' AND h.person_id IS NULL THEN s.buyer_id ELSE h.person_id END AS person_id
      FROM tickets_ticket t JOIN sales_orderline l ON l.id = t.line_id JOIN sales_order s ON s.id = l.order_id
      LEFT JOIN sales_participant h ON h.id = t.participant_id
     WHERE t.event_id = %(event)s AND t.organization_id = %(organization)s AND t.admits AND t.voided_at IS NULL
), newest AS (
    SELECT DISTINCT ON (m.email) m.id, m.email, m.event, m.at, m.language, m.person_id
      FROM consents_marketingconsent m
     WHERE m.organization_id IS NOT DISTINCT FROM %(organization)s AND m.purpose = 'newsletter' AND m.event <> 'asked'
     ORDER BY m.email, m.id DESC
), willing AS (
    SELECT n.id, n.email, n.language, COALESCE(a.person_id, p.person_id, n.person_id) AS person_id,
           a.person_id IS NOT NULL AS is_account
      FROM newest n
      LEFT JOIN accounts_account a ON a.email = n.email
      LEFT JOIN LATERAL (SELECT e.person_id FROM accounts_emailproof e WHERE lower(e.email) = n.email LIMIT 1) p ON true
     WHERE n.event = 'given'
       AND NOT EXISTS (SELECT FROM newsletters_failingaddress f WHERE f.email = n.email AND f.blocked_at >= n.at)
), once AS (
    SELECT DISTINCT ON (COALESCE(w.person_id::text, w.email)) w.*
      FROM willing w ORDER BY COALESCE(w.person_id::text, w.email), w.is_account DESC, w.id DESC
), audience AS (
    SELECT o.* FROM once o
     WHERE %(event)s::bigint IS NULL
        OR o.email IN (SELECT h.email FROM holders h) OR o.person_id IN (SELECT h.person_id FROM holders h WHERE h.person_id IS NOT NULL)
)
"""
_COUNT = _AUDIENCE + "SELECT count(*) FROM audience"  # noqa: S608  our own words
_GATHER = (
    _AUDIENCE
    + """
INSERT INTO newsletters_recipient
    (issue_id, organization_id, person_id, consent_id, email, language, state, attempts, reason_code)
SELECT %(issue)s, %(organization)s, person_id, id, email, language, 'waiting', 0, '' FROM audience ORDER BY id
ON CONFLICT DO NOTHING
"""
)


def _values(issue: Issue) -> dict[str, int | None]:
    only = issue.audience == Issue.Audience.EVENT
    return {"organization": issue.organization_id, "event": (issue.event_id or 0) if only else None, "issue": issue.pk}


def count_audience(issue: Issue) -> int:
    """How many people would get it now. Needs the rights of *app*: the office reads no consents."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(issue))
        return int(cursor.fetchone()[0])


def count_subscribers(organization_id: int | None) -> int:
    """How many people have said yes to a sender."""
    return count_audience(Issue(organization_id=organization_id))


def is_too_few(issue: Issue, count: int) -> bool:
    """Whether the number would tell who among a known few has said yes."""
    return issue.audience == Issue.Audience.EVENT and count < FEWEST


def gather(issue: Issue, *, now: datetime) -> int:
    """Write down the receivers, each person and each address once. Returns how many the issue has then."""
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, _values(issue))
    return issue.rows.count()
