"""My data: the page, the package behind login and re-authentication, its end, and nobody else's."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from pypdf import PdfReader

from conbillet.accounts.models import Account, Person
from conbillet.core import clock
from conbillet.mail.models import OutgoingMail
from conbillet.privacy.erasure.erase import erase
from conbillet.privacy.insight import store
from conbillet.privacy.models import Erasure, InsightPackage
from conbillet.privacy.reach import subject_of
from conbillet.privacy.retention.rules import RULES, run_rule
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.attach_orders import attach_orders
from conbillet.support.models import Case, CaseAttachment
from conbillet.workflows import insight
from tests.cast import make_person
from tests.jobs import announced, run_jobs
from tests.login import log_in
from tests.purchases import paid_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "CONBILLET_KEYS", tmp_path / "keys")
    monkeypatch.setattr(settings, "CONBILLET_DATA", tmp_path / "data")


@pytest.fixture
def ada(world, now):
    person = make_person("Ada Lund", "ada@example.com")
    paid_order(world, now, Wish(world.adult.pk, 2))
    attach_orders(person_id=person.pk, email="ada@example.com", now=now)
    run_jobs()
    return person


@pytest.fixture
def package(client, ada) -> InsightPackage:
    log_in(client, ada).post("/my/data/package/")
    run_jobs()
    return InsightPackage.objects.get()


def sealed_files(tmp_path):
    return sorted((tmp_path / "data" / "packages").glob("*.sealed"))


# --- the page ----------------------------------------------------------------------------------------------------------------
@pytest.mark.proves("right.insight")
def test_the_page_says_what_why_from_where_how_long_and_to_whom(client, ada):
    page = log_in(client, ada).get("/my/data/").content.decode()
    for text in (
        "Ada Lund", "ALEA", "ConBillet", "Ordrer", "Hvorfor", "Hvorfra", "Hvor længe", "bogføringsloven",
        "31. december 2031", "Din profil", "kontakt@alea.example", "Skovvej 1",
    ):  # fmt: skip
        assert text in page, text


def test_what_is_others_is_not_on_the_page(client, ada):
    page = log_in(client, ada).get("/my/data/").content.decode()
    assert "Bo Lund" not in page and "bo@example.com" not in page


def test_the_page_needs_login(client):
    answer = client.get("/my/data/")
    assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]


def test_the_page_is_kept_by_no_cache(client, ada):
    assert "no-store" in log_in(client, ada).get("/my/data/")["Cache-Control"]


# --- the package -------------------------------------------------------------------------------------------------------------
@pytest.mark.proves("right.insight")
def test_asked_for_made_told_by_mail_and_fetched(client, ada, mailoutbox):
    log_in(client, ada)
    assert client.post("/my/data/package/")["Location"] == "/my/data/"
    assert "bliver lavet" in client.get("/my/data/").content.decode()
    run_jobs()
    package = InsightPackage.objects.get()
    assert (package.state, package.progress) == ("ready", 100)
    mail = next(one for one in mailoutbox if "Dine data er klar" in one.subject)
    assert mail.to == ["ada@example.com"] and "/my/data/" in mail.body and package.reference not in mail.body
    answer = client.get(f"/my/data/package/{package.reference}/")
    assert answer["Content-Type"] == "application/zip" and "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == ["data.json", "data.pdf", "index.html"]
        assert json.loads(archive.read("data.json"))["format"] == "conbillet-insight/1"
        assert "Hvad der er gemt om dig" in archive.read("index.html").decode()
        pdf = PdfReader(io.BytesIO(archive.read("data.pdf")))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "Ada Lund" in text and "bogføringsloven" in text and "Skovvej 1" in text
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"] and pdf.trailer["/Root"]["/Lang"].startswith("da")


def test_asking_twice_makes_one_package(client, ada):
    log_in(client, ada)
    client.post("/my/data/package/"), client.post("/my/data/package/")
    assert InsightPackage.objects.count() == 1
    assert [fact for fact, _ids in announced()].count("insight_asked") == 1


def test_a_new_package_replaces_the_old_one(client, package, tmp_path):
    client.post("/my/data/package/")
    run_jobs()
    assert InsightPackage.objects.get().pk != package.pk and len(sealed_files(tmp_path)) <= 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_asks_again_who_one_is(client, ada, method):
    answer = getattr(log_in(client, ada, fresh=False), method)("/my/data/package/")
    assert answer.status_code == 302 and "confirm" in answer["Location"]
    assert not InsightPackage.objects.exists()


def test_whoever_had_to_show_who_they_are_comes_back_to_a_button(client, ada):
    assert "Lav min pakke" in log_in(client, ada).get("/my/data/package/").content.decode()


def test_fetching_asks_again_who_one_is(client, ada, package):
    answer = log_in(client, ada, fresh=False).get(f"/my/data/package/{package.reference}/")
    assert answer.status_code == 302 and "confirm" in answer["Location"]


@pytest.mark.proves("right.insight")
def test_the_link_without_login_leads_to_login(client, package):
    client.logout()
    for path in (f"/my/data/package/{package.reference}/", f"/my/data/package/{package.reference}/state.json"):
        answer = client.get(path)
        assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]


def test_somebody_elses_package_is_not_there(client, world, package):
    log_in(client, world.stranger)
    assert client.get(f"/my/data/package/{package.reference}/").status_code == 404
    assert client.get(f"/my/data/package/{package.reference}/state.json").status_code == 404


def test_how_far_it_is(client, ada):
    log_in(client, ada).post("/my/data/package/")
    reference = InsightPackage.objects.get().reference
    assert client.get(f"/my/data/package/{reference}/state.json").json() == {"state": "waiting", "progress": 0}
    assert client.get(f"/my/data/package/{reference}/").status_code == 404


def test_an_expired_package_is_gone(client, ada, package, tmp_path):
    InsightPackage.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert client.get(f"/my/data/package/{package.reference}/").status_code == 410
    rule = next(rule for rule in RULES if rule.name == "packages")
    assert run_rule(rule, now=clock.now()) == {None: 1}
    assert not InsightPackage.objects.exists() and not sealed_files(tmp_path)


def test_a_live_package_survives_the_rule(package, tmp_path):
    store.forget_packages(now=clock.now())
    assert len(sealed_files(tmp_path)) == 1 and InsightPackage.objects.exists()


def test_the_file_is_sealed(package, tmp_path):
    (path,) = sealed_files(tmp_path)
    content = path.read_bytes()
    assert b"PK\x03\x04" not in content and b"Ada" not in content and path.stat().st_mode & 0o077 == 0
    zipfile.ZipFile(io.BytesIO(store.fetch(package)))


def test_an_erased_person_leaves_no_package(ada, package, tmp_path, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase(
            subject=subject_of(ada), via=Erasure.Via.SELF, void_tickets=False, tell=None,
            actor=insight.person_actor(ada.pk), now=clock.now(),
        )  # fmt: skip
    assert not InsightPackage.objects.exists() and not sealed_files(tmp_path)


def test_a_killed_job_is_repeated_and_leaves_one_package(client, ada, tmp_path, monkeypatch):
    log_in(client, ada).post("/my/data/package/")
    package = InsightPackage.objects.get()
    for step in ("collect", "zip_of", "keep", "_ready"):
        with monkeypatch.context() as planted:
            planted.setattr(insight, step, _killed)
            with pytest.raises(KeyboardInterrupt):
                insight.make_package(package=package.pk)
        package.refresh_from_db()
        assert package.state == "working", step
    run_jobs()
    assert len(sealed_files(tmp_path)) == 1 and InsightPackage.objects.get().state == "ready"
    insight.make_package(package=package.pk)  # the queue gave the job to somebody else as well
    assert OutgoingMail.objects.filter(kind="insight_ready").count() == 1
    assert client.get(f"/my/data/package/{package.reference}/").status_code == 200


def _killed(*_args, **_rest):
    raise KeyboardInterrupt


def test_a_failed_try_is_said_and_tried_again(client, ada, monkeypatch):
    log_in(client, ada).post("/my/data/package/")
    with monkeypatch.context() as planted:
        planted.setattr(insight, "zip_of", lambda *_args, **_rest: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            insight.make_package(package=InsightPackage.objects.get().pk)
    assert "prøver igen" in client.get("/my/data/").content.decode()
    run_jobs()
    assert "Din pakke er klar" in client.get("/my/data/").content.decode()


def test_fetching_stands_in_the_log(client, ada, package):
    client.get(f"/my/data/package/{package.reference}/")
    assert "Dine data blev hentet" in client.get("/my/data/").content.decode()


# --- without an account ------------------------------------------------------------------------------------------------------
def test_somebody_without_an_account_logs_in_with_a_code_and_fetches_it(client, world, now, mailoutbox, tmp_path):
    paid_order(world, now, Wish(world.adult.pk, 2))
    case = Case.objects.create(
        reference="CASE0001", kind="insight", email="Ada@example.com", created_at=now, due_on=now.date()
    )
    with pytest.raises(insight.NotYours):
        insight.insight_after_case(case=case, actor=world.actor(world.owner), now=clock.now())
    case.identity = Case.Identity.CODE
    case.save()
    insight.insight_after_case(case=case, actor=world.actor(world.owner), now=clock.now())
    run_jobs()
    package = InsightPackage.objects.get()
    assert package.person is None and package.state == "ready"
    assert any("Dine data er klar" in one.subject and "kode" in one.body for one in mailoutbox)
    person = make_person("", "ada@example.com")  # the code opens an account
    answer = log_in(client, person).get(f"/my/data/package/{package.reference}/")
    content = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json"))
    assert "Ada Lund" in json.dumps(content) and "Bo Lund" not in json.dumps(content)
    stranger = log_in(client, world.stranger)
    assert stranger.get(f"/my/data/package/{package.reference}/").status_code == 404


def vouched(now, **fields) -> Case:
    return Case.objects.create(
        reference="CASE0002", kind="insight", identity=Case.Identity.STAFF, contact_email="mor@example.com", created_at=now,
        due_on=now.date(), **fields,
    )  # fmt: skip


@pytest.mark.parametrize("has_account", [True, False])
def test_whom_our_staff_vouched_for_reads_it_under_the_address_they_write_from(
    client, world, now, mailoutbox, has_account
):
    """A guardian whose proof was looked at, or somebody who cannot reach the old address."""
    paid_order(world, now, Wish(world.adult.pk, 2))
    if has_account:
        child = make_person("Ada Lund", "ada@example.com")
        attach_orders(person_id=child.pk, email="ada@example.com", now=now)
    case = vouched(now, email="ada@example.com", for_child=True)
    package = insight.insight_after_case(case=case, actor=world.actor(world.owner), now=clock.now())
    run_jobs()
    (mail,) = [one for one in mailoutbox if "Dine data er klar" in one.subject]
    assert mail.to == ["mor@example.com"]
    mother = make_person("Mor Lund", "mor@example.com")
    path = f"/my/data/package/{package.reference}/"
    assert log_in(client, mother).get(path).status_code == 200
    assert log_in(client, world.stranger).get(path).status_code == 404
    Case.objects.update(identity=Case.Identity.CODE)
    assert log_in(client, mother).get(path).status_code == 404


# --- correcting --------------------------------------------------------------------------------------------------------------
def test_asking_an_association_to_correct_its_copy_makes_a_case_and_a_line_in_the_log(client, ada, world):
    answer = log_in(client, ada).post("/my/data/correct/alea/", {"text": "Jeg bor på Skovvej 2."})
    assert answer["Location"] == "/my/data/"
    case = Case.objects.get()
    assert (case.organization, case.email, case.text) == (
        world.organization,
        "ada@example.com",
        "Jeg bor på Skovvej 2.",
    )
    assert "Du bad om at få noget rettet" in client.get("/my/data/").content.decode()


def test_only_those_who_hold_something_are_asked(client, ada, world):
    log_in(client, ada)
    assert client.get("/my/data/correct/hyggecon/").status_code == 404
    assert client.post("/my/data/correct/hyggecon/", {"text": "Hej"}).status_code == 404
    assert not Case.objects.exists()


def test_an_empty_correction_is_refused_beside_the_field(client, ada):
    answer = log_in(client, ada).post("/my/data/correct/", {"text": " "})
    assert answer.status_code == 422 and "Skriv, hvad der er forkert" in answer.content.decode()


# --- speed -------------------------------------------------------------------------------------------------------------------
def test_the_page_asks_the_database_as_often_for_three_orders_as_for_one(
    client, ada, world, now, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    log_in(client, ada).get("/my/data/")
    with CaptureQueriesContext(connection) as one:
        client.get("/my/data/")
    for _ in range(2):
        paid_order(world, now, Wish(world.adult.pk, 1))
    attach_orders(person_id=ada.pk, email="ada@example.com", now=now)
    with CaptureQueriesContext(connection) as three:
        client.get("/my/data/")
    assert len(three) == len(one)
    assert Account.objects.filter(person=Person.objects.get(pk=ada.pk)).exists()


def test_files_that_somebody_sent_us_are_in_the_package(client, ada, now):
    for reference, email, content in (("ATT1", "ada@example.com", b"Ada's own"), ("ATT2", "bo@example.com", b"Bo's")):
        case = Case.objects.create(reference=f"C{reference}", email=email, created_at=now, due_on=now.date())
        CaseAttachment.objects.create(
            reference=reference, case=case, title="../../note.txt", kind="text/plain", content=content,
            size=len(content), at=now,
        )  # fmt: skip
    assert "../../note.txt" in log_in(client, ada).get("/my/data/").content.decode()
    client.post("/my/data/package/")
    run_jobs()
    content = store.fetch(InsightPackage.objects.get())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [name for name in archive.namelist() if name.startswith("files/")] == ["files/ATT1.txt"]
        assert archive.read("files/ATT1.txt") == b"Ada's own"
