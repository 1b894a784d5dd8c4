"""Make sure that an attempt can no longer be paid."""

from datetime import timedelta

from ..gateway import ProviderMissing, ProviderRefused, SessionView, gateway
from ..models import Attempt, ConnectedAccount

LIVE = (Attempt.State.STARTING, Attempt.State.OPEN)
# Stripe's clock and ours need not agree to the second.
CLOCK_SLACK = timedelta(minutes=5)


def end_attempt(*, attempt: Attempt, account: ConnectedAccount, session: str = "") -> bool:
    """End the attempt's session at Stripe. True: nothing can be paid by it any more. False: it has been paid.

    Raises ProviderUnknown when Stripe does not tell; then nothing is changed.
    """
    api, id_ = gateway(), session or attempt.session
    view: SessionView | None
    try:
        if id_:
            view = api.session(account=account.stripe_account, session=id_)
        else:
            since = attempt.started_at - CLOCK_SLACK
            view = api.find_session(account=account.stripe_account, attempt=str(attempt.key), since=since)
        if view is not None and view.status == "open":
            try:
                view = api.expire_session(account=account.stripe_account, session=view.id)
            except ProviderRefused:
                view = api.session(account=account.stripe_account, session=view.id)  # it changed under our hands
    except ProviderMissing:
        view = None
    if view is not None and view.status == "complete":
        remember_session(attempt=attempt, view=view)
        return False
    ended = Attempt.State.EXPIRED if view else Attempt.State.REFUSED
    Attempt.objects.filter(pk=attempt.pk, state__in=LIVE).update(state=ended)
    return True


def remember_session(*, attempt: Attempt, view: SessionView) -> None:
    """A session was found whose creation was never answered."""
    if not attempt.session:
        Attempt.objects.filter(pk=attempt.pk, session="").update(
            state=Attempt.State.OPEN, session=view.id, url=view.url
        )
        attempt.state, attempt.session, attempt.url = Attempt.State.OPEN, view.id, view.url
