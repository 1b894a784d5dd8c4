"""Conversations of the demo: one that waits at the big association, one that its owner has answered, one at the desk; and
answers that are given often."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from conbillet.accounts.models import Account
from conbillet.core.actor import ANONYMOUS, Actor, ActorKind, person_actor
from conbillet.organizations.models import Organization, RoleKind
from conbillet.sales.models import Order
from conbillet.support.actions.agent_is_there import agent_is_there
from conbillet.support.actions.save_answer import save_answer
from conbillet.support.models import Chat
from conbillet.workflows.chats import answer_chat, begin_chat

from .people import BUYER, OWNER, STAFF

ANSWERS = (
    ("Billetten er væk", "Jeg har sendt dine billetter igen. Kig også i mappen med uønsket post.", "I have sent your tickets again. Please look in your spam folder too."),
    ("Sovesal", "Sovesalen åbner torsdag kl. 16. Tag liggeunderlag og sovepose med.", "The dormitory opens on Thursday at 16.00. Bring a mat and a sleeping bag."),
    ("Navn på billet", "Du kan selv rette navnet her i chatten, når du har åbnet den fra din ordre eller er logget ind.", "You can change the name yourself here in the chat, when you opened it from your order or are logged in."),
)  # fmt: skip
DESK_ANSWERS = (
    ("Henvis til foreningen", "Det bestemmer foreningen selv. Åbn chatten fra deres side, så svarer de dig.", "The association decides that. Open the chat from their page, and they answer you."),
)  # fmt: skip


def make_chats(organization: Organization, people: dict[str, Account], now: datetime) -> None:
    """As they would have come about; whoever answers has the page open."""
    owner = person_actor(people[OWNER].person_id).for_organization(organization.pk, RoleKind.OWNER)
    staff = Actor(ActorKind.STAFF, people[STAFF].person_id, None, "support_agent")
    for mine, answers in ((organization.pk, ANSWERS), (None, DESK_ANSWERS)):
        for title, danish, english in answers:
            save_answer(organization_id=mine, answer=None, title=title, text_da=danish, text_en=english)
    buyer = people[BUYER].person_id
    order = Order.objects.filter(organization=organization, buyer_id=buyer).order_by("-placed_at").first()
    talk = _begin(organization, buyer, "", "Hej! Må man have sin egen pude med på sovesalen?", order, now - timedelta(minutes=9))
    _answer(talk, "Hej Bodil. Ja, endelig. Der er kun madrasser.", owner, now - timedelta(minutes=7))
    _begin(organization, None, "Villads", "Hej, er der flere billetter til lørdag? Vi er tre, der gerne vil med.", None, now - timedelta(minutes=4))
    _begin(None, None, "Signe", "Jeg kan ikke logge ind. Koden kommer aldrig frem på min mail.", None, now - timedelta(minutes=2))
    agent_is_there(organization_id=organization.pk, actor=owner, now=now, listening=False)
    agent_is_there(organization_id=None, actor=staff, now=now, listening=False)


def _begin(
    organization: Organization | None, person: UUID | None, name: str, text: str, order: Order | None, at: datetime
) -> Chat:
    return begin_chat(
        organization=organization,
        person=person,
        token=secrets.token_urlsafe(24),
        name=name,
        text=text,
        files=[],
        key=secrets.token_hex(16),
        order=order,
        language="da",
        actor=ANONYMOUS,
        now=at,
    )


def _answer(chat: Chat, text: str, actor: Actor, at: datetime) -> None:
    answer_chat(chat=chat, text=text, key=secrets.token_hex(16), actor=actor, now=at)
