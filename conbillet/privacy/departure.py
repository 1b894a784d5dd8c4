"""What there is of an association, what stands in the way of its leaving, and the package of its own records.

The package holds what the association's own role may read in the database (`office_access`, `office_hidden`), without
our secrets (keys of links) and without ways to persons beyond it. Whose data is only stored (art. 18) has no name in it.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conbillet.accounts.models import Person
from conbillet.catalogue.models import MEMBERSHIPS_ONLY, Event
from conbillet.core.clock import copenhagen_day
from conbillet.core.data_map import data_map
from conbillet.core.files import create_private, make_private_folder
from conbillet.core.keys import InstallationKeys
from conbillet.core.people import Held
from conbillet.core.spreadsheets import csv_lines
from conbillet.organizations.models import Organization
from conbillet.payments.models import Dispute, Refund
from conbillet.sales.models import Order

from .limits import held_people
from .models import Departure
from .models.departures import STAY, tables_of_associations

# The association's own records, in the order in which they are read. Not among them: what only our machinery needs
# (carts, holds, counters), mails, the log, and CPR numbers, which leave this house in no file.
OWN = (
    "organizations_organization", "organizations_agreement", "catalogue_event", "catalogue_quota", "catalogue_product",
    "catalogue_variant", "catalogue_productquota", "catalogue_price", "sales_order", "sales_participant",
    "sales_orderline", "sales_cancellation", "sales_eventrefund", "sales_receipt", "payments_payment", "payments_refund",
    "payments_dispute", "payments_ledgerentry", "memberships_membershiptype", "memberships_member",
    "memberships_membership", "memberships_memberdocumentation", "memberships_documentedmember",
    "memberships_documenteddues", "tickets_ticket", "tickets_checkin", "tickets_handout",
    "certificates_certificatescheme", "newsletters_issue",
)  # fmt: skip
SECRETS = {"access_key", "claim_key", "token_hash", "number_mark"}
_NONCE = 12
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class PackageChanged(Exception):
    """The file is not the one that was sealed. Never a partial result."""


@dataclass(frozen=True)
class Holding:
    """One table, and how many rows of it are the association's."""

    table: str
    count: int


def holdings(organization: Organization) -> list[Holding]:
    """Everything that would be deleted, in rows."""
    found = []
    for model in tables_of_associations():
        if model._meta.db_table not in STAY:
            count = model._default_manager.filter(organization=organization).count()
            if count:
                found.append(Holding(model._meta.db_table, count))
    return found


def obstacles(organization: Organization, *, now: datetime) -> list[Any]:
    """Why it cannot leave now; empty when it can. People who have paid for what is to come must not be left alone."""
    found: list[Any] = []
    coming = Event.objects.filter(organization=organization, ends_on__gte=copenhagen_day(now))
    coming = coming.exclude(kind=MEMBERSHIPS_ONLY)  # a year's memberships keep no association here
    open_orders = Order.objects.filter(event__in=coming, state__in=[Order.State.PAID, Order.State.AWAITING_PAYMENT])
    if open_orders.exists():
        found.append(_("There are orders for events that are still to come. Hold them, or call them off and give the money back."))  # fmt: skip
    if Order.objects.filter(organization=organization, state=Order.State.AWAITING_PAYMENT).exists():
        found.append(_("There are orders that wait for payment."))
    if Refund.objects.filter(organization=organization).exclude(state__in=["succeeded", "failed"]).exists():
        found.append(_("Refunds are under way."))
    if Dispute.objects.filter(organization=organization, closed_at=None).exists():
        found.append(_("Disputes with buyers' banks are open."))
    return found


def package(organization: Organization, *, now: datetime) -> bytes:
    """A zip with each kind of record as CSV (for spreadsheets) and JSON (for programs)."""
    held, buffer = held_people(now=now), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "about.json", json.dumps(_about(organization, now), ensure_ascii=False, indent=1))
        for name in OWN:
            model = _model(name)
            columns = columns_of(model)
            rows = list(_rows(model, columns, organization, held))
            lines = [columns, *([_text(value) for value in row] for row in rows)]
            _add(archive, f"csv/{name}.csv", "".join(csv_lines(lines)))
            content = [dict(zip(columns, row, strict=True)) for row in rows]
            _add(archive, f"json/{name}.json", json.dumps(content, ensure_ascii=False, indent=1, default=str))
    return buffer.getvalue()


def columns_of(model: type[models.Model]) -> list[str]:
    """What of a table the association gets: what its own role may read, without secrets and ways to persons."""
    hidden = set(getattr(model, "office_hidden", ())) | SECRETS
    return [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in hidden
        and field.related_model is not Person
        and not isinstance(field, models.BinaryField)
        and not (isinstance(field, models.UUIDField) and field.name in {"subject_id", "actor_id"})
    ]


def seal(departure: Departure, plain: bytes) -> str:
    """Keep the package as a sealed file; its SHA-256."""
    nonce = os.urandom(_NONCE)
    make_private_folder(_folder())
    path = _path(departure)
    path.unlink(missing_ok=True)
    create_private(path, nonce + AESGCM(_key()).encrypt(nonce, plain, departure.reference.encode()))
    return hashlib.sha256(plain).hexdigest()


def unseal(departure: Departure) -> bytes:
    """The package's bytes. Raises PackageChanged, or FileNotFoundError when it is gone."""
    sealed = _path(departure).read_bytes()
    try:
        plain = AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], departure.reference.encode())
    except InvalidTag:
        raise PackageChanged from None
    if hashlib.sha256(plain).hexdigest() != departure.sha256:
        raise PackageChanged
    return plain


def remove(departure: Departure) -> None:
    """Delete the file; the hash stays."""
    _path(departure).unlink(missing_ok=True)


def _rows(model: type[models.Model], columns: list[str], organization: Organization, held: Held) -> Iterator[list[Any]]:
    mine: Any = model._default_manager.filter(
        **({"pk": organization.pk} if model is Organization else {"organization": organization})
    )
    table = data_map.load().tables[model._meta.db_table]
    personal = {column.name for column in table.columns.values() if column.kind in {"personal", "freetext"}}
    person = f"{table.subject.replace('.', '__')}" if table.subject else ""
    email = table.email.replace(".", "__") if table.email else ""
    only_stored: set[Any] = set()
    if held != Held() and (person or email):
        wanted = models.Q(pk__in=[])
        wanted |= models.Q(**{f"{person}__in": held.persons}) if person else wanted
        wanted |= models.Q(**{f"{email}__in": held.emails}) if email else wanted
        only_stored = set(mine.filter(wanted).values_list("pk", flat=True))
    for row in mine.order_by("pk").values_list("pk", *columns).iterator():
        stored = row[0] in only_stored
        yield [None if stored and name in personal else value for name, value in zip(columns, row[1:], strict=True)]


def _about(organization: Organization, now: datetime) -> dict[str, str]:
    return {
        "association": organization.name,
        "cvr": organization.cvr,
        "made_at": now.isoformat(),
        "made_by": settings.CONBILLET_OPERATOR["name"],
        "what": "Amounts are in øre. Instants are UTC. Rows refer to each other by id.",
    }


def _text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _add(archive: zipfile.ZipFile, name: str, content: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)


@cache
def _model(table: str) -> type[models.Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _folder() -> Path:
    return Path(settings.CONBILLET_DATA) / "departures"


def _path(departure: Departure) -> Path:
    return _folder() / f"{departure.reference}.sealed"


@cache
def _key() -> bytes:
    return InstallationKeys(settings.CONBILLET_KEYS / "installation").key_for("departure-packages")
