"""What is sealed under a key that we still have: opened, and searched like the rest. Without its key it is gone."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from cryptography.exceptions import InvalidTag

from conbillet.certificates.models import CprNumber
from conbillet.certificates.vault import open_number
from conbillet.core import audit
from conbillet.core.keys import KeyProblem
from conbillet.core.models import AuditEntry
from conbillet.support.models import ChatFile, ChatMessage
from conbillet.support.sealing import opened_file

from ..actions.seal_authority_package import PackageChanged, open_package
from ..authority_contacts import contact_of, kept_contacts
from ..insight.store import fetch
from ..models import AuthorityPackage, InsightPackage
from .forms import Hit, Needles
from .packed import texts_in

Opened = Iterator[tuple[str, str]]  # the row's key, and a text that was sealed in it


def in_sealed(needles: Needles) -> Iterator[Hit]:
    """Every sealed thing that holds one of the values."""
    for place, opened in OPENERS.items():
        for key, text in opened():
            for value, form in set(needles.found_in(text.lower())):
                yield Hit(place, key, value, f"{form}, sealed")


def _audit() -> Opened:
    for entry in AuditEntry.objects.filter(payload__isnull=False).iterator(chunk_size=2000):
        with suppress(KeyProblem):
            yield str(entry.pk), json.dumps(audit.details_of(entry), ensure_ascii=False)


def _numbers() -> Opened:
    for number in CprNumber.objects.select_related("request").iterator():
        person = number.request.person_id
        if person is not None:
            with suppress(KeyProblem):
                opened = open_number(person=person, request=number.request.reference, sealed=bytes(number.sealed))
                yield str(number.pk), opened


def _chats() -> Opened:
    for message in ChatMessage.objects.filter(body__isnull=False).select_related("chat").iterator(chunk_size=2000):
        yield str(message.pk), message.text


def _chat_files() -> Opened:
    for file in ChatFile.objects.select_related("chat").iterator(chunk_size=50):
        with suppress(KeyProblem):
            for text in texts_in(opened_file(file)):
                yield str(file.pk), text


def _factors() -> Opened:
    for factor in Authenticator.objects.iterator():
        for value in factor.data.values():
            if isinstance(value, str) and ":" in value:
                with suppress(KeyProblem, InvalidTag, ValueError):
                    yield str(factor.pk), decrypt(value)


def _authorities() -> Opened:
    for package in AuthorityPackage.objects.select_related("case"):
        with suppress(PackageChanged, FileNotFoundError):
            for text in texts_in(open_package(package)):
                yield str(package.pk), text


def _contacts() -> Opened:
    for named in kept_contacts():
        with suppress(KeyProblem):
            contact = contact_of(named)
            if contact is not None:
                yield str(named.pk), contact.email


def _packages() -> Opened:
    for package in InsightPackage.objects.iterator():
        with suppress(KeyProblem, FileNotFoundError):
            for text in texts_in(fetch(package)):
                yield str(package.pk), text


OPENERS: dict[str, Callable[[], Opened]] = {
    "core_auditentry.payload": _audit,
    "certificates_cprnumber.sealed": _numbers,
    "support_chatmessage.body": _chats,
    "support_chatfile.content": _chat_files,
    "mfa_authenticator.data": _factors,
    "privacy_authoritysubject.sealed_contact": _contacts,
    "package for an authority": _authorities,
    "package of insight": _packages,
}
