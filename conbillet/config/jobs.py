"""Fact → workflow. What lower floors announce (`core.facts.announce`) is handled here, by the job worker."""

from collections.abc import Callable
from typing import Any

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from conbillet.workflows import (
    breaches,
    certificates,
    chats,
    checkouts,
    consent_requests,
    erasure,
    event_cancellation,
    event_refunds,
    insight,
    invitations,
    newsletters,
    people,
    policy_news,
    processor_news,
    provider_events,
    purchase,
    reconciliation,
    refunds,
)
from conbillet.workflows.notifications import sending

Handler = Callable[..., Any]

# Growing waits, 3 seconds to two days; a fact that still fails is shown on the operator's page.
RETRY = RetryStrategy(max_attempts=11, exponential_wait=3)

HANDLERS: dict[str, Handler] = {
    "breach_tell": breaches.tell_persons_concerned,
    "mail_waiting": sending.send,
    "buyer_waits": reconciliation.ask_for_buyer,
    "checkout_outdated": checkouts.checkout_outdated,
    "consent_asked": consent_requests.consent_asked,
    "certificate_asked": certificates.certificate_asked,
    "chat_answered": chats.mail_answer,
    "chat_waits": chats.tell_who_answers,
    "email_proven": people.email_proven,
    "event_cancelled": event_cancellation.event_cancelled,
    "event_refund": event_refunds.give_back,
    "insight_asked": insight.make_package,
    "invitation_made": invitations.invitation_made,
    "order_cancelled": purchase.order_ended,
    "order_expired": purchase.order_ended,
    "newsletter_due": newsletters.newsletter_due,
    "newsletter_trial": newsletters.newsletter_trial,
    "person_erased": erasure.sample_anew,
    "policy_coming": policy_news.policy_coming,
    "processors_objected": processor_news.processors_objected,
    "provider_event": provider_events.handle_provider_event,
    "refund_requested": refunds.send,
    "refund_settled": refunds.refund_settled,
}


def _task(fact: str, handler: Handler) -> None:
    def run(**ids: Any) -> None:
        close_old_connections()
        handler(**ids)

    app.task(name=f"fact:{fact}", retry=RETRY)(run)


for _fact, _handler in HANDLERS.items():
    _task(_fact, _handler)
