"""What pages share: who acts, and the one decorator under which office and door pages run."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from conbillet.core import security_log
from conbillet.core.actor import ANONYMOUS, Actor, person_actor
from conbillet.core.tenancy import acting_for
from conbillet.organizations.access import NotAllowed, NotFound, Standing, get_standing
from conbillet.organizations.permissions import Permission

from .second_factor import missing_second_factor

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request. Reads the session only when there is one."""
    user = request.user
    return person_actor(user.person_id) if user.is_authenticated else ANONYMOUS


def office_page(permission: Permission) -> Callable[[View], View]:
    """A page on which a person acts for an association: `view(request, standing, **rest)`.

    The path gives `organization` (its slug). Nobody signed in: to the sign-in page. A stranger: 404. A role that does
    not go that far: 403. The view runs in one transaction, as the database role *office*, confined to that
    association; an error rolls everything back. A second factor is required of everybody who acts for an association.
    Templates find `organization` and `side_menu` by themselves.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, organization: str, **rest: Any) -> HttpResponse:
            standing = _enter(request, organization, permission)
            if isinstance(standing, HttpResponse):
                return standing
            with transaction.atomic(), acting_for(standing.organization.pk, to_the_end=True):
                response = view(request, standing, **rest)
                # Lazy templates would be rendered after the transaction, as somebody else.
                if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                    response = response.render()
            return response

        return page

    return decorate


def office_call(permission: Permission) -> Callable[[View], View]:
    """As `office_page`, but without a transaction and as the role *app*: for the few pages that call somebody outside.

    The view must keep to `standing.organization` by itself; row-level security does not do it for it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, organization: str, **rest: Any) -> HttpResponse:
            standing = _enter(request, organization, permission)
            return standing if isinstance(standing, HttpResponse) else view(request, standing, **rest)

        return page

    return decorate


def _enter(request: HttpRequest, slug: str, permission: Permission) -> Standing | HttpResponse:
    """Who acts, for which association; or the page that says why not."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        standing = get_standing(actor=actor_of(request), slug=slug, permission=permission)
    except (NotFound, NotAllowed) as refusal:
        security_log.note("refused", who=str(request.user.pk), page="office", right=permission.value)
        raise (Http404 if isinstance(refusal, NotFound) else PermissionDenied) from None
    missing = missing_second_factor(request, has_one=standing.has_second_factor)
    if missing is not None:
        return missing
    request.standing = standing  # type: ignore[attr-defined]  # set at run time
    return standing
