"""The residue search finds a value in whatever form, wherever it is, and says the place only."""

import base64
import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from email.message import EmailMessage
from urllib.parse import quote

import pytest
import typst
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from conbillet.core import audit
from conbillet.core.actor import SYSTEM
from conbillet.core.models import AuditEntry
from conbillet.privacy.residue import Needles, database, forms, in_database, in_files, search
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
        base64.b64encode(hashlib.sha256(VALUE.encode()).digest()).decode(),
        quote(quote(VALUE)),
        "Æbleskøn O'Grå-Zwq81".replace("Æ", "&AElig;").replace("ø", "&oslash;").replace("å", "&aring;"),
        "&#xC6;blesk&#xF8;n O'Gr&#xE5;-Zwq81",
        json.dumps({"inner": json.dumps({"name": VALUE})}),
        "Æbleskøn O''Grå-Zwq81",
        "=C3=86blesk=C3=B8n O'Gr=C3=A5-Zwq81",
        "ÆbleskønO'Grå-Zwq81",
        VALUE.encode("utf-16-le").hex(),
        base64.urlsafe_b64encode(zlib.compress(json.dumps({"name": VALUE, "more": "x" * 20}).encode())).decode(),
    ],
)
def test_every_form_is_found(written, tmp_path, world):
    world.organization.about_da = written
    world.organization.save()
    needles = Needles([VALUE])
    assert {hit.place for hit in in_database(needles)} == {"organizations_organization.about_da"}
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1252"])
def test_other_encodings_are_read(world, tmp_path, now, encoding):
    """In files, and in byte columns."""
    raw = b"\x01\x02" + f"before {VALUE} behind".encode(encoding)
    (tmp_path / "export.csv").write_bytes(raw)
    AuditEntry.objects.create(
        at=now, action="x", actor_kind="system", object_kind="x", object_reference="x", payload=raw
    )
    assert {hit.place for hit in search([VALUE], folders=[tmp_path])} == {"core_auditentry.payload", "file export.csv"}


def packed(*, as_: str) -> bytes:
    text = json.dumps([VALUE]).encode()
    if as_ == "gzip":
        return gzip.compress(text)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.gz" if as_ == "gzip in zip" else "data.json", gzip.compress(text) if as_ == "gzip in zip" else text
        )
    return buffer.getvalue()


@pytest.mark.parametrize("as_", ["gzip", "zip", "gzip in zip"])
def test_what_is_packed_is_unpacked_wherever_it_is(world, tmp_path, now, as_):
    raw = packed(as_=as_)
    AuditEntry.objects.create(
        at=now, action="x", actor_kind="system", object_kind="x", object_reference="x", payload=raw
    )
    world.organization.about_da = base64.b64encode(raw).decode()
    world.organization.save()
    (tmp_path / "backup").write_bytes(raw)
    hits = list(search([VALUE], folders=[tmp_path]))
    assert {hit.place for hit in hits} == {
        "core_auditentry.payload", "organizations_organization.about_da", "file backup",
    }  # fmt: skip
    assert all(hit.form.endswith(", packed") for hit in hits)


