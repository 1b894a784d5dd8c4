"""Everything that the checkout shows: the cart with its prices, the people, the buyer, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.forms.widgets import RadioSelect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conbillet.accounts.models import Person
from conbillet.catalogue.models import KINDS_WITH_WITHDRAWAL, Product, ProductKind
from conbillet.catalogue.offer import offer_of
from conbillet.catalogue.rules import product_name
from conbillet.core.clock import copenhagen_day
from conbillet.core.formats import format_money
from conbillet.core.money import LARGEST_AMOUNT
from conbillet.memberships.models import MembershipType
from conbillet.memberships.periods import period_after
from conbillet.memberships.queries import MemberStanding
from conbillet.organizations.models import VatStatus
from conbillet.payments.checkout import LARGEST, SMALLEST
from conbillet.sales.actions.place_order import CannotPlaceOrder, MethodNotOffered, OrderDetails
from conbillet.sales.models import Cart, CartLine, Order
from conbillet.sales.pricing import Quote, default_people, quote
from conbillet.sales.queries import members_among, standings_of

from .checkout_form import ADDRESS, ME, BuyerForm, PersonForm
from .checkout_parts import Block, Row, Thing, icon_of, needs_of


@dataclass(frozen=True)
class Way:
    """A way to pay: what the button says, and what comes after it."""

    method: str
    button: str
    hint: str


# A receipt of this amount or more names its buyer with the address (fact sheet section 5); øre.
NAMED_RECEIPT = 300_000
GROWN_UP = 15


class CheckoutPage:
    """Built from a cart and what was sent, if anything. `judge`: the visitor wants to buy, so say what is missing."""

    def __init__(
        self,
        *,
        cart: Cart,
        lines: Sequence[CartLine],
        person: Person | None,
        email: str,
        sent: Mapping[str, str] | None,
        judge: bool,
        dues_types: Mapping[int, Any],
        now: datetime,
    ) -> None:
        self.cart, self.lines, self.person, self.now = cart, list(lines), person, now
        self.event, self.organization = cart.event, cart.organization
        self.offer = offer_of(cart.event)
        self.sent, self.judge = sent, judge
        self.general: list[str] = []
        self.notices: list[str] = []
        self.people_of = self._people_of()
        self.blocks = self._blocks()
        self.quote = self._quote()
        self.rows = self._rows(dues_types)
        self.buyer = self._buyer(email)

    # --- What is shown ------------------------------------------------------------------------------------------------

    @property
    def amount(self) -> int:
        return self.quote.amount

    @property
    def button(self) -> str:
        """The button says that it costs, and how much (Consumer Contracts Act § 12)."""
        return self.ways[0].button if self.ways else ""

    @property
    def cannot_be_paid(self) -> bool:
        """There is something to pay, and no way to pay it: nothing is ordered then, so that nobody is stuck with it."""
        return bool(self.amount) and not self.methods

    @property
    def without_cards(self) -> bool:
        """Cards are what most people expect, so it is said beforehand that they do not work here yet."""
        return bool(self.amount) and not self.cart.takes_cards

    @cached_property
    def ways(self) -> list[Way]:
        """What the button says for each way to pay, and what happens then; the page shows those of the one that is chosen."""
        if not self.amount:
            return [Way("free", _("Sign up for free"), "")]
        amount = format_money(self.amount, language=get_language()).replace(" ", "\u00a0")  # stays on one line
        now = _("Buy and pay %(amount)s") % {"amount": amount}
        later = _("Order with obligation to pay %(amount)s") % {"amount": amount}
        texts = {
            Order.Method.CARD.value: (now, _("You pay on Stripe's page, by card or MobilePay, and come back here.")),
            Order.Method.TRANSFER.value: (
                later,
                _(
                    "The next page and a mail tell you where to transfer the money, and by when. The tickets come when it has arrived."
                ),
            ),
            Order.Method.DOOR.value: (later, _("You pay when you come. Your places are kept for you until then.")),
        }
        return [Way(method, *texts[method]) for method, _name in self.methods]

    @property
    def keys(self) -> str:
        return ",".join(block.key for block in self.blocks)

    @property
    def several(self) -> bool:
        """More than one person, so that everything says whose it is."""
        return len(self.blocks) > 1

    @property
    def can_reassign(self) -> bool:
        return len(self.people_of) > 1

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Whose a thing can be: everybody who is there, and one person more."""
        known = [(block.key, block.title) for block in self.blocks]
        if len(known) < len(self.people_of):
            taken = {key for key, _title in known}
            fresh = next(str(n) for n in range(1, len(self.people_of) + 1) if str(n) not in taken)
            known.append((fresh, _("Another person")))
        return known

    @property
    def address_needed(self) -> bool:
        return self.amount >= NAMED_RECEIPT or any(block.form.needs.documentation for block in self.blocks)

    @cached_property
    def methods(self) -> list[tuple[str, str]]:
        """How this event may be paid now."""
        found = [(Order.Method.CARD.value, _("Now, by card or MobilePay"))] if self.cart.takes_cards else []
        if self.event.transfer_allowed and copenhagen_day(self.now) < self.event.starts_on:
            found.append((Order.Method.TRANSFER.value, _("Later, by bank transfer")))
        if self.event.door_allowed:
            found.append((Order.Method.DOOR.value, _("At the door, when you come")))
        # What no card takes is paid in another way, if there is one; if there is none, the order says why.
        return found[1:] if len(found) > 1 and not SMALLEST <= self.amount <= LARGEST else found

    @property
    def is_registered(self) -> bool:
        return self.organization.vat_status == VatStatus.REGISTERED

    @property
    def has_dated(self) -> bool:
        return any(row.product.kind not in KINDS_WITH_WITHDRAWAL | {ProductKind.DONATION} for row in self.rows)

    @property
    def has_goods(self) -> bool:
        return any(row.product.kind in KINDS_WITH_WITHDRAWAL for row in self.rows)

    @property
    def summary(self) -> dict[str, list[Any]]:
        """All that is wrong, each with the field that it belongs to."""
        linked: list[tuple[str, str, str]] = []
        linked += [(f"row-{row.code}", row.name, row.error) for row in self.rows if row.error]
        general = list(self.general)
        for form in self._forms() if self.judge else ():
            if not form.errors:
                continue
            whose = f"{block.title} – " if (block := self._block_of(form)) and self.several else ""
            general += [f"{whose}{error}" for error in form.non_field_errors()]
            for bound in form:
                target = f"{bound.auto_id}_0" if isinstance(bound.field.widget, RadioSelect) else bound.auto_id
                linked += [(target, f"{whose}{bound.label}", str(error)) for error in bound.errors]
        return {"general": general, "linked": linked}

    # --- What is done with it ---------------------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        judged = [form.is_valid() for form in self._forms()]  # all of them: everything that is wrong is said at once
        return all(judged) and not self.cannot_be_paid

    def faulty_fields(self) -> set[str]:
        """Which fields were not right, by form and name, each once however many people there are; never what stood in them."""
        return {
            f"{'buyer' if form is self.buyer else 'person'}_{name}"
            for form in self._forms()
            for name in form.errors
            if name in form.fields
        }

    def details(self, *, shown_amount: int | None, language: str) -> OrderDetails:
        """What goes to the order; call it when everything is valid."""
        buyer = self.buyer.details(self.person)
        people = {block.key: block.form.details(buyer) for block in self.blocks}
        relations = {
            line.pk: self._form_of(self.people_of[line.pk]).payer_relation
            for line in self.lines
            if self.offer.products[line.product_id].kind == ProductKind.MEMBERSHIP and line.pk in self.people_of
        }
        usual = self.methods[0][0] if self.methods else Order.Method.CARD.value  # free: it does not matter
        method = self.buyer.cleaned_data.get("method") or usual
        return OrderDetails(
            buyer=buyer,
            method=method,
            people=people,
            people_of=self.people_of,
            payer_relations=relations,
            shown_amount=shown_amount,
            language=language,
        )

    def refuse(self, refusal: CannotPlaceOrder) -> None:
        """Put a refusal beside what it is about."""
        message = str(refusal.message)
        block = next((block for block in self.blocks if block.key == refusal.person), None)
        if block is not None:
            block.form.add_error(refusal.field if refusal.field in block.form.fields else None, message)
            return
        row = next((row for row in self.rows if any(unit.line_id == refusal.line_id for unit in row.units)), None)
        if row is not None:
            row.error = message
        elif isinstance(refusal, MethodNotOffered) and "method" in self.buyer.fields:
            self.buyer.add_error("method", message)
        else:
            self.general.append(message)

    # --- How it is put together -------------------------------------------------------------------------------------------

    def _people_of(self) -> dict[int, str]:
        """Whose each line is: as it was said, where that makes sense, or as it is likely."""
        people = default_people(self.lines, self.offer)
        allowed = {str(number) for number in range(1, len(people) + 1)}
        for line_id in people:
            said = (self.sent or {}).get(f"who_{line_id}", "")
            if said in allowed:
                people[line_id] = said
        return people

    def _blocks(self) -> list[Block]:
        keys = sorted(set(self.people_of.values()), key=int)
        products: dict[str, list[CartLine]] = {key: [] for key in keys}
        for line in self.lines:
            if line.pk in self.people_of:
                products[self.people_of[line.pk]].append(line)
        shown = (self.sent or {}).get("people", "").split(",") if self.sent is not None else keys
        blocks = []
        for key in keys:
            mine = [self.offer.products[line.product_id] for line in products[key]]
            # A person who has just been added was not on the page that was sent: ask, before finding fault.
            judge = self.judge and key in shown
            form = PersonForm(self.sent, key=key, judge=judge, needs=needs_of(mine), initial=self._initial(key, mine))
            things = [Thing(line.pk, self._name(line), self._icon(line)) for line in products[key]]
            blocks.append(Block(key, form, things, is_new=key not in shown))
        return blocks

    def _initial(self, key: str, products: Sequence[Product]) -> dict[str, Any]:
        if key != "1":
            return {}
        child = any(product.age_to is not None and product.age_to < GROWN_UP for product in products)
        initial: dict[str, Any] = {} if child else {"whose": ME}
        if self.person is not None and not child:
            initial |= {name: getattr(self.person, name) for name in ("badge_name", "birth_date", "gender")}
        return initial

    def _quote(self) -> Quote:
        self.standings: dict[str, MemberStanding] = {}
        if self.person is not None:
            mine = {block.key: self.person.pk for block in self.blocks if block.form.is_buyer}
            self.standings = standings_of(organization_id=self.cart.organization_id, people=mine, now=self.now)
        members = members_among(self.standings)
        return quote(lines=self.lines, offer=self.offer, people=self.people_of, members=members)

    def _rows(self, dues_types: Mapping[int, Any]) -> list[Row]:
        rows: dict[tuple[int, int | None], Row] = {}
        names = {line.pk: self._name(line) for line in self.lines}
        for unit in self.quote.lines:
            key = (unit.product.pk, unit.variant_id)
            if key not in rows:
                rows[key] = Row(unit.product, unit.variant_id, names[unit.line_id], [])
            rows[key].units.append(unit)
            dues = dues_types.get(unit.product.membership_type_id or 0)
            if dues and (days := self._days(dues, unit.person)) not in rows[key].dues:
                rows[key].dues.append(days)
        return list(rows.values())

    def _days(self, membership_type: MembershipType, person: str | None) -> tuple[date, date]:
        """Which days a membership covers: after those that the buyer has, where that is who gets it."""
        last_day = self.standings.get(person or "", MemberStanding()).last_day
        return period_after(membership_type, copenhagen_day(self.now), last_day)

    def _buyer(self, email: str) -> BuyerForm:
        initial: dict[str, Any] = {}
        if self.person is not None:
            initial = {name: getattr(self.person, name) for name in ("name", *ADDRESS)} | {"email": email}
        methods = self.methods if self.amount else []
        return BuyerForm(
            self.sent, judge=self.judge, methods=methods, address_needed=self.address_needed, initial=initial
        )

    def _name(self, line: CartLine) -> str:
        name = product_name(self.offer.products[line.product_id])
        variant = self.offer.variant(line.product_id, line.variant_id) if line.variant_id else None
        return f"{name}, {variant.name}" if variant else name

    def _icon(self, line: CartLine) -> str:
        return icon_of(self.offer.products[line.product_id])

    def _forms(self) -> list[BuyerForm | PersonForm]:
        return [self.buyer, *(block.form for block in self.blocks)]

    def _form_of(self, key: str) -> PersonForm:
        return next(block.form for block in self.blocks if block.key == key)

    def _block_of(self, form: BuyerForm | PersonForm) -> Block | None:
        return next((block for block in self.blocks if block.form is form), None)


def shown_amount(sent: Mapping[str, str]) -> int | None:
    """The total that stood on the page that was sent; None (to be shown first) when it is no amount."""
    text = sent.get("shown_amount", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_AMOUNT)) else None
