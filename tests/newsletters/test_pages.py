"""The office and the desk: writing, looking, sending; and that nobody sees or steers another association's."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from conbillet.newsletters.models import Issue, Recipient
from conbillet.organizations.access import NotFound
from conbillet.organizations.models import Role
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.web import newsletter_pages
from tests.everything import make_staff
from tests.jobs import run_jobs
from tests.login import log_in
from tests.newsletters.posting import an_issue, receivers, say, send_all, start
from tests.purchases import ADA, order_of, pay_for

pytestmark = pytest.mark.django_db
LIST = "/office/alea/newsletters/"
WORDS = {"subject_da": "Sommercon", "text_da": "Vi ses **snart**.", "subject_en": "", "text_en": "", "audience": "subscribers", "on_web": "on"}


@pytest.fixture
def owner(world) -> Client:
    return log_in(Client(), world.owner)


@pytest.fixture
def staff() -> Client:
    return log_in(Client(), make_staff())


def written(client: Client, base: str = LIST, **words: str) -> Issue:
    answer = client.post(f"{base}new/", {**WORDS, **words})
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>([^<]+)', answer.content.decode())
    return Issue.objects.get(reference=answer["Location"].rstrip("/").rsplit("/", 1)[1])


def page_of(issue: Issue, base: str = LIST) -> str:
    return f"{base}{issue.reference}/"


class TestWriting:
    def test_from_the_draft_to_the_mail(self, owner, world, time):
        say("a@x.dk", world.organization)
        issue = written(owner)
        page = owner.get(page_of(issue)).content.decode()
        assert "1 person" in page and "Sommercon" in page and "Ja, send det til 1 person" in page
        assert owner.post(page_of(issue), {"do": "send", "when": "now"}).status_code == 422, "nothing is ticked before"
        assert receivers() == []
        assert owner.post(page_of(issue), {"do": "send", "when": "now", "sure": "on"}).status_code == 302
        run_jobs()
        issue.refresh_from_db()
        assert receivers() == ["a@x.dk"] and issue.state == "sent"
        assert "Afleveret til mailserveren" in owner.get(page_of(issue)).content.decode()

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"text_da": ""}, "Skriv, hvad det handler om."),
            ({"subject_da": "\u202e "}, "Skriv et emne"),
            ({"subject_da": "", "text_da": ""}, "Skriv en tekst på dansk eller engelsk."),
            ({"text_da": "[x](/side/)"}, "fører ingen steder hen"),
            ({"audience": "event"}, "Vælg arrangementet."),
            ({"subject_da": "x" * 151}, "150"),
        ],
    )
    def test_mistakes_stand_beside_the_field_and_what_was_typed_stays(self, owner, world, given, message):
        answer = owner.post(f"{LIST}new/", {**WORDS, **given})
        assert answer.status_code == 422 and message in answer.content.decode()
        assert not Issue.objects.exists()

    def test_an_event_of_another_association_cannot_be_chosen(self, owner, world):
        from tests.cast import make_event

        make_event(world.other, "hemmelig", name="Hemmelig")
        assert owner.post(f"{LIST}new/", {**WORDS, "audience": "event", "event": "hemmelig"}).status_code == 422

    def test_a_trial_goes_to_oneself_only(self, owner, world, time):
        say("a@x.dk", world.organization)
        issue = written(owner, subject_en="Summer", text_en="See you")
        owner.post(page_of(issue), {"do": "trial"})
        run_jobs()
        assert receivers() == [world.owner.account.email] * 2
        assert [one.message()["Subject"] for one in mail.outbox] == ["Prøve: Sommercon", "Trial: Summer"]
        issue.refresh_from_db()
        assert issue.state == "draft"

    def test_the_preview_is_the_mail_and_may_load_and_run_nothing(self, owner, world):
        issue = written(owner, text_da="<script>alert(1)</script> [ud](https://example.org/)")
        frame = owner.get(f"{page_of(issue)}mail-da/")
        policy = frame["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "sandbox" in policy and "unsafe" not in policy
        assert frame["X-Frame-Options"] == "SAMEORIGIN" and "<script" not in frame.content.decode()
        assert owner.get(f"{page_of(issue)}mail-en/").status_code == 404
        around = owner.get(page_of(issue))
        assert "frame-src 'self'" in around["Content-Security-Policy"]

    def test_it_can_be_scheduled_and_taken_back(self, owner, world, time):
        say("a@x.dk", world.organization)
        issue = written(owner)
        late = (time.now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        past = (time.now - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
        assert owner.post(page_of(issue), {"do": "send", "when": "later", "at": past, "sure": "on"}).status_code == 422
        assert owner.post(page_of(issue), {"do": "send", "when": "later", "sure": "on"}).status_code == 422
        owner.post(page_of(issue), {"do": "send", "when": "later", "at": late, "sure": "on"})
        assert "Det bliver sendt" in owner.get(page_of(issue)).content.decode()
        owner.post(page_of(issue), {"do": "unschedule"})
        time.on(days=4)
        run_jobs()
        assert receivers() == []

    def test_a_number_that_would_say_who_they_are_is_not_sent_to(self, owner, world, now, time):
        pay_for(order_of(world, now, Wish(world.adult.pk, 1), people=(ADA,)), now)
        say(ADA.email.lower(), world.organization)
        issue = written(owner, audience="event", event="fastaval")
        assert "Færre end 5" in owner.get(page_of(issue)).content.decode()
        assert owner.post(page_of(issue), {"do": "send", "when": "now", "sure": "on"}).status_code == 422
        assert Issue.objects.get().state == "draft"


class TestForeign:
    """Another association's issue is not there, for no page and no button."""

    def answers(self, client, issue) -> set[int]:
        found = {client.get(f"{page_of(issue)}{rest}").status_code for rest in ("", "edit/", "state.json", "mail-da/")}
        for do in ("send", "trial", "pause", "resume", "stop", "unschedule", "hide", "show", "delete"):
            found.add(client.post(page_of(issue), {"do": do, "when": "now", "sure": "on"}).status_code)
        found.add(client.post(f"{page_of(issue)}edit/", WORDS).status_code)
        return found

    def test_of_others_and_of_conbillet(self, owner, world):
        for sender in (world.other, None):
            issue = an_issue(sender)
            assert self.answers(owner, issue) == {404}
            issue.refresh_from_db()
            assert issue.state == "draft" and issue.subject_da == "Nyt fra os"

    def test_planted_an_access_that_forgets_the_sender_is_noticed(self, owner, world, monkeypatch):
        def any_issue(*, standing, reference):
            found = Issue.objects.filter(reference=reference).first()
            if found is None:
                raise NotFound
            return found

        monkeypatch.setattr(newsletter_pages, "get_issue_for", any_issue)
        assert self.answers(owner, an_issue(world.other)) != {404}

    def test_the_desk_has_conbillets_own_only(self, staff, world):
        base = "/desk/newsletters/"
        assert staff.get(page_of(an_issue(world.organization), base)).status_code == 404
        own = written(staff, base)
        assert own.organization is None and staff.get(page_of(own, base)).status_code == 200

    def test_who_may_not(self, world):
        for kind, status in (("treasurer", 403), ("member_secretary", 403), ("door_crew", 403), ("read_only", 403), ("manager", 200)):
            Role.objects.filter(person=world.door_crew).update(kind=kind)
            assert log_in(Client(), world.door_crew).get(LIST).status_code == status
        assert log_in(Client(), world.buyer).get(LIST).status_code == 404


