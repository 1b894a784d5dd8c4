"""What stands in the audit log's details: nothing of a person, unless it is sealed under that person's own key."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import conbillet
from conbillet.core import audit
from conbillet.core.actor import ANONYMOUS
from conbillet.core.models import AuditEntry
from conbillet.sales.actions.add_to_cart import Wish
from conbillet.sales.actions.replace_order_email import replace_order_email
from conbillet.sales.models import Order, Participant
from conbillet.tickets.actions.check_in import check_in
from conbillet.tickets.actions.undo_check_in import undo_check_in
from conbillet.tickets.models import Ticket
from conbillet.workflows.cases import receive_case
from conbillet.workflows.order_service import rename_holder, resend
from conbillet.workflows.refunds import refund_lines
from tests.purchases import ADA, BO, order_of, paid_order

pytestmark = pytest.mark.django_db

# Details that name amounts, states, kinds and references. A new word is looked at by somebody before it is added here.
HARMLESS = {
    "amount", "after", "before", "changed", "charges_enabled", "details_submitted", "dispute", "expected", "fact",
    "fields", "form", "found", "generation", "kind", "lines", "means", "method", "new_link", "payouts_enabled", "people",
    "product", "purpose", "quota", "refund", "role", "size", "stage", "status", "version", "state", "provider_payment",
    "provider_refund", "even_if_used", "count", "reference", "orders", "dues", "donations", "to", "basis", "outcome",
    "rows", "sha256", "approves", "silence", "period", "text_hash", "failure", "via", "line", "receivers", "at",
}  # fmt: skip
# Codes of ours in these calls; everywhere else a reason is somebody's own words.
REASONS_THAT_ARE_CODES = {"void_ticket.py", "refunds.py", "request_refund.py", "settle_refund.py"}
OWN = {"action", "actor", "now", "organization_id", "object_kind", "object_reference", "subject"}


def details(root: Path) -> Iterator[tuple[str, str, bool]]:
    """(file, word, under a person's key?) for every detail of every call of `audit.record`."""
    for path in sorted(root.rglob("*.py")):
        if {"tests", "demo"} & set(path.relative_to(root).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "record"
                and getattr(getattr(node.func, "value", None), "id", "") == "audit"
            ):
                words = {keyword.arg: keyword.value for keyword in node.keywords}
                subject = words.get("subject")
                sealed = subject is not None and not (isinstance(subject, ast.Constant) and subject.value is None)
                for word in words:
                    if word and word not in OWN:
                        yield path.name, word, sealed


def complaints(root: Path) -> list[str]:
    return [
        f"{name}: {word}"
        for name, word, sealed in details(root)
        if not sealed and word not in HARMLESS and not (word == "reason" and name in REASONS_THAT_ARE_CODES)
    ]


def test_every_detail_that_is_not_sealed_for_somebody_is_harmless():
    root = Path(conbillet.__file__).parent
    assert len(list(details(root))) > 20 and complaints(root) == []


@pytest.mark.parametrize("word", ["name", "email", "reason", "note", "text", "phone"])
def test_planted_a_name_in_the_log_is_noticed(tmp_path, word):
    (tmp_path / "verb.py").write_text(f"audit.record(action='x', actor=a, now=n, organization_id=1, {word}=value)")
    assert complaints(tmp_path) == [f"verb.py: {word}"]
    (tmp_path / "verb.py").write_text(f"audit.record(action='x', subject=person.pk, {word}=value)")
    assert complaints(tmp_path) == []


CANARIES = ("Kanarie", "kanarie", "Ada Lund", "ada@example.com", "Skovvej", "Bo Lund", "bo@example.com", "1990-05-01")


def test_what_guests_do_leaves_nothing_of_them(world, now):
    """Guests have no key of their own. They buy, are corrected, let in, taken back, refunded; then every entry is opened."""
    actor = world.actor(world.owner)
    order = paid_order(world, now, Wish(world.adult.pk, 2))
    order_of(world, now, Wish(world.shirt.pk, 1, world.sizes["M"].pk), people=(BO,))
    holder = Participant.objects.filter(order=order, name=ADA.name).get()
    rename_holder(participant=holder, name="Kanarie Karlsen", badge_name="Kanariefugl", actor=actor, now=now)
    replace_order_email(order=order, email="kanarie@example.com", actor=actor, now=now, new_link=True)
    resend(order=Order.objects.get(pk=order.pk), actor=actor, now=now)
    ticket = Ticket.objects.filter(participant=holder, voided_at=None).get()
    from conbillet.workflows.documents import ticket_code

    check_in(code=ticket_code(ticket, world.event), event=world.event, actor=actor, now=now, device="")
    undo_check_in(ticket=ticket, reason="Kanarie stod i den forkerte kø", actor=actor, now=now)
    refund_lines(order=order, lines=[ticket.line], reason="requested", note="Kanarie er syg", actor=actor, now=now)
    receive_case(
        kind="refund", name="Kanarie", email="kanarie@example.com", text="Kanarie", event=world.event, language="da",
        actor=ANONYMOUS, now=now,
    )  # fmt: skip
    opened = {entry.action: str(audit.details_of(entry)) for entry in AuditEntry.objects.filter(subject_id=None)}
    assert len(opened) > 8
    assert not [f"{action}: {said}" for action, said in opened.items() if any(canary in said for canary in CANARIES)]
    columns = "".join(
        f"{entry.action} {entry.object_kind} {entry.object_reference} {entry.actor_role}"
        for entry in AuditEntry.objects.all()
    )
    assert not [canary for canary in CANARIES if canary in columns]
