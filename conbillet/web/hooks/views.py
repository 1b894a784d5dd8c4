"""Webhooks. The raw body is checked and stored by `receive_webhook`; nothing of it is logged, and no session is opened."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conbillet.core import clock, security_log
from conbillet.payments.actions.receive_webhook import LARGEST_BODY, BadPayload, BadSignature, receive_webhook


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """200: taken in, now or before, or not for us. 400: not genuine, or not an event; Stripe will show it as failed."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return HttpResponse(status=400)
    # One byte more than allowed tells that there is more, also when the length was not announced.
    body = request.read(LARGEST_BODY + 1)
    try:
        receive_webhook(body=body, signature=request.META.get("HTTP_STRIPE_SIGNATURE", ""), now=clock.now())
    except (BadSignature, BadPayload) as refusal:
        security_log.note("webhook_refused", why=type(refusal).__name__)
        return HttpResponse(status=400)
    return HttpResponse(status=200)
