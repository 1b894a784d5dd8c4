"""The list of who comes as CSV and XLSX, for 20,000 people: `python -m bench.privacy_export`. Part of `make bench-privacy`.

Each file is asked for as the office's page asks for it (the hand-over written down, the stream read to its end) in a
process of its own. Goals: 1.5 s CPU of the process that makes the file, and 100 MB at its peak; exit code 1 beyond them.
What the database spends is shown beside it. Figures of a machine that is busy with other things are up to twice as high.
"""

import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

from conbillet.cli.embedded_postgres import EmbeddedPostgres

from .cpu import seconds
from .databases import CHECKOUT, DATA, ensure, environment

PEOPLE, CPU_SECONDS, PEAK_MB = 20_000, 1.5, 100
FORMS = ("csv", "xlsx")


def main() -> int:
    failed = 0
    postgres = EmbeddedPostgres(DATA / "postgres")
    postgres.start()
    try:
        assert postgres.pid is not None, "another program runs the bench's database"
        database = ensure(postgres, "people")
        for form in FORMS:
            answer = subprocess.run(
                [sys.executable, "-m", "bench.privacy_export", form, str(postgres.pid)],
                env=environment(database),
                cwd=CHECKOUT,
                check=True,
                capture_output=True,
                text=True,
            )
            found = json.loads(answer.stdout.splitlines()[-1])
            fine = found["cpu"] <= CPU_SECONDS and found["peak_mb"] <= PEAK_MB and found["people"] >= PEOPLE
            failed += not fine
            print(
                f"{form}: {found['people']:,} people, {found['bytes'] / 1e6:.1f} MB, {found['cpu']:.2f} s CPU "
                f"(and {found['database']:.2f} s of the database), {found['wall']:.2f} s, peak "
                f"{found['peak_mb']:.0f} MB ({found['grown_mb']:.0f} MB of it for the file): {'ok' if fine else 'TOO MUCH'}",
                flush=True,
            )
    finally:
        postgres.stop()
    return 1 if failed else 0


def one(form: str, postgres: int) -> dict[str, float]:
    """Ask for one file and read it; what it cost."""
    import django

    django.setup()

    from conbillet.catalogue.models import Event
    from conbillet.core.actor import Actor, ActorKind
    from conbillet.privacy.attendees import AttendeeFilter
    from conbillet.privacy.models import Disclosure

    event = Event.objects.select_related("organization").get(slug="bench")
    actor = Actor(ActorKind.ORGANIZATION, None, event.organization_id, "owner")
    _ask(event, actor, form, AttendeeFilter(text="nobody of that name"))  # a worker has read its catalogues before
    before_mb, began, cpu, database = _peak_mb(), time.monotonic(), time.process_time(), seconds(postgres)
    size = _ask(event, actor, form, AttendeeFilter(kind="holder"))
    return {
        "database": seconds(postgres) - database,
        "cpu": time.process_time() - cpu,
        "wall": time.monotonic() - began,
        "bytes": size,
        "people": Disclosure.objects.latest("pk").people,
        "peak_mb": _peak_mb(),
        "grown_mb": _peak_mb() - before_mb,
    }


def _ask(event: Any, actor: Any, form: str, wanted: Any) -> int:
    """What the page does: write the hand-over down, then stream. How many bytes left."""
    from django.db import transaction
    from django.utils.translation import override

    from conbillet.core import clock
    from conbillet.core.tenancy import acting_for
    from conbillet.privacy.actions.disclose_to_organization import disclose_to_organization
    from conbillet.privacy.models import Disclosure
    from conbillet.web.office.views.attendees import _stream

    with override("da"), transaction.atomic(), acting_for(event.organization_id):
        handover = disclose_to_organization(
            organization=event.organization, event=event, purpose=Disclosure.Purpose.EXPORT, form=form, actor=actor,
            now=clock.now(), wanted=wanted,
        )  # fmt: skip
    pieces = _stream(handover, form, event.name, "da")
    return sum(len(piece.encode() if isinstance(piece, str) else piece) for piece in pieces)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(sys.argv[1], int(sys.argv[2]))))
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conbillet.config.settings")
        sys.exit(main())
