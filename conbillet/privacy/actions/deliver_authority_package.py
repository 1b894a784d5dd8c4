"""Hand a sealed package over, once or again, and write it down each time."""

from datetime import datetime, timedelta

from django.db import transaction

from conbillet.core import audit
from conbillet.core.actor import Actor

from ..models import AuthorityCase, AuthorityPackage
from .seal_authority_package import open_package, remove_package

KEEP_FILE = timedelta(days=30)


@transaction.atomic
def deliver_authority_package(*, package: AuthorityPackage, actor: Actor, now: datetime) -> bytes:
    """The zip's bytes, for the authority. Raises PackageChanged, or FileNotFoundError 30 days after the first time."""
    case = AuthorityCase.objects.select_for_update().get(pk=package.case_id)
    plain = open_package(package)  # after the lock: a request that was ended meanwhile has no file any more
    if package.delivered_at is None:
        package.delivered_at = now
        package.save(update_fields=["delivered_at"])
        case.state, case.closed_at = AuthorityCase.State.DELIVERED, now
        case.save(update_fields=["state", "closed_at"])
    audit.record(
        action="authority_package_delivered",
        actor=actor,
        now=now,
        organization_id=None,
        object_kind="authority_case",
        object_reference=case.reference,
        sha256=package.sha256,
    )
    return plain


def forget_authority_packages(*, now: datetime) -> int:
    """Delete the files that were handed over 30 days ago; the case and the hash stay for two years."""
    old = AuthorityPackage.objects.filter(delivered_at__lt=now - KEEP_FILE).select_related("case")
    return sum(remove_package(package) for package in old)
