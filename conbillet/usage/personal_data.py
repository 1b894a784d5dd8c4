"""Counts of use are about nobody; `core/map_rules.py` refuses a column here that could tell two visitors apart."""

from conbillet.core.data_map import COUNT_OF_USE, data_map

from .models import ShopCount, SiteCount

for model in (ShopCount, SiteCount):
    with data_map.model(model) as t:
        t.technical(*(field.name for field in model._meta.concrete_fields), why=COUNT_OF_USE)
