"""Conversations that are open, and agents who are signed in, as JSON: `python -m bench.chat_prepare CHATS AGENTS`."""

import json
import secrets
import sys

import django
from django.conf import settings


def main() -> None:
    django.setup()
    from conbillet.core import clock
    from conbillet.core.actor import ANONYMOUS, person_actor
    from conbillet.organizations.models import Organization, Role, RoleKind
    from conbillet.support.actions.take_chat import take_chat
    from conbillet.workflows.chats import begin_chat

    from .prepare import _sign_in

    count, agents = map(int, sys.argv[1:])
    now = clock.now()
    organization, _new = Organization.objects.get_or_create(
        slug="bench", defaults={"name": "Bench", "email": "bench@example.com", "created_at": now}
    )
    chats = []
    for _ in range(count):
        token = secrets.token_urlsafe(24)
        chat = begin_chat(
            organization=organization, person=None, token=token, name="", text="Hej", files=[],
            key=secrets.token_hex(16), order=None, language="da", actor=ANONYMOUS, now=now,
        )  # fmt: skip
        chats.append((chat, token))
    signed_in = []
    for number in range(agents):
        door = _sign_in(organization)
        role = Role.objects.filter(organization=organization).latest("pk")
        actor = person_actor(role.person_id).for_organization(organization.pk, RoleKind.OWNER)
        take_chat(chat=chats[number][0], actor=actor, now=now)
        cookie = f"{settings.SESSION_COOKIE_NAME}={door['cookies'][settings.SESSION_COOKIE_NAME]}"
        signed_in.append({"cookie": cookie, "csrf": door["csrf"]})
    plan = {"chats": [{"reference": chat.reference, "token": token} for chat, token in chats], "agents": signed_in}
    print(json.dumps(plan))


if __name__ == "__main__":
    main()
