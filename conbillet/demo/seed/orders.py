"""Many orders at once, in every state, written in bulk and consistent: counters, ledger, tickets, receipts all agree.

The demo uses it for a believable convention, the benchmark for a large one. What a visitor buys later takes the same
rows, so nothing here may cut a corner that a page could see.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.db import connection

from conbillet.catalogue.models import Price, ProductKind, ProductQuota
from conbillet.core.clock import day_end
from conbillet.core.models import AuditEntry
from conbillet.core.money import vat_in
from conbillet.core.references import new_reference
from conbillet.memberships.models import MemberNumber, Membership
from conbillet.payments.ledger import MONEY_ACCOUNTS, capture_key
from conbillet.payments.models import LedgerEntry, Payment
from conbillet.sales.models import (
    Cancellation,
    Cart,
    HeldUnits,
    Hold,
    Order,
    OrderLine,
    Participant,
    Receipt,
    ReceiptCounter,
)
from conbillet.tickets.actions.issue_tickets import TICKET_KINDS
from conbillet.tickets.models import CheckIn, HandOut, Ticket
from conbillet.workflows.purchase import split_of

from .bulk import CHUNK, Rows, new_member
from .conventions import Convention
from .names import Crowd, MadeUp
from .tastes import fate_of_order, things_for


class Booth:
    """Sells to a crowd. `now` is the day of seeding: nothing is dated later."""

    def __init__(self, convention: Convention, crowd: Crowd, now: datetime) -> None:
        self.convention, self.event, self.crowd, self.now = convention, convention.event, crowd, now
        self.random: random.Random = crowd.random
        self.rows = Rows()
        self.quotas: dict[tuple[int, int | None], list[int]] = {}
        for link in ProductQuota.objects.filter(product__event=self.event):
            self.quotas.setdefault((link.product_id, link.variant_id), []).append(link.quota_id)
        self.prices: dict[int, dict[str, int]] = {}
        for price in Price.objects.filter(product__event=self.event):
            self.prices.setdefault(price.product_id, {})[price.audience] = price.amount
        self.left = {quota.pk: quota.size - quota.held - quota.sold for quota in self.event.quotas.all()}
        self.moved: dict[str, Counter[int]] = {"sold": Counter(), "held": Counter()}
        self.receipt_number = (
            ReceiptCounter.objects.filter(organization_id=self.event.organization_id)
            .values_list("last", flat=True)
            .first()
            or 0
        )
        self.member_number = (
            MemberNumber.objects.filter(organization_id=self.event.organization_id)
            .values_list("last", flat=True)
            .first()
            or 0
        )

    # --- choosing -----------------------------------------------------------------------------------------------------
    def sell(self, count: int, *, first: datetime, last: datetime, every_state: bool = True) -> None:
        """`count` orders spread over the time between, with a rush at the start and at the end."""
        span = (last - first).total_seconds()
        shares = sorted(min(self.random.betavariate(0.55, 0.8), 0.999) for _ in range(count))
        for share in shares:
            self._order(first + timedelta(seconds=span * share), every_state)
            if len(self.rows.orders) >= CHUNK:
                self.write()
        self.write()

    def _order(self, at: datetime, every_state: bool) -> None:
        on = self.event.starts_on
        buyer = self.crowd.buyer(on)
        people = [buyer]
        for _ in range(self.random.choices([0, 1, 2, 3], [62, 24, 9, 5])[0]):
            family = self.crowd.person(on)
            people.append(
                MadeUp(
                    family.name.rsplit(" ", 1)[0] + " " + buyer.name.rsplit(" ", 1)[-1],
                    family.badge_name,
                    "",
                    family.birth_date,
                    family.gender,
                    buyer.street,
                    buyer.postcode,
                    buyer.city,
                )
            )
        wanted: list[tuple[str, str | None, int | None]] = []
        for index, person in enumerate(people):
            wanted += [(key, size, index) for key, size in things_for(self.convention, person, on, self.random)]
        if self.random.random() < 0.06:
            wanted.append(("donation", None, None))
        wanted = [want for want in wanted if want[0] in self.convention.products]
        taken = Counter(quota for want in wanted for quota in self._quotas(want))
        if not wanted or any(self.left[quota] < units for quota, units in taken.items()):
            return
        method, state = fate_of_order(self.convention, self.random) if every_state else ("card", "paid")
        self._write_order(buyer, people, wanted, taken, at, method, state)

    def _quotas(self, want: tuple[str, str | None, int | None]) -> list[int]:
        product = self.convention.products[want[0]]
        found = list(self.quotas.get((product.pk, None), []))
        return found + (self.quotas.get((product.pk, self.convention.sizes[want[1]].pk), []) if want[1] else [])

    # --- writing down ---------------------------------------------------------------------------------------------------
    def _write_order(
        self,
        buyer: MadeUp,
        people: list[MadeUp],
        wanted: list[tuple[str, str | None, int | None]],
        taken: Counter[int],
        at: datetime,
        method: str,
        state: str,
    ) -> None:
        rows, own = self.rows, self.event.organization_id
        paid = state == "paid"
        cart = Cart(
            organization_id=own,
            event=self.event,
            reference=new_reference(),
            created_at=at - timedelta(minutes=6),
            changed_at=at,
            ordered_at=at,
        )
        order = Order(
            organization_id=own,
            event=self.event,
            reference=new_reference(),
            access_key=new_reference(24),
            cart=cart,
            buyer_name=buyer.name,
            buyer_email=buyer.email,
            buyer_street=buyer.street,
            buyer_postcode=buyer.postcode,
            buyer_city=buyer.city,
            method=method,
            state="awaiting_payment" if state == "waiting" else state,
            amount=0,
            placed_at=at,
            paid_at=at + timedelta(minutes=2) if paid else None,
            ended_at=at + timedelta(minutes=35) if state in {"cancelled", "expired"} else None,
            pay_by_at=None
            if paid
            else max(self.now, at) + timedelta(days=6)
            if method == "transfer"
            else day_end(self.event.ends_on)
            if method == "door"
            else at + timedelta(minutes=36),
        )
        participants = [
            Participant(
                organization_id=own,
                order=order,
                claim_key=new_reference(24),
                name=person.name,
                badge_name=person.badge_name,
                email=person.email,
                birth_date=person.birth_date,
                gender=person.gender,
                street=person.street,
                postcode=person.postcode,
                city=person.city,
            )
            for person in people
        ]
        joined = {index for key, _size, index in wanted if key == "membership"}
        lines = [
            self._line(order, position, want, participants, joined, at) for position, want in enumerate(wanted, start=1)
        ]
        order.amount, order.vat_amount = sum(line.amount for line in lines), sum(line.vat_amount for line in lines)
        if order.amount == 0:
            order.method = "free"
        hold = Hold(
            organization_id=own,
            cart=cart,
            order=order,
            expires_at=order.pay_by_at or at + timedelta(minutes=20),
            ended_at=order.paid_at or order.ended_at,
            outcome="sold" if paid else "released" if order.ended_at else "",
        )
        payment = Payment(
            organization_id=own,
            reference=new_reference(),
            about=order.reference,
            method=order.method,
            amount=order.amount,
            created_at=at,
            state="captured" if paid else "expected" if order.ended_at is None else "expired",
            captured_amount=order.amount if paid else 0,
            captured_at=order.paid_at,
            provider_payment=f"pi_demo_{uuid4().hex}" if paid and order.method == "card" else "",
            provider_method=("" if order.amount == 0 else self.random.choice(["card", "mobilepay"]) if method == "card" else method) if paid else "",
        )
        rows.carts.append(cart)
        rows.orders.append(order)
        rows.holds.append(hold)
        rows.units += [
            HeldUnits(organization_id=own, hold=hold, quota_id=quota, quantity=units) for quota, units in taken.items()
        ]
        rows.participants += participants
        rows.lines += lines
        rows.payments.append(payment)
        self._audit("order_placed", order, at, "person")
        if order.ended_at:
            self._audit(f"order_{state}", order, order.ended_at, "system")
            if state == "cancelled":
                rows.cancellations.append(
                    Cancellation(organization_id=own, order=order, at=order.ended_at, by_kind="person", reason="")
                )
            return
        for quota, units in taken.items():
            self.left[quota] -= units
            self.moved["sold" if paid else "held"][quota] += units
        if paid:
            self._audit("order_paid", order, order.paid_at or at, "system")
            self._paid(order, lines, payment)

    def _line(
        self,
        order: Order,
        position: int,
        want: tuple[str, str | None, int | None],
        participants: list[Participant],
        joined: set[int | None],
        at: datetime,
    ) -> OrderLine:
        key, size, index = want
        product = self.convention.products[key]
        prices = self.prices[product.pk]
        audience = "member" if index in joined and "member" in prices else "ordinary"
        amount = self.random.choice([2000, 5000, 10000]) if key == "donation" else prices[audience]
        day = at.date()
        return OrderLine(
            organization_id=order.organization_id,
            order=order,
            position=position,
            kind=product.kind,
            product=product,
            variant=self.convention.sizes[size] if size else None,
            participant=participants[index] if index is not None and product.needs_person else None,
            text=f"{product.name_da}, {size}" if size else product.name_da,
            audience=audience,
            amount=amount,
            vat_code=product.vat_code,
            vat_amount=vat_in(amount, product.vat_code),
            pay_by_on=product.pay_by_on,
            added_at=at,
            dues_from=day if product.kind == ProductKind.MEMBERSHIP else None,
            dues_to=date(day.year, 12, 31) if product.kind == ProductKind.MEMBERSHIP else None,
            payer_relation="self" if index == 0 else "parent" if product.kind == ProductKind.MEMBERSHIP else "",
        )

    def _paid(self, order: Order, lines: list[OrderLine], payment: Payment) -> None:
        rows, own, at = self.rows, order.organization_id, order.paid_at or self.now
        been = self.event.ends_on < self.now.date()
        for line in lines:
            person = line.participant
            if line.kind in TICKET_KINDS:
                ticket = Ticket(
                    organization_id=own,
                    event=self.event,
                    line=line,
                    participant=person,
                    reference=new_reference(),
                    access_key=new_reference(24),
                    admits=line.kind in {"ticket", "day_ticket"},
                    issued_at=at,
                )
                rows.tickets.append(ticket)
                if been and ticket.admits and self.random.random() < 0.94:
                    came = datetime.combine(self.event.starts_on, datetime.min.time(), UTC) + timedelta(
                        hours=14 + self.random.random() * 30
                    )
                    rows.check_ins.append(CheckIn(organization_id=own, ticket=ticket, event=self.event, at=came))
            elif line.kind == ProductKind.MERCHANDISE and been:
                rows.hand_outs.append(
                    HandOut(
                        organization_id=own,
                        line=line,
                        at=datetime.combine(self.event.starts_on, datetime.min.time(), UTC) + timedelta(hours=20),
                    )
                )
            elif line.kind == ProductKind.MEMBERSHIP and person is not None and line.dues_from and line.dues_to:
                self._member(line, person, payment, at)
        self.receipt_number += 1
        rows.receipts.append(
            Receipt(
                organization_id=own,
                order=order,
                number=self.receipt_number,
                kind="receipt",
                issued_at=at,
                amount=order.amount,
                vat_amount=order.vat_amount,
                buyer_name=order.buyer_name,
                payment_reference=payment.provider_payment or payment.reference,
            )
        )
        rows.receipt_lines.append(lines)
        if order.amount:
            transaction = uuid4()
            sides = {
                str(MONEY_ACCOUNTS[Payment.Method(payment.method)]): order.amount,
                **{account: -part for account, part in split_of(lines).items()},
            }
            rows.ledger += [
                LedgerEntry(
                    organization_id=own,
                    transaction=transaction,
                    account=account,
                    amount=amount,
                    payment=payment,
                    about=order.reference,
                    key=capture_key(payment),
                    posted_at=at,
                )
                for account, amount in sides.items()
            ]

    def _member(self, line: OrderLine, person: Participant, payment: Payment, at: datetime) -> None:
        own = line.organization_id
        if line.product is None or line.dues_from is None or line.dues_to is None:
            raise ValueError("a line of dues has a product and a period")
        known = self.crowd.members.get((own, person.email)) if person.email else None
        if known is None:
            self.member_number += 1
            self.rows.members.append(new_member(person, self.member_number, at))
        member = known or self.rows.members[-1]
        self.crowd.members[own, person.email] = member
        self.rows.memberships_of.append(line)
        self.rows.memberships.append(
            Membership(
                organization_id=own,
                member=member,
                membership_type=line.product.membership_type,
                period_from=line.dues_from,
                period_to=line.dues_to,
                enrolled_at=at,
                channel="shop",
                dues_amount=line.amount,
                dues_text=line.text,
                payer_name=line.order.buyer_name,
                payer_relation=line.payer_relation or "self",
                paid_at=at,
                payment_method=payment.provider_method,
                payment_reference=payment.reference,
            )
        )

    def _audit(self, action: str, order: Order, at: datetime, kind: str) -> None:
        self.rows.audit.append(
            AuditEntry(
                organization_id=order.organization_id,
                at=at,
                action=action,
                actor_kind=kind,
                object_kind="order",
                object_reference=order.reference,
            )
        )

    def write(self) -> None:
        """Write what has gathered and move the counters of stock, receipts and members with it."""
        self.rows.write()
        self._move_counters()
        self.rows = Rows()

    def _move_counters(self) -> None:
        own = self.event.organization_id
        with connection.cursor() as cursor:
            for column, moved in self.moved.items():
                for quota, units in moved.items():
                    cursor.execute(f"UPDATE catalogue_quota SET {column} = {column} + %s WHERE id = %s", [units, quota])  # noqa: S608  two fixed names
                moved.clear()
        ReceiptCounter.objects.update_or_create(organization_id=own, defaults={"last": self.receipt_number})
        MemberNumber.objects.update_or_create(organization_id=own, defaults={"last": self.member_number})
