"""News by mail, without an account: ask for it, confirm by the mailed link, withdraw by the link in every mail.

No page here sets a cookie, and all of it works without script.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conbillet.catalogue.markdown import render_markdown
from conbillet.consents.actions.ask_consent import ask_consent
from conbillet.consents.actions.confirm_consent import confirm_consent
from conbillet.consents.actions.withdraw_consent import withdraw_consent
from conbillet.consents.consent_links import consent_of_link
from conbillet.consents.ledger import ConsentRefused, consent_text, has_consented, wording
from conbillet.consents.models import MarketingConsent
from conbillet.core import clock
from conbillet.organizations.models import Organization
from conbillet.usage.steps import SitePage
from conbillet.web.counting import counted
from conbillet.web.limits import limit_posts
from conbillet.web.privacy_signal import refuses_by_signal
from conbillet.web.tokenless import without_token

from .policy import public

NEWSLETTER = MarketingConsent.Purpose.NEWSLETTER


@require_http_methods(["GET", "HEAD", "POST"])
@counted(SitePage.NEWSLETTER)
@limit_posts("newsletter", amount=10, seconds=3600)
@without_token
def newsletter(request: HttpRequest) -> HttpResponse:
    """Ask for news from ConBillet, or with `?from=` from an association. The answer is the same for every address."""
    slug = request.GET.get("from", "")
    sender = Organization.objects.filter(slug=slug).first() if slug else None
    if slug and sender is None:
        raise Http404
    now, language = clock.now(), get_language() or "da"
    signal = refuses_by_signal(request)
    email, problem = request.POST.get("email", "").strip(), ""
    if request.method == "POST":
        try:
            validate_email(email)
            ask_consent(
                email=email[:254],
                organization_id=sender.pk if sender else None,
                purpose=NEWSLETTER,
                gpc=signal,
                language=language,
                now=now,
            )
        except ValidationError:
            problem = _("This is not an e-mail address.")
        except ConsentRefused as refusal:
            problem = str(refusal)
        else:
            return redirect(f"{request.path}?{f'from={slug}&' if slug else ''}asked=1")
    clause = wording(
        version=consent_text(on=clock.copenhagen_day(now)),
        language=language,
        purpose=NEWSLETTER,
        association=sender is not None,
    )
    context = {
        "sender": sender,
        "text": render_markdown(clause.markdown),
        "signal": signal,
        "email": email,
        "problem": problem,
        "asked": "asked" in request.GET and request.method != "POST",
    }
    return public(render(request, "site/newsletter.html", context, status=422 if problem else 200))


@require_http_methods(["GET", "HEAD", "POST"])
@without_token
def answer(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """The page behind a mailed link: say yes, or take it back. One POST from a mail program withdraws (RFC 8058).

    There is no limit on how often: big mailbox providers withdraw for all their users from a few addresses, and nobody
    guesses a key of 128 bits.
    """
    row = consent_of_link(reference=reference, key=key)
    if row is None:
        raise Http404
    now, language = clock.now(), get_language() or "da"
    terms: dict[str, Any] = {"email": row.email, "organization_id": row.organization_id, "purpose": row.purpose}
    done = problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "confirm":
                confirm_consent(asked=row, gpc=refuses_by_signal(request), now=now)
                done = "confirm"
            else:
                withdraw_consent(method="mail_link", person_id=row.person_id, language=language, now=now, **terms)
                done = "withdraw"
        except ConsentRefused as refusal:
            problem = str(refusal)
    clause = wording(
        version=consent_text(on=clock.copenhagen_day(row.at)),
        language=language,
        purpose=row.purpose,
        association=row.organization_id is not None,
    )
    context = {
        "sender": row.organization,
        "given": has_consented(**terms),
        "text": render_markdown(clause.markdown),
        "asked": row.event == MarketingConsent.Event.ASKED,
        "signal": refuses_by_signal(request),
        "done": done,
        "problem": problem,
    }
    response = render(request, "site/newsletter_answer.html", context, status=422 if problem else 200)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is a key
    return public(response)
