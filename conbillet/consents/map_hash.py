"""The part of the data map that the policy tells about, as a hash: when it changes, somebody must look at the text."""

import json
from hashlib import sha256
from typing import Any

from conbillet.core.data_map import DataMap


def told_part(map_: DataMap) -> dict[str, Any]:
    """Which category under which clause, why, for whom and for how long; the cookies; the processors. No tables."""
    handled = set()
    for table in map_.tables.values():
        for column in table.columns.values():
            if column.category and column.keep:
                purposes = tuple(sorted((name, basis.article) for name, basis in column.purposes.items()))
                handled.add(
                    (column.clause, column.category, purposes, tuple(sorted(column.recipients)), column.keep.name)
                )
    return {
        "handled": sorted(handled),
        "cookies": sorted((one.name, one.clause, one.party, one.max_age_days, one.necessary) for one in map_.cookies.values()),
        "processors": sorted((one.name, one.country, one.clause, one.sends, one.third) for one in map_.processors.values()),
    }  # fmt: skip


def map_hash(map_: DataMap) -> str:
    return sha256(json.dumps(told_part(map_), sort_keys=True).encode()).hexdigest()
