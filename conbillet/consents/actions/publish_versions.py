"""Write down which versions of the texts have been published, so that none can be edited unnoticed."""

from datetime import datetime

from django.db import transaction

from ..models import PolicyVersion
from ..policy_texts import Library


class PublishedVersionEdited(Exception):
    """A text that was published reads differently now. The way to change it is a new version."""


@transaction.atomic
def publish_versions(*, texts: Library, now: datetime) -> list[str]:
    """Add a row for each version that has none; returns their names. Safe to repeat.

    Raises PublishedVersionEdited when a version that was published here has another hash now; nothing is written then.
    """
    rows = {(row.document, row.updated_on): row for row in PolicyVersion.objects.all()}
    added = []
    for version in texts.all:
        row = rows.get((version.document, version.updated_on))
        if row is None:
            PolicyVersion.objects.create(
                document=version.document,
                updated_on=version.updated_on,
                effective_on=version.effective_on,
                text_hash=version.text_hash,
                previous_hash=version.previous_hash,
                published_at=now,
            )
            added.append(f"{version.document} {version.name}")
        elif (row.text_hash, row.effective_on) != (version.text_hash, version.effective_on):
            raise PublishedVersionEdited(
                f"The {version.document} of {version.name} was published in this database and has been edited since. "
                "Bring its files back as they were and make a new version."
            )
    return added
