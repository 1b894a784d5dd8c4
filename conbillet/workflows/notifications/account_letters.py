"""What we write about somebody's own account: codes, and what was changed."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conbillet.accounts.codes import LIFETIME, code_for
from conbillet.core import clock
from conbillet.mail.letter import Button, Letter
from conbillet.mail.models import OutgoingMail

from .letters import writes

# What happened, as allauth names it; the rest of the name is what we say about it.
NOTICES = {
    "password_changed": gettext_noop("Your password was changed."),
    "password_set": gettext_noop("Your account got a password."),
    "totp_activated": gettext_noop("An authenticator app was added to your account."),
    "totp_deactivated": gettext_noop("The authenticator app was removed from your account."),
    "webauthn_added": gettext_noop("A passkey was added to your account."),
    "webauthn_removed": gettext_noop("A passkey was removed from your account."),
    "recovery_codes_generated": gettext_noop("Your account got new recovery codes. The old ones no longer work."),
    "email_changed": gettext_noop("Your account has got another e-mail address. This one no longer signs in."),
}


@writes("code_sign_in", "code_confirm", "code_change_email", "code_attach", "code_case")
def code(mail: OutgoingMail) -> Letter | None:
    """The six digits, and what they are for; nothing when they have run out meanwhile."""
    if clock.now() > mail.created_at + LIFETIME:
        return None
    digits = code_for(mail.about, mail.recipient)
    what = {
        "code_sign_in": _("Type this code where you are signing in:"),
        "code_confirm": _("Type this code to confirm that it is you:"),
        "code_change_email": _("Type this code to use this address for your account:"),
        "code_attach": _("Type this code to find the orders that you placed with this address:"),
        "code_case": _("Type this code to show that what you asked us about your data comes from you:"),
    }[mail.kind]
    return Letter(
        subject=_("%(code)s is your code for ConBillet") % {"code": digits},
        greeting=_("Hi"),
        paragraphs=(what, digits),
        closing=(
            _("The code works for 10 minutes, and only where you asked for it."),
            _("We never ask for it by phone or mail. If it was not you, you need not do anything: without the code nobody gets in."),
        ),
        sender="ConBillet",
    )  # fmt: skip


@writes("security_notice")
def security_notice(mail: OutgoingMail) -> Letter | None:
    """Something about the security of an account was changed."""
    if mail.about not in NOTICES:
        return None
    help_page = f"{settings.CONBILLET_BASE_URL}/help/"
    if mail.about == "email_changed":  # it goes to the address that can no longer sign in
        button = Button(_("Write to us"), help_page)
        closing = _("If it was not you, write to us at once: somebody else has got into your account.")
    else:
        button = Button(_("See login and devices"), f"{settings.CONBILLET_BASE_URL}/my/security/")
        closing = _("If it was not you, log in, log out everywhere else and write to us at once.")
    return Letter(
        subject=_("Your account at ConBillet was changed"),
        greeting=_("Hi"),
        paragraphs=(_(NOTICES[mail.about]),),
        button=button,
        closing=(closing,),
        links=(Button(_("Help"), help_page),),
        sender="ConBillet",
    )
