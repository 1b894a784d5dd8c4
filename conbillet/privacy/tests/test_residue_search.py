"""The residue search finds a value in whatever form, wherever it is, and says the place only."""

import base64
import hashlib
import json
import zipfile
from urllib.parse import quote

import pytest

from conbillet.core.models import AuditEntry
from conbillet.privacy.residue import Needles, in_database, in_files, search
from conbillet.sales.models import Order
from tests.cast import make_person

pytestmark = pytest.mark.django_db
VALUE = "Æbleskøn O'Grå-Zwq81"


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        VALUE.upper(),
        f"before {VALUE} behind",
        "Æbleskøn O'Gra\u030a-Zwq81",
        quote(VALUE),
        "Æbleskøn O&#x27;Grå-Zwq81",
        json.dumps({"name": VALUE}),
        base64.b64encode(f"{VALUE} and more".encode()).decode(),
        base64.b64encode(f"x{VALUE} and more".encode()).decode(),
        base64.b64encode(f"xy{VALUE} and more".encode()).decode(),
        hashlib.sha256(VALUE.encode()).hexdigest(),
        hashlib.md5(VALUE.lower().encode(), usedforsecurity=False).hexdigest(),
    ],
)
def test_every_form_is_found(written, tmp_path, world):
    world.buyer.name = written[:120]
    world.buyer.save()
    needles = Needles([VALUE])
    assert [hit.place for hit in in_database(needles)] == ["accounts_person.name"]
    (tmp_path / "web.log").write_text(written)
    assert [hit.place for hit in in_files(needles, tmp_path)] == ["file web.log"]


def test_bytes_jobs_and_archives_are_searched(world, tmp_path, now):
    AuditEntry.objects.create(
        at=now,
        action="x",
        actor_kind="system",
        object_kind="x",
        object_reference="x",
        payload=b"\x00\x01" + VALUE.encode(),
    )
    with zipfile.ZipFile(tmp_path / "package.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps([VALUE]))
    places = {hit.place for hit in search([VALUE], folders=[tmp_path])}
    assert places == {"core_auditentry.payload", "file package.zip"}


def test_a_mail_is_decoded(tmp_path):
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"] = "Hello"
    message.set_content(f"Dear {VALUE},\n" * 3, cte="quoted-printable")
    (tmp_path / "1.eml").write_bytes(bytes(message))
    assert [hit.place for hit in in_files(Needles([VALUE]), tmp_path)] == ["file 1.eml"]


def test_names_of_files_are_searched_and_not_repeated(tmp_path):
    (tmp_path / f"{VALUE}.key").write_text("")
    (hit,) = in_files(Needles([VALUE]), tmp_path)
    assert VALUE not in str(hit) and "in its name" in str(hit)


def test_only_the_place_is_told(world):
    person = make_person("Nobody", "zwq81-secret@example.com")
    hits = list(in_database(Needles(["zwq81-secret@example.com"])))
    assert [(hit.place, hit.key) for hit in hits] == [("accounts_account.email", str(person.account.pk))]
    assert "zwq81" not in " ".join(map(str, hits))


def test_what_is_not_there_is_not_found(world):
    assert Order.objects.count() == 0
    assert list(in_database(Needles(["a value that nobody has"]))) == []


def test_short_values_are_refused():
    with pytest.raises(ValueError, match="too short"):
        Needles(["abc"])
