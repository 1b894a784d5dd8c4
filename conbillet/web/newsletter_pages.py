"""Pages about newsletters, the same for an association in its office and for ConBillet at its desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from conbillet.catalogue.models import Event
from conbillet.core import clock
from conbillet.core.actor import Actor
from conbillet.core.rate_limits import spend
from conbillet.newsletters.access import get_issue_for, issues_for
from conbillet.newsletters.actions.delete_issue import delete_issue
from conbillet.newsletters.actions.show_issue import show_issue
from conbillet.newsletters.actions.start_issue import CannotSend, start_issue
from conbillet.newsletters.actions.steer_issue import STEPS, CannotSteer, steer_issue
from conbillet.newsletters.actions.write_issue import CannotWrite, write_issue
from conbillet.newsletters.audience import FEWEST, count_audience, count_subscribers, is_too_few
from conbillet.newsletters.letter import CSS_HASH, render
from conbillet.newsletters.links import archive_path, full, issue_path, subscribe_path
from conbillet.newsletters.models import Issue
from conbillet.newsletters.queries import progress_of
from conbillet.organizations.access import NotFound, Standing
from conbillet.workflows.newsletters import ask_for_trial

from .newsletter_forms import IssueForm, SendForm, initial_of

PAGE_SIZE = 25
# The address of unsubscribing as it looks in a preview; it is nobody's.
NOBODYS = "/newsletter/"
# What the frame with a mail in it may do: show itself, in the one style that we wrote. Nothing is loaded, nothing runs.
FRAME_POLICY = f"default-src 'none'; style-src {CSS_HASH}; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
LANGUAGES = {"da": "Dansk", "en": "English"}


@dataclass(frozen=True)
class Place:
    """Where these pages stand: in the office of an association (`standing`), or at the desk."""

    request: HttpRequest
    standing: Standing | None
    actor: Actor
    render: Callable[[str, dict[str, Any], int], HttpResponse]

    @property
    def organization_id(self) -> int | None:
        return self.standing.organization.pk if self.standing else None

    @property
    def slug(self) -> str:
        return self.standing.organization.slug if self.standing else ""

    def url(self, name: str, *args: str) -> str:
        rest = (self.slug, *args) if self.standing else args
        return reverse(f"{'office' if self.standing else 'desk'}:{name}", args=rest)

    def issue(self, reference: str) -> Issue:
        try:
            return get_issue_for(standing=self.standing, reference=reference)
        except NotFound:
            raise Http404 from None

    def events(self) -> Any:
        if self.standing is None:
            return None
        return Event.objects.filter(organization=self.standing.organization).order_by("-starts_on")


def list_page(place: Place) -> HttpResponse:
    """All issues, newest first, and how many people have said yes."""
    page = Paginator(issues_for(place.standing), PAGE_SIZE).get_page(place.request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"issue": one, "url": place.url("newsletter", one.reference)} for one in page],
        "subscribers": count_subscribers(place.organization_id),
        "new_url": place.url("new_newsletter"),
        "subscribe_url": full(subscribe_path(place.slug)),
        "archive_url": archive_path(place.slug),
    }
    return place.render("newsletters/list.html", context, 200)


def edit_page(place: Place, reference: str | None) -> HttpResponse:
    """Write a new one, or on one that has not begun to be sent."""
    issue = place.issue(reference) if reference else None
    if issue is not None and not issue.is_open:
        return redirect(place.url("newsletter", issue.reference))
    request = place.request
    form = IssueForm(request.POST or None, events=place.events(), initial=initial_of(issue) if issue else None)
    if request.method == "POST" and form.is_valid():
        try:
            issue = write_issue(
                issue=issue, words=form.words(), organization_id=place.organization_id, actor=place.actor, now=clock.now()
            )
        except CannotWrite as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(place.url("newsletter", issue.reference))
    context = {
        "form": form,
        "issue": issue,
        "list_url": place.url("newsletters"),
        "back_url": place.url("newsletter", issue.reference) if issue else place.url("newsletters"),
    }
    return place.render("newsletters/edit.html", context, 422 if request.method == "POST" else 200)


def issue_page(place: Place, reference: str) -> HttpResponse:
    """One issue: how it looks, sending it, and how far it is. Each button says what it does in the field `do`."""
    issue, request, status = place.issue(reference), place.request, 200
    receivers = count_audience(issue) if issue.is_open else 0
    form = SendForm(None, receivers=receivers)
    if request.method == "POST":
        what = request.POST.get("do", "")
        if what == "send":
            form = SendForm(request.POST, receivers=receivers)
        try:
            if what != "send" or form.is_valid():
                return _done(place, issue, what, form, receivers)
        except (CannotSend, CannotSteer, CannotWrite) as refusal:
            messages.error(request, str(refusal))
            issue = place.issue(reference)
        status = 422
    return place.render("newsletters/issue.html", _context(place, issue, form, receivers), status)


def _done(place: Place, issue: Issue, what: str, form: SendForm, receivers: int) -> HttpResponse:
    request, now, here = place.request, clock.now(), redirect(place.url("newsletter", issue.reference))
    if what == "send":
        if is_too_few(issue, receivers):
            raise CannotSend(_few())
        start_issue(issue=issue, at=form.instant(), audience=receivers, actor=place.actor, now=now)
        messages.success(request, _("It is on its way.") if form.instant() is None else _("It is scheduled."))
    elif what in STEPS:
        steer_issue(issue=issue, do=what, actor=place.actor, now=now)
    elif what == "trial":
        _trial(place, issue)
    elif what in {"show", "hide"}:
        show_issue(issue=issue, on_web=what == "show", actor=place.actor, now=now)
    elif what == "delete":
        delete_issue(issue=issue, actor=place.actor, now=now)
        messages.success(request, _("The draft is thrown away."))
        return redirect(place.url("newsletters"))
    else:
        raise Http404
    return here


def _few() -> str:
    return _(
        "Fewer than %(n)s of those with a ticket to this event have said yes. A number that small would say who they are, so choose everybody who has said yes."
    ) % {"n": FEWEST}


def _trial(place: Place, issue: Issue) -> None:
    account: Any = place.request.user
    if not spend("newsletter trial", str(account.pk), amount=20, seconds=3600, now=clock.now()):
        raise CannotSend(_("That was many trials. Wait a little before the next one."))
    for language in issue.languages:
        ask_for_trial(issue=issue, language=language, account=account.pk)
    messages.success(place.request, _("A trial is on its way to %(email)s.") % {"email": account.email})


def _context(place: Place, issue: Issue, form: SendForm, receivers: int) -> dict[str, Any]:
    languages = [
        {
            "code": one, "name": LANGUAGES[one], "subject": issue.subject(one),
            "frame": place.url("newsletter_mail", issue.reference, one),
            "text": render(issue, one).shown(full(f"{NOBODYS}…/"))[1],
        }
        for one in issue.languages
    ]  # fmt: skip
    return {
        "issue": issue,
        "languages": languages,
        "form": form,
        "receivers": receivers,
        "too_few": _few() if is_too_few(issue, receivers) else "",
        "progress": progress_of(issue) if not issue.is_open else None,
        # Sent now: the worker takes it within seconds.
        "begins": issue.state == Issue.State.SCHEDULED and issue.scheduled_for and issue.scheduled_for <= clock.now(),
        "list_url": place.url("newsletters"),
        "edit_url": place.url("edit_newsletter", issue.reference),
        "state_url": place.url("newsletter_state", issue.reference),
        "web_url": issue_path(issue),
        "mail_to": place.request.user.email,  # type: ignore[union-attr]
    }


def state_page(place: Place, reference: str) -> HttpResponse:
    """How far it is, in numbers, for the page that shows it."""
    issue = place.issue(reference)
    progress = progress_of(issue)
    return JsonResponse(
        {"state": issue.state, "done": progress.done, "total": progress.total, "sent": progress.sent, "left": progress.left}
    )


def mail_page(place: Place, reference: str, language: str) -> HttpResponse:
    """The mail itself, as it will be sent, for a frame on the page before."""
    issue = place.issue(reference)
    if language not in issue.languages:
        raise Http404
    response = HttpResponse(render(issue, language).shown(full(NOBODYS))[0])
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