def test_columns_of_json_and_lists_are_read(world):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE odd (id int, doc jsonb, words text[], pair point)")
        cursor.execute("INSERT INTO odd VALUES (7, %s, %s, '(1,2)')", [json.dumps({"a": [{"b": VALUE}]}), ["x", VALUE]])
    assert {str(hit) for hit in in_database(Needles([VALUE]))} == {
        "odd.doc: value 1 (as it is)", "odd.words: value 1 (as it is)",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_planners_samples_are_read(owner_connection):
    """PostgreSQL keeps values of columns to plan with; they outlive their rows until the table is looked at anew."""
    owner_connection.execute("CREATE TABLE planted_samples (name text)")
    try:
        owner_connection.execute("INSERT INTO planted_samples SELECT %s FROM generate_series(1, 3)", [VALUE])
        owner_connection.execute("ANALYZE planted_samples")
        owner_connection.execute("DELETE FROM planted_samples")
        owner_connection.execute("GRANT SELECT ON planted_samples TO PUBLIC")
        assert [hit.place for hit in in_database(Needles([VALUE]))] == ["statistics of planted_samples.name"]
    finally:
        owner_connection.execute("DROP TABLE planted_samples")


def test_a_session_is_opened(world):
    session = SessionStore()
    session["pending"] = {"email": VALUE, "more": "x" * 60}
    session.save()
    assert [hit.place for hit in in_database(Needles([VALUE]))] == ["django_session.session_data"]
    assert VALUE not in Session.objects.get().session_data


def test_a_seal_is_opened_as_long_as_we_have_its_key(world, now, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    audit.record(
        action="x", actor=SYSTEM, now=now, organization_id=None, object_kind="x", object_reference="x",
        subject=world.buyer.pk, why=VALUE,
    )  # fmt: skip
    assert [hit.place for hit in search([VALUE], folders=[])] == ["core_auditentry.payload"]
    audit._keys().destroy(world.buyer.pk)
    assert list(search([VALUE], folders=[])) == []


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_pdf_is_read(tmp_path, wrapped):
    """As our own tickets and receipts are set: packed streams, glyphs instead of letters."""
    data = {"name": VALUE}
    source = "#set page(width: 5cm)\n#set text(size: 14pt)\nTil #json(bytes(sys.inputs.data)).name og mange andre"
    pdf = typst.compile(source.encode(), sys_inputs={"data": json.dumps(data)})
    if wrapped:
        message = EmailMessage()
        message.set_content("see the file")
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename="ticket.pdf")
        (tmp_path / "1.eml").write_bytes(bytes(message))
    else:
        (tmp_path / "ticket.pdf").write_bytes(pdf)
    assert VALUE.encode() not in pdf
    hits = list(in_files(Needles([VALUE]), tmp_path))
    assert hits and all(hit.form in {"as it is, packed", "without spaces, packed"} for hit in hits)


def test_files_that_are_left_out_and_a_databases_own(tmp_path):
    for name in ("values.txt", "kept/log", "cluster/base/1", "cluster/PG_VERSION"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(VALUE)
    found = {hit.place for hit in in_files(Needles([VALUE]), tmp_path, leave_out={tmp_path / "values.txt"})}
    assert found == {"file kept/log"}


@pytest.mark.parametrize(
    ("value", "written", "form"),
    [
        ("+45 28 81-72 63", "4528817263", "as digits"),
        ("1987-06-05", "5.6.1987", "as a date"),
        ("1987-06-05", "05/06/1987", "as a date"),
    ],
)
def test_phone_numbers_and_dates_in_other_spellings(tmp_path, value, written, form):
    (tmp_path / "list.csv").write_text(f"x;{written};y")
    assert [hit.form for hit in in_files(Needles([value]), tmp_path)] == [form]


def test_a_mail_is_decoded(tmp_path):
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


VALUES = [VALUE, "Ada Lund", "ada@example.com", "12345678", "1990-05-01", "+45 29 38 47 56", "203.0.113.77", "zwq1"]
NOISE = "tabs\tand words, 2026-01-01 12:00:00+00 \\N navn12@example.dk \\x 8000 Aarhus C\n"


@pytest.mark.parametrize("before, behind", [("", ""), ("a", "b"), ("0", "f"), (" ", "\t"), (NOISE, NOISE)])
def test_the_quick_look_misses_no_form(before, behind):
    """`any_in` leaves kinds of forms out where nothing looks like them: never one that is there."""
    for value in VALUES:
        needles = Needles([value])
        for needle in needles.forms:
            assert needles.any_in(f"{before}{needle}{behind}"), (value, needle)
            assert not needles.any_in(NOISE.lower())


def test_planted_a_quick_look_for_too_long_a_run_misses_some(monkeypatch):
    sound = forms._by_kind
    monkeypatch.setattr(
        forms, "_by_kind", lambda texts: [(look and re.compile(look.pattern.replace("{", "{9")), mine) for look, mine in sound(texts)]
    )  # fmt: skip
    needles = Needles([VALUE])
    missed = [needle for needle in needles.forms if not needles.any_in(needle)]
    assert any(needles.forms[one][1] == "as sha256" for one in missed)


def test_rows_that_hold_something_packed_are_dug_into_only_where_it_is(world, monkeypatch):
    """Unpacked once for a whole block; row by row only when the block holds a value."""
    rows, sound = [], database._holds_something

    def seen(*args):
        rows.append(args)
        return sound(*args)

    monkeypatch.setattr(database, "_holds_something", seen)
    session = SessionStore()
    session["pending"] = {"email": "somebody@else.example", "more": "x" * 60}
    session.save()
    assert list(in_database(Needles([VALUE]))) == [] and not rows
    session["pending"] = {"email": VALUE, "more": "x" * 60}
    session.save()
    assert {hit.place for hit in in_database(Needles([VALUE]))} == {"django_session.session_data"} and rows
