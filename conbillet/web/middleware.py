"""Language: `?lang=`, then what the visitor chose before, then the browser; Danish when in doubt. And what may be kept."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

LANGUAGES = {code for code, _ in settings.LANGUAGES}


class LanguageMiddleware:
    """Chooses the language without touching the session unless one exists or the visitor asks: no cookie before need."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if asked in LANGUAGES:
            language = asked
            if not has_session or request.session.get("language") != asked:
                request.session["language"] = asked
        elif has_session and request.session.get("language") in LANGUAGES:
            language = request.session["language"]
        else:
            accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
            language = _from_browser(accepted)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]  # set at run time
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class AddressMiddleware:
    """An address with a NUL in it is the address of nothing; PostgreSQL would not even look for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class NoStoreMiddleware:
    """What was made for somebody signed in is kept by nobody, the browser's own store included: the next person at a
    shared machine finds nothing with the back button. Pages that say something else about caching mean it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django keeps the account here once a page has asked for it; a page that did not holds nothing of anybody's.
        account = getattr(request, "_cached_user", None)
        if account is not None and account.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _from_browser(accepted: str) -> str:
    """The first of our languages that the browser names; `nb`, `nn` and `sv` readers are better served in Danish."""
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return code
        if code in {"nb", "nn", "no", "sv", "fo", "kl"}:
            return "da"
    return "da" if not accepted else ("en" if accepted.strip() and not accepted.startswith("*") else "da")
