"""Whom the web site itself brings the visitor to: who stands before it, under it, and where people pay."""

from conbillet.core.data_map import data_map

data_map.processor(
    "cloudflare",
    country="US",
    clause="cookie.cloudflare",
    sends=("internet address", "everything that passes between browser and server, when it is switched on"),
    when="the operator has switched CloudFlare on",
    third=("US",),
    safeguard="standard contractual clauses and the EU-US Data Privacy Framework",
)
data_map.processor(
    "hetzner",
    country="DE",
    clause="storage.servers",
    sends=("the servers stand there; nothing is sent on",),
    when="always: the machines stand there",
)

ATTACK = "CloudFlare is switched on and looks for robots"
for name, when, holds in (
    ("__cf_bm", ATTACK, "a sealed judgement of whether this is a robot"),
    ("cf_clearance", "CloudFlare asked for a proof during an attack", "that the proof was given"),
):
    data_map.cookie(name, clause="cookie.cloudflare", set_when=when, max_age_days=0, holds=holds, party="CloudFlare")
PAYING = "somebody has gone to Stripe's own page to pay"
for name, days in (("__stripe_mid", 365), ("__stripe_sid", 0), ("m", 400)):
    data_map.cookie(
        name,
        clause="cookie.stripe",
        set_when=PAYING,
        max_age_days=days,
        holds="a random number that helps Stripe to detect fraud",
        party="Stripe",
    )
