"""The data map for machines: JSON-LD in the terms of W3C's Data Privacy Vocabulary, https://w3id.org/dpv

One entry for each different way in which something is handled. Tables and columns are our own business and stay out.
"""

from typing import Any

from django.conf import settings

from conbillet.consents.policy_checks import LATER
from conbillet.consents.policy_texts import LANGUAGES, Version
from conbillet.consents.queries import texts
from conbillet.core.data_map import (
    ASSOCIATION,
    ASSOCIATION_RECORD,
    IDENTIFY,
    IMPROVE,
    MAIL_RELAY,
    MEMBER_DOCUMENTATION,
    PURCHASES,
    SERVICES,
    STRIPE,
    Column,
    data_map,
)

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
}
CATEGORIES = {
    "user.name": "pd:Name",
    "user.address": "pd:PhysicalAddress",
    "user.postcode": "pd:PhysicalAddress",
    "user.municipality": "pd:Location",
    "user.email": "pd:EmailAddress",
    "user.birth_date": "pd:BirthDate",
    "user.gender": "pd:Gender",
    "user.phone": "pd:TelephoneNumber",
    "user.language": "pd:Language",
    "user.ip": "pd:IPAddress",
    "user.device": "pd:DeviceBased",
    "user.sign_in": "pd:Tracking",
    "user.session": "pd:Authenticating",
    "user.secret": "pd:Authenticating",
    "user.financial": "pd:Transactional",
    "user.history": "pd:Historical",
    "user.content": "pd:Communication",
    "user.member_number": "pd:Identifying",
    "user.consent": "pd:Preference",
    "user.cookie": "pd:Identifying",
    "user.cpr": "pd:OfficialID",
    "user.certificate": "pd:Criminal",
    "user.relation": "pd:Relationship",
    "user.role": "pd:Professional",
    "user.status": "dpv:PersonalData",
}
PURPOSES = {
    IDENTIFY: "dpv:IdentityVerification",
    PURCHASES: "dpv:PaymentManagement",
    SERVICES: "dpv:ServiceProvision",
    MEMBER_DOCUMENTATION: "dpv:RecordManagement",
    IMPROVE: "dpv:ServiceOptimisation",
}
ASSOCIATIONS = "The association behind the event"
MEASURES = (
    "dpv:EncryptionAtRest", "dpv:EncryptionInTransfer", "dpv:AccessControlMethod", "dpv:MultiFactorAuthentication",
    "dpv:ActivityMonitoring", "dpv:DataProcessingAgreement", "dpv:RecordsOfActivities",
)  # fmt: skip
RECIPIENTS = {
    ASSOCIATION: "The association that the person bought from: name, address, e-mail, gender, date of birth, postal code",
    ASSOCIATION_RECORD: "The association that the person bought from, as its own record",
    STRIPE: "Stripe, when the person pays",
    MAIL_RELAY: "The server that sends the mail",
}


