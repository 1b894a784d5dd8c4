"""People who have said yes to news, and what they got: two issues of the association, one of ConBillet, and a draft."""

from datetime import datetime, timedelta

from conbillet.accounts.models import Account
from conbillet.consents.ledger import consent_text
from conbillet.consents.models import MarketingConsent
from conbillet.core.clock import copenhagen_day
from conbillet.core.references import new_reference
from conbillet.newsletters.audience import gather
from conbillet.newsletters.models import FailingAddress, Issue, Recipient
from conbillet.organizations.models import Organization
from conbillet.sales.models import Order

CALL_DA = """## Vi søger dig

Der er plads til **40 frivillige** mere. Du får gratis entré, mad alle dage og verdens bedste kolleger.

- Infodesken: to vagter på fire timer
- Køkkenet: vi laver mad til 900, og alle er velkomne
- Opsætning torsdag, nedtagning søndag

[Meld dig her](https://nordlys.example/frivillig), eller svar på denne mail.

Hilsen Nordlys' frivilliggruppe
"""
CALL_EN = """## We are looking for you

There is room for **40 more volunteers**. You get in for free, eat with us all days and meet the best colleagues there are.

- Info desk: two shifts of four hours
- Kitchen: we cook for 900, and everybody is welcome
- Setting up on Thursday, taking down on Sunday

[Sign up here](https://nordlys.example/volunteer), or answer this mail.

The volunteers' group of Nordlys
"""
PROGRAMME_DA = """## Programmet er ude

112 rollespil, 30 brætspilsturneringer og et værksted, hvor du maler din første figur. [Se det hele](https://nordlys.example/program).

> Vi har aldrig haft så mange scenarier for begyndere. Tag en ven med, der ikke har prøvet det før.

Sovepladserne er næsten væk. Køb dem sammen med billetten, så står der en madras til dig.

| dag | døre åbner |
|---|---|
| onsdag | kl. 16 |
| torsdag–lørdag | kl. 9 |
| søndag | kl. 10 |
"""
PROGRAMME_EN = """## The programme is out

112 role-playing games, 30 board game tournaments and a workshop where you paint your first miniature.
[See it all](https://nordlys.example/programme).

The places to sleep are almost gone. Buy them with your ticket, and there is a mattress for you.
"""
OWN_DA = """## Nyt på ConBillet

I kan nu give jeres billet videre med et link, og den, der får den, skriver selv sit navn.

På *Mine data* kan du se alt, hvad vi har gemt om dig, og hente det som en pakke.
"""
EVERY, PLATFORM_EVERY = 6, 25  # one buyer in so many says yes


def make_newsletters(organization: Organization, buyer: Account, now: datetime) -> None:
    """Believable numbers: a sixth of the buyers said yes, some have left again, some addresses do not exist any more."""
    orders = Order.objects.filter(organization=organization, state=Order.State.PAID).order_by("placed_at")
    emails = list(dict.fromkeys(one.lower() for one in orders.values_list("buyer_email", flat=True) if one))
    _say_yes(emails[::EVERY], organization, now)
    _say_yes(emails[3::PLATFORM_EVERY], None, now)
    _say_yes([buyer.email], organization, now)
    _sent(organization, "Vi søger frivillige til næste Nordlys", CALL_DA, "Volunteers wanted for the next Nordlys", CALL_EN, now - timedelta(days=47), now)
    _sent(organization, "Programmet er ude", PROGRAMME_DA, "The programme is out", PROGRAMME_EN, now - timedelta(days=9), now)
    _sent(None, "Giv din billet videre med et link", OWN_DA, "", "", now - timedelta(days=20), now)
    Issue.objects.create(
        reference=new_reference(), organization=organization, subject_da="Sidste chance for en soveplads",
        text_da="Der er **14 madrasser** tilbage.\n\n[Køb din her](https://nordlys.example/sov)", created_at=now, updated_at=now,
    )  # fmt: skip


def _say_yes(emails: list[str], sender: Organization | None, now: datetime) -> None:
    text = consent_text(on=copenhagen_day(now))
    words = [
        MarketingConsent(
            reference=new_reference(), email=email, organization=sender, purpose="newsletter", event=event,
            method="double_opt_in" if event == "given" else "mail_link", text_version=text.name, text_hash=text.text_hash,
            language="en" if number % 9 == 0 else "da", at=now - timedelta(days=days, minutes=number),
        )
        for number, email in enumerate(emails)
        for event, days in [("given", 80), *([("withdrawn", 3)] if number % 31 == 30 else [])]
    ]  # fmt: skip
    MarketingConsent.objects.bulk_create(words)


def _sent(
    sender: Organization | None, subject_da: str, text_da: str, subject_en: str, text_en: str, at: datetime, now: datetime
) -> None:
    """As it stands after it was sent: who got it for 30 days, after that the numbers alone."""
    issue = Issue.objects.create(
        reference=new_reference(), organization=sender, subject_da=subject_da, text_da=text_da, subject_en=subject_en,
        text_en=text_en, created_at=at - timedelta(days=2), updated_at=at, scheduled_for=at, started_at=at,
        finished_at=at + timedelta(minutes=2), state=Issue.State.SENT,
    )  # fmt: skip
    issue.recipients = gather(issue, now=at)
    rows = Recipient.objects.filter(issue=issue)
    rows.update(state=Recipient.State.SENT, attempts=1, claimed_at=at, sent_at=at)
    gone = list(rows.order_by("pk").values_list("pk", "email")[5::67])
    rows.filter(pk__in=[pk for pk, _email in gone]).update(state=Recipient.State.BOUNCED)
    if at < now - timedelta(days=30):
        issue.outcome = {"sent": rows.filter(state=Recipient.State.SENT).count(), "bounced": len(gone)}
        rows.delete()
    issue.save(update_fields=["recipients", "outcome"])
    known = set(FailingAddress.objects.values_list("email", flat=True))
    FailingAddress.objects.bulk_create(
        FailingAddress(email=email, reason_code="hard", last_issue=issue, last_at=at, blocked_at=at)
        for _pk, email in gone
        if email not in known
    )
