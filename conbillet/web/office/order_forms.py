"""Forms of the pages on orders."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event, Product
from conbillet.payments.models import Refund
from conbillet.sales.models import Order
from conbillet.web.amounts import AmountField
from conbillet.web.fields import EmailAddressField, LineField, PersonNameField
from conbillet.workflows import order_search

STATES = [
    ("", _("All states")),
    (Order.State.AWAITING_PAYMENT, _("Awaiting payment")),
    (Order.State.PAID, _("Paid")),
    (Order.State.CANCELLED, _("Cancelled")),
    (Order.State.EXPIRED, _("Expired")),
    (order_search.REFUNDED, _("Refunded, wholly or in part")),
    (order_search.REFUNDING, _("Refund on its way")),
    (order_search.REFUND_FAILED, _("Refund failed")),
    (order_search.DISPUTED, _("Disputed")),
    (order_search.MAIL_FAILED, _("Mail could not be delivered")),
]
SORTS = [("newest", _("Newest first")), ("oldest", _("Oldest first")), ("amount", _("Largest amount first")), ("name", _("By name"))]


class FindForm(forms.Form):
    """What the list of orders is narrowed down to. Wrong values count as none, since addresses get shared and grow old."""

    q = forms.CharField(label=_("Name, e-mail or reference"), required=False, max_length=order_search.LONGEST_SEARCH)
    event = forms.ChoiceField(label=_("Event"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    product = forms.ChoiceField(label=_("Product"), required=False)
    method = forms.ChoiceField(label=_("Payment"), required=False, choices=[("", _("All kinds of payment")), *Order.Method.choices])
    sort = forms.ChoiceField(label=_("Order by"), required=False, choices=SORTS)

    def __init__(self, data: Any, *, events: Sequence[Event], products: Sequence[tuple[Product, str]]) -> None:
        super().__init__(data)
        self.events = {event.slug: event for event in events}
        self.fields["event"].choices = [("", _("All events")), *((event.slug, event.name) for event in events)]  # type: ignore[attr-defined]
        self.fields["product"].choices = [("", _("All products")), *((str(product.pk), name) for product, name in products)]  # type: ignore[attr-defined]
        if not products:
            del self.fields["product"]

    def wanted(self) -> order_search.OrderFilter:
        self.is_valid()
        chosen = self.cleaned_data
        event = self.events.get(chosen.get("event", ""))
        product = chosen.get("product", "")
        return order_search.OrderFilter(
            text=chosen.get("q", ""), event_id=event.pk if event else None, state=chosen.get("state", ""),
            product_id=int(product) if product else None, method=chosen.get("method", ""), sort=chosen.get("sort") or "newest",
        )  # fmt: skip


class ReplaceEmailForm(forms.Form):
    email = EmailAddressField(label=_("New e-mail address"))
    tickets_anew = forms.BooleanField(
        label=_("The old address is somebody else's: give the tickets new codes, so that those sent there no longer work"),
        required=False,
    )


class NameForm(forms.Form):
    name = PersonNameField(autocomplete="off")
    badge_name = PersonNameField.badge()


class ReceivedForm(forms.Form):
    amount = AmountField(label=_("Amount received"))


class CancelForm(forms.Form):
    reason = LineField(label=_("Reason, for your own records"), max_length=240, required=False)
    tell_reason = forms.BooleanField(label=_("Tell the buyer the reason in the mail that says so"), required=False)


class RefundForm(forms.Form):
    """Why money is given back. Which lines stands in the address of the page, as their positions on the order."""

    reason = forms.ChoiceField(
        label=_("Why"),
        widget=forms.RadioSelect,
        choices=[choice for choice in Refund._meta.get_field("reason").choices or [] if choice[0] != "late_money"],  # type: ignore[misc]
        initial="requested",
    )
    note = LineField(label=_("Note, for your own records"), max_length=240, required=False)
    even_if_used = forms.BooleanField(label=_("Refund although it has been used"), required=False)
    returned_already = forms.BooleanField(label=_("That money was for these lines: do not send it again"), required=False)
