"""The Content-Security-Policy of every page, put together once and not anew for each."""

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"

_known: dict[tuple[object, ...], str] = {}


class PolicyMiddleware(CSPMiddleware):
    """As django-csp's; a page differs from the settings by `response._csp_replace` only, and there are no nonces."""

    def process_request(self, request: HttpRequest) -> None:
        """Nothing to prepare: no page asks for a nonce."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        replace = getattr(response, "_csp_replace", None) or {}
        key = (id(settings.CONTENT_SECURITY_POLICY), *sorted(replace.items()))
        if key not in _known:
            _known[key] = build_policy(replace=replace)
        response.headers.setdefault(HEADER, _known[key])
        return response
