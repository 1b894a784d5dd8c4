"""Numbers about nobody: statistical, not personal, so that neither insight nor deletion has anything to find here."""

from conbillet.core.data_map import data_map

from .models import PublicPage, TableEdition

NOBODY = (
    "numbers about nobody: statistics of five people or more, counted down to a multiple of five, from which nobody can be "
    "worked out; nothing leads to a person, and an erasure changes nothing"
)

with data_map.model(TableEdition) as t:
    t.technical(
        *(field.name for field in TableEdition._meta.concrete_fields),
        why=NOBODY,
    )

with data_map.model(PublicPage) as t:
    t.technical(
        *(field.name for field in PublicPage._meta.concrete_fields),
        why="whether an association shows its statistics to everybody",
    )
