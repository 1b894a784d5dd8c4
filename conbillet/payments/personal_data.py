"""Payments know an amount and an opaque reference; whose they are is known upstairs, by the order."""

from conbillet.core.data_map import UNNAMED_STAFF, data_map, unlink

from .models import Attempt, ConnectedAccount, Dispute, LedgerEntry, Payment, ProviderEvent, Refund

for model in (ConnectedAccount, Payment, Attempt, Dispute, LedgerEntry, ProviderEvent):
    with data_map.model(model) as t:
        t.technical(
            *(field.name for field in model._meta.concrete_fields), why="amounts, states and the provider's references"
        )

with data_map.model(Refund) as t:
    t.technical(
        *(field.name for field in Refund._meta.concrete_fields if field.name != "requested_by"),
        why="amounts, states and the provider's references",
    )
    t.link("requested_by", why="which member of staff asked for it", erase=unlink, export=UNNAMED_STAFF)

data_map.processor(
    "stripe",
    country="IE",
    clause="cookie.stripe",
    sends=("user.email", "order reference", "order lines and total"),
    when="somebody pays",
    third=("US",),
    safeguard="standard contractual clauses and the EU-US Data Privacy Framework",
)
