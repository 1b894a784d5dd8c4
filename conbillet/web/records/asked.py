"""Every field in which people write something about themselves or others: whether it must be filled in, and why it is asked.

Whether a field is required is read from the form itself; a field that is not listed here fails a test.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.utils.translation import gettext_lazy as _

REQUIRED, OPTIONAL = _("yes"), _("no")
FOR_MEMBERS = _("only for a membership")
FOR_AGE = _("only for an age limit or a membership")
FOR_RECEIPT = _("only where the association needs it on the receipt")
MAY_REFUSE = _("no: one can answer no")
REGISTER = _("grant bodies count members by age, gender and municipality, so the register of members needs it")


@dataclass(frozen=True)
class Asked:
    """`must` is empty where the form alone decides; else it says when the field is there or has to be filled in."""

    field: str
    category: str
    why: Any
    must: Any = ""


@dataclass(frozen=True)
class Place:
    """A form: `about_nobody` are its fields that hold nothing about a person."""

    form: str
    title: Any
    asked: tuple[Asked, ...]
    about_nobody: frozenset[str] = frozenset()

    def fields(self) -> dict[str, Any]:
        module, name = self.form.rsplit(".", 1)
        return dict(getattr(import_module(module), name).base_fields)


def _address(why: Any, must: Any = "") -> tuple[Asked, ...]:
    return (
        Asked("street", "user.address", why, must), Asked("postcode", "user.postcode", why, must),
        Asked("city", "user.address", why, must), Asked("country", "user.address", why, must),
    )  # fmt: skip


PLACES = (
    Place(
        "conbillet.web.shop.checkout_form.BuyerForm",
        _("Who buys"),
        (
            Asked("name", "user.name", _("it stands on the receipt, and the association has to know with whom it has a contract")),
            Asked("email", "user.email", _("the receipt and the tickets are sent there")),
            *_address(_("a receipt of 3,000 kr and more names the buyer with address"), FOR_RECEIPT),
        ),
        frozenset({"method"}),
    ),
    Place(
        "conbillet.web.shop.checkout_form.PersonForm",
        _("Whom a ticket is for"),
        (
            Asked("name", "user.name", _("the door asks who comes"), _("unless it is the buyer")),
            Asked("email", "user.email", _("so that the person gets the ticket too")),
            Asked("badge_name", "user.name", _("who wants another name on the badge may have it")),
            Asked("birth_date", "user.birth_date", _("the ticket has an age limit, or the register of members needs it"), FOR_AGE),
            Asked("gender", "user.gender", REGISTER, _("only for a membership; “Prefer not to say” is an answer")),
            *_address(REGISTER, FOR_MEMBERS),
            Asked("relation", "user.name", _("only dues that the member or the family paid count for grants"), FOR_MEMBERS),
            Asked("municipality", "user.municipality", REGISTER, _("only for a membership, where the postcode lies in several municipalities; “I do not know” is an answer")),
        ),
        frozenset({"whose", "same_address"}),
    ),
    Place(
        "conbillet.web.shop.order_forms.EmailForm",
        _("A mistyped address"),
        (Asked("email", "user.email", _("so that the tickets reach their owner")),),
    ),
    Place(
        "conbillet.web.shop.order_forms.BadgeForm",
        _("A badge"),
        (Asked("badge_name", "user.name", _("who wants another name on the badge may have it")),),
    ),
    Place(
        "conbillet.web.me.forms.SignUpForm",
        _("A new account"),
        (Asked("email", "user.email", _("it is the name of the account, and codes are sent there")),),
        frozenset({"then"}),
    ),
    Place(
        "conbillet.web.me.views.profile.ProfileForm",
        _("The profile"),
        (
            Asked("name", "user.name", _("so that it need not be written again")),
            Asked("badge_name", "user.name", _("who wants another name on the badge may have it")),
            Asked("birth_date", "user.birth_date", _("so that it need not be written again")),
            Asked("gender", "user.gender", _("so that it need not be written again")),
            Asked("phone", "user.phone", _("so that we can call about an order; no association gets it from there")),
            *_address(_("so that it need not be written again")),
            Asked("language", "user.language", _("so that mails come in it")),
        ),
    ),
    Place(
        "conbillet.web.site.forms.ContactForm",
        _("The help page"),
        (
            Asked("name", "user.name", _("so that the answer can address somebody")),
            Asked("email", "user.email", _("the answer is sent there")),
            Asked("text", "user.content", _("without it there is nothing to answer")),
        ),
        frozenset({"kind", "event", "nickname_twice"}),
    ),
    Place(
        "conbillet.web.site.chat_forms.BeginForm",
        _("The chat"),
        (
            Asked("name", "user.name", _("so that the answer can address somebody")),
            Asked("text", "user.content", _("without it there is nothing to answer")),
        ),
        frozenset({"nickname_twice"}),
    ),
    Place(
        "conbillet.web.site.chat_forms.AddressForm",
        _("The chat, when nobody is there"),
        (
            Asked("email", "user.email", _("the answer is sent there")),
            Asked("name", "user.name", _("so that the answer can address somebody")),
        ),
    ),
    Place(
        "conbillet.web.site.chat_forms.RenameForm",
        _("The chat, to change a name on a ticket"),
        (Asked("name", "user.name", _("the door asks who comes")),),
        frozenset({"participant"}),
    ),
    Place(
        "conbillet.web.site.forms.CaseAddressForm",
        _("Who asks for insight or deletion without an account"),
        (Asked("email", "user.email", _("a code is sent there: whoever has the mailbox is whoever the data is about")),),
        frozenset({"for_child"}),
    ),
    Place(
        "conbillet.web.me.views.data.CorrectionForm",
        _("What is to be corrected"),
        (Asked("text", "user.content", _("without it there is nothing to answer")),),
    ),
    Place(
        "conbillet.web.office.member_forms.MemberForm",
        _("A member whom the association enters itself"),
        (
            Asked("name", "user.name", _("a register of members names them")),
            Asked("birth_date", "user.birth_date", REGISTER),
            Asked("gender", "user.gender", REGISTER),
            *_address(REGISTER),
            Asked("municipality_code", "user.municipality", REGISTER),
            Asked("email", "user.email", _("so that the association can write to its members")),
            Asked("phone", "user.phone", _("so that the association can call its members")),
        ),
    ),
    Place(
        "conbillet.web.office.member_forms.DuesForm",
        _("Dues that were paid outside the shop"),
        (Asked("payer_name", "user.name", _("only dues that the member or the family paid count for grants")),),
        frozenset({"membership_type", "period_from", "period_to", "amount", "paid_on", "payer_relation", "method", "reference", "others", "others_relation"}),
    ),
    Place(
        "conbillet.web.me.views.certificates.NumberForm",
        _("A child-protection certificate"),
        (Asked("number", "user.cpr", _("the police issues the certificate by it; only crew are asked, and only with consent"), MAY_REFUSE),),
        frozenset({"consents"}),
    ),
    Place(
        "conbillet.web.office.forms.InviteForm",
        _("An invitation to work for an association"),
        (Asked("email", "user.email", _("the invitation is sent there")),),
        frozenset({"kind"}),
    ),
)  # fmt: skip


def must(place: Place, asked: Asked) -> Any:
    """Whether the field has to be filled in, in words."""
    return asked.must or (REQUIRED if place.fields()[asked.field].required else OPTIONAL)


def unlisted() -> list[str]:
    """Fields of these forms that nobody explains, and explanations of fields that are not there."""
    found = []
    for place in PLACES:
        listed, there = {one.field for one in place.asked} | place.about_nobody, set(place.fields())
        found += [
            f"{place.form}.{name}: asked without a reason; see web/records/asked.py" for name in sorted(there - listed)
        ]
        found += [f"{place.form}.{name}: explained, but not asked" for name in sorted(listed - there)]
    return found
