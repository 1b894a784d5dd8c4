"""Fills a benchmark database with 200,000 accounts, and with one person among them who has 50 orders.

By SQL, since it is about what other people's rows cost. `HER` has bought for herself and another holder each time, has
devices, mails, cases and entries in the log, as somebody has who has been coming for years.
"""

from datetime import datetime
from uuid import UUID

ACCOUNTS, ORDERS = 200_000, 50
HER, HER_EMAIL, HER_NAME = UUID(int=0xBE9C), "petra.bench@example.com", "Petra Bench"

_CROWD = [
    """INSERT INTO accounts_person (id, name, badge_name, gender, phone, street, postcode, city, country, language, created_at, updated_at)
       SELECT md5('person ' || n)::uuid, 'Person ' || n, '', '', '', 'Vej ' || n, '8000', 'Aarhus C', 'DK', 'da', %(now)s, %(now)s
       FROM generate_series(1, %(count)s) n""",
    """INSERT INTO accounts_account (person_id, email, password, is_active, created_at)
       SELECT md5('person ' || n)::uuid, 'person' || n || '@example.net', '!', true, %(now)s FROM generate_series(1, %(count)s) n""",
    """INSERT INTO account_emailaddress (user_id, email, verified, "primary")
       SELECT id, email, true, true FROM accounts_account WHERE email LIKE 'person%%@example.net'""",
    """INSERT INTO accounts_emailproof (person_id, email, method, proven_at)
       SELECT person_id, email, 'code', %(now)s FROM accounts_account WHERE email LIKE 'person%%@example.net'""",
    """INSERT INTO usersessions_usersession (user_id, created_at, last_seen_at, ip, user_agent, session_key, data)
       SELECT id, %(now)s, %(now)s, '192.0.2.1', 'Bench/1.0', md5('session ' || id), '{}' FROM accounts_account WHERE id %% 4 = 0""",
    """INSERT INTO django_session (session_key, session_data, expire_date)
       SELECT session_key, %(session)s, %(now)s::timestamptz + interval '20 days' FROM usersessions_usersession""",
    """INSERT INTO mail_outgoingmail (kind, key, recipient, about, language, state, attempts, last_error, subject, text, html, created_at, sent_at)
       SELECT 'confirmation', 'bench/' || n, 'person' || n || '@example.net', 'B' || n, 'da', 'sent', 1, '', 'Din ordre', repeat('Tak for din ordre. ', 20), '', %(now)s, %(now)s
       FROM generate_series(1, %(count)s / 2) n""",
    """INSERT INTO consents_marketingconsent (reference, email, purpose, event, method, text_version, text_hash, language, at)
       SELECT 'B' || n, 'person' || n || '@example.net', 'newsletter', 'given', 'account', 'x', 'x', 'da', %(now)s
       FROM generate_series(1, %(count)s / 4) n""",
    """INSERT INTO core_auditentry (at, action, actor_kind, actor_id, actor_role, subject_id, object_kind, object_reference)
       SELECT %(now)s, 'profile_changed', 'person', md5('person ' || n)::uuid, '', md5('person ' || n)::uuid, 'person', 'B' || n
       FROM generate_series(1, %(count)s) n""",
]  # fmt: skip
# Half of what was sold belongs to somebody of the crowd, as it does where people come back.
_BUYERS = """
UPDATE sales_order o SET buyer_id = a.person_id, buyer_email = a.email FROM accounts_account a
WHERE o.id % 2 = 0 AND a.email = 'person' || (o.id * 7 % %(count)s + 1) || '@example.net'
"""


def fill(now: datetime) -> None:
    """As the database's owner."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection

    from conbillet.accounts.models import Account, EmailProof, Person
    from conbillet.core import audit
    from conbillet.core.actor import SYSTEM
    from conbillet.mail.models import OutgoingMail
    from conbillet.sales.models import Order, Participant, Receipt
    from conbillet.support.models import Case

    session = SessionStore().encode({"_auth_user_id": "1", "carts": {"nordlys/bench": "ABCD" * 4}, "x": "y" * 100})
    with connection.cursor() as cursor:
        for statement in [*_CROWD, _BUYERS.replace("% 2", "%% 2").replace("7 % ", "7 %% ")]:
            cursor.execute(statement, {"now": now, "count": ACCOUNTS, "session": session})
    cases = [
        Case(
            reference=f"B{n}", kind="other", name="Person", email=f"person{n}@example.net", text="Hej", state="closed",
            created_at=now, due_on=now.date(), closed_at=now,
        )
        for n in range(ACCOUNTS // 20)
    ]  # fmt: skip
    Case.objects.bulk_create(cases, batch_size=2000)
    her = Person.objects.create(id=HER, name=HER_NAME, street="Bænken 1", created_at=now, updated_at=now)
    account = Account.objects.create(person=her, email=HER_EMAIL, created_at=now)
    account.set_unusable_password()
    account.save()
    EmailProof.objects.create(person=her, email=HER_EMAIL, method="code", proven_at=now)
    orders = list(Order.objects.filter(state="paid", participants__isnull=False).distinct().order_by("pk")[:ORDERS])
    pks = [order.pk for order in orders]
    Order.objects.filter(pk__in=pks).update(buyer=her, buyer_name=HER_NAME, buyer_email=HER_EMAIL)
    Receipt.objects.filter(order__in=pks).update(buyer_name=HER_NAME)
    first = [order.participants.order_by("pk").values_list("pk", flat=True)[0] for order in orders]
    Participant.objects.filter(pk__in=first).update(person=her, name=HER_NAME, email=HER_EMAIL)
    for order in orders:
        OutgoingMail.objects.create(
            kind="confirmation", key=f"bench/{order.reference}", recipient=HER_EMAIL, about=order.reference, state="sent",
            organization_id=order.organization_id, person=her, subject="Din ordre", text=f"Hej {HER_NAME}", created_at=now,
        )  # fmt: skip
        audit.record(
            action="order_resent", actor=SYSTEM, now=now, organization_id=order.organization_id, object_kind="order",
            object_reference=order.reference, subject=HER, reason="bench",
        )  # fmt: skip
