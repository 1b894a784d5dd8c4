"""Add counts of one process to those in the database."""

from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction

ShopKey = tuple[date, int, int | None, str, str, str]
SiteKey = tuple[date, str, str]

# In the order of the key, so that two processes never wait for each other crosswise. Events and associations that are
# gone meanwhile are left out: their counts are of no use to anybody.
_SHOP = """
INSERT INTO usage_shopcount (day, organization_id, event_id, step, detail, language, times)
SELECT c.day, o.id, c.event, c.step, c.detail, c.language, c.times
  FROM unnest(%s::date[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[])
       AS c (day, organization, event, step, detail, language, times)
  JOIN organizations_organization o ON o.id = c.organization
  LEFT JOIN catalogue_event e ON e.id = c.event AND e.organization_id = o.id
 WHERE c.event IS NULL OR e.id IS NOT NULL
 ORDER BY o.id, c.event, c.day, c.step, c.detail, c.language
ON CONFLICT (organization_id, event_id, day, step, detail, language)
DO UPDATE SET times = usage_shopcount.times + excluded.times
"""
_SITE = """
INSERT INTO usage_sitecount (day, page, language, times)
SELECT c.day, c.page, c.language, c.times FROM unnest(%s::date[], %s::text[], %s::text[], %s::bigint[]) AS c (day, page, language, times)
 ORDER BY c.day, c.page, c.language
ON CONFLICT (day, page, language) DO UPDATE SET times = usage_sitecount.times + excluded.times
"""


def store_counts(*, counts: Mapping[ShopKey | SiteKey, int]) -> None:
    """Add each number to its row, all or none: one statement a table."""
    shop = [(*key, times) for key, times in counts.items() if len(key) == 6]
    site = [(*key, times) for key, times in counts.items() if len(key) == 3]
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, rows in ((_SHOP, shop), (_SITE, site)):
            if rows:
                cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
