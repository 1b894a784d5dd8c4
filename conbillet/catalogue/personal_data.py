"""The catalogue is about events and things, not about persons."""

from conbillet.core.data_map import data_map

from .models import Event, Price, Product, ProductQuota, Quota, Variant

for model in (Event, Quota, Product, Variant, ProductQuota, Price):
    with data_map.model(model) as t:
        t.technical(
            *(field.name for field in model._meta.concrete_fields),
            why="texts of the association about its event, meant for the public",
        )

data_map.stream(
    "pictures of events",
    holds="what an association puts on its event's page, drawn anew, without what a camera writes into a picture",
    keep="as long as the event shows them",
    place="media/**",
)