def policy_as_json_ld(version: Version, *, base_url: str) -> dict[str, Any]:
    """The whole document; a test compares it with the data map."""
    map_ = data_map.load()
    handled: dict[tuple[Any, ...], dict[str, Any]] = {}
    for table in map_.tables.values():
        for column in table.columns.values():
            if column.category and column.keep:
                entry = _entry(column, of_association="organization" in table.columns)
                handled.setdefault(tuple(repr(part) for part in entry.values()), entry)
    return {
        "@context": {**CONTEXT, "conbillet": f"{base_url}/policy.json#"},
        "@id": f"{base_url}/policy/",
        "@type": "dpv:PrivacyNotice",
        "dct:title": "ConBillet",
        "dct:language": list(LANGUAGES),
        "dct:modified": version.updated_on.isoformat(),
        "dct:valid": version.effective_on.isoformat(),
        "dct:identifier": version.text_hash,
        **_neighbours(version, base_url),
        "conbillet:clauses": _clauses(version, base_url),
        "dpv:hasDataController": [
            {"@type": "dpv:DataController", "schema:name": settings.CONBILLET_OPERATOR["name"], "dct:description": "accounts, support"},
            {"@type": "dpv:DataController", "schema:name": ASSOCIATIONS, "dct:description": "its sales and its members"},
        ],
        "dpv:hasDataProcessor": [
            {
                "@type": "dpv:DataProcessor",
                "schema:name": processor.name,
                "dpv:hasCountry": processor.country,
                "dpv:hasPersonalData": list(processor.sends),
                "conbillet:when": processor.when,
                **({"dpv:hasThirdCountry": list(processor.third), "conbillet:safeguard": processor.safeguard} if processor.third else {}),
                "schema:url": f"{base_url}/policy/#{processor.clause}",
            }
            for processor in map_.processors.values()
        ],
        "dpv:hasProcess": sorted(handled.values(), key=lambda entry: (entry["dpv:hasPersonalData"], repr(entry))),
        "dpv:hasRight": ["eu-gdpr:A15", "eu-gdpr:A16", "eu-gdpr:A17", "eu-gdpr:A18", "eu-gdpr:A20", "eu-gdpr:A21", "eu-gdpr:A77"],
        "dpv:hasTechnicalOrganisationalMeasure": list(MEASURES),
        "dpv:hasConsentControl": {"dpv:WithdrawConsent": f"{base_url}/my/consents/", "conbillet:cookies": f"{base_url}/policy/cookies/"},
        "dpv:hasAuthority": {"@type": "dpv:DataProtectionAuthority", "schema:name": "Datatilsynet", "schema:url": "https://www.datatilsynet.dk/"},
        "conbillet:cookies": [
            {
                "schema:name": cookie.name,
                "schema:provider": cookie.party or settings.CONBILLET_OPERATOR["name"],
                "dpv:hasDuration": f"P{cookie.max_age_days}D" if cookie.max_age_days else "less than a day",
                "dct:description": cookie.holds,
                "conbillet:setWhen": cookie.set_when,
                "conbillet:necessary": cookie.necessary,
                "schema:url": f"{base_url}/policy/#{cookie.clause}",
            }
            for cookie in map_.cookies.values()
        ],
    }  # fmt: skip


def _neighbours(version: Version, base_url: str) -> dict[str, Any]:
    """The version before and, when one has been published, the version after."""
    found: dict[str, Any] = {}
    versions = texts().policies
    if version in versions:
        place = versions.index(version)
        if place:
            found["dct:replaces"] = f"{base_url}/policy/{versions[place - 1].name}/"
        if place + 1 < len(versions):
            found["dct:isReplacedBy"] = f"{base_url}/policy/{versions[place + 1].name}/"
    return found


def _clauses(version: Version, base_url: str) -> list[dict[str, Any]]:
    """Every clause by its id, with its headings, and whether it says that it comes later."""
    danish = {clause.id: clause.heading for clause in version.texts["full", "da"].clauses}
    return [
        {
            "@id": f"{base_url}/policy/{version.name}/#{clause.id}",
            "dct:identifier": clause.id,
            "dct:title": {"en": clause.heading, "da": danish[clause.id]},
            "conbillet:comesLater": LATER["en"] in clause.markdown.lower(),
        }
        for clause in version.texts["full", "en"].clauses
    ]


def _entry(column: Column, *, of_association: bool) -> dict[str, Any]:
    """One way of handling one category of data."""
    assert column.keep is not None
    bases = sorted({_basis(basis.article) for basis in column.purposes.values()})
    laws = sorted({basis.law for basis in column.purposes.values() if basis.law})
    return {
        "@type": "dpv:Process",
        "dpv:hasPersonalData": CATEGORIES.get(column.category, "dpv:PersonalData"),
        "schema:about": column.category,
        "conbillet:clause": column.clause,
        "dpv:hasDataController": ASSOCIATIONS if of_association else settings.CONBILLET_OPERATOR["name"],
        "dpv:hasProcessing": [
            "dpv:Collect",
            "dpv:Store",
            "dpv:Erase",
            *(["dpv:Disclose"] if column.recipients else []),
        ],
        "dpv:hasPurpose": sorted(PURPOSES[purpose] for purpose in column.purposes),
        "dpv:hasLegalBasis": bases + laws,
        "dpv:hasRecipient": sorted(RECIPIENTS[one] for one in column.recipients),
        "dpv:hasStorageCondition": {"dpv:hasDuration": column.keep.period, "dct:source": column.keep.source},
    }


def _basis(article: str) -> str:
    """`6(1)(b)` is `eu-gdpr:A6-1-b`."""
    return "eu-gdpr:A" + article.replace(")(", "-").replace("(", "-").rstrip(")")