class TestArchive:
    def test_what_was_sent_can_be_read_where_it_is_shown(self, client, owner, world, time):
        say("a@x.dk", world.organization)
        issue = an_issue(world.organization)
        archive = f"/newsletter/from/{world.organization.slug}/"
        assert client.get(f"{archive}{issue.reference}/").status_code == 404, "a draft is nobody's"
        send_all(start(issue))
        page = client.get(f"{archive}{issue.reference}/")
        assert page.status_code == 200 and "vores side" in page.content.decode() and page.cookies == {}
        assert "Nyt fra os" in client.get(archive).content.decode()
        assert client.get(f"/newsletter/from/{world.other.slug}/{issue.reference}/").status_code == 404
        owner.post(page_of(issue), {"do": "hide"})
        assert client.get(f"{archive}{issue.reference}/").status_code == 404
        owner.post(page_of(issue), {"do": "show"})
        assert client.get(f"{archive}{issue.reference}/").status_code == 200

    def test_conbillets_own(self, client, world, time):
        say("a@x.dk", None)
        issue = an_issue(None)
        send_all(start(issue))
        assert client.get(f"/newsletter/from/conbillet/{issue.reference}/").status_code == 200
        assert client.get("/newsletter/from/nobody/").status_code == 404


@pytest.mark.proves("use.services")
def test_from_the_shop_to_the_mail_and_out_with_one_click(client, world, time):
    """Without an account, without a cookie: the association's page, the mailed link, an issue, one POST of a mail program."""
    page = client.get(f"/{world.organization.slug}/").content.decode()
    form = re.search(r'<form method="post" action="(/newsletter/[^"]*)"', page)[1]
    client.post(form, {"email": "Gæst@example.com".replace("æ", "ae")})
    run_jobs()
    link = re.search(r"/newsletter/\w+/\w+/", mail.outbox[0].body)[0]
    client.post(link, {"do": "confirm"})
    send_all(start(an_issue(world.organization)))
    unsubscribe = str(mail.outbox[1].message()["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost:8000")
    shown = client.get(unsubscribe).content.decode()
    assert "Ikke flere nyheder, tak" in shown and Recipient.objects.get().state == "sent"
    stranger = Client(enforce_csrf_checks=True)
    for _user in range(70):  # a provider withdraws for many of its users from one address
        answer = stranger.post(unsubscribe, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and answer.cookies == {}
    before = len(mail.outbox)
    issue = an_issue(world.organization)
    issue.state, issue.scheduled_for = "scheduled", time.now
    issue.save()
    send_all(issue)
    assert len(mail.outbox) == before


def test_two_senders_can_be_asked_on_one_day_and_nobody_is_flooded(client, world, time):
    for slug in ("", world.organization.slug, world.organization.slug, world.other.slug):
        client.post(f"/newsletter/?from={slug}" if slug else "/newsletter/", {"email": "guest@example.com"})
    assert len(mail.outbox) == 0 and run_jobs().count("consent_asked") == 3
    assert len(mail.outbox) == 3
    third = world.other
    third.pk, third.slug = None, "third"
    third.save()
    client.post("/newsletter/?from=third", {"email": "guest@example.com"})
    run_jobs()
    assert len(mail.outbox) == 3
