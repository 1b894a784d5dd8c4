"""The office's menu: the pages that a role may open, in one order everywhere."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from conbillet.organizations.access import Standing
from conbillet.organizations.permissions import Permission, allowed


@dataclass(frozen=True)
class Entry:
    """`name` is the page's URL name; it takes `organization` and nothing else."""

    name: str
    label: Any
    icon: str
    permission: Permission
    group: Any = ""


MENU = (
    Entry("office:home", _("Overview"), "home", Permission.SEE_OFFICE),
    Entry("office:events", _("Events"), "calendar", Permission.SEE_OFFICE, _("Selling")),
    Entry("office:orders", _("Orders"), "cart", Permission.SEE_OFFICE),
    Entry("office:transfers", _("Bank transfers"), "card", Permission.SEE_MONEY),
    Entry("office:receipts", _("Receipts and ledger"), "receipt", Permission.SEE_MONEY),
    Entry("office:chats", _("Chat"), "chat", Permission.CHAT),
    Entry("office:statistics", _("Statistics"), "chart", Permission.SEE_OFFICE),
    Entry("door:events", _("The door"), "door", Permission.DOOR),
    Entry("office:members", _("Members"), "people", Permission.MEMBERS),
    Entry("office:newsletters", _("Newsletters"), "mail", Permission.NEWS),
    Entry("office:certificates", _("Certificates"), "lock", Permission.CERTIFICATES),
    Entry("office:membership_types", _("Membership types"), "calendar", Permission.EDIT_CATALOGUE),
    Entry("office:settings", _("The association"), "gear", Permission.EDIT_ORGANIZATION, _("Set up")),
    Entry("office:roles", _("People and roles"), "person", Permission.EDIT_ROLES),
    Entry("office:log", _("Who did what"), "clock", Permission.SEE_LOG),
    Entry("office:payments", _("Stripe"), "card", Permission.SEE_MONEY),
    Entry("office:retention", _("Deletion calendar"), "calendar", Permission.SEE_OFFICE),
    Entry("office:agreement", _("Agreement"), "lock", Permission.SEE_OFFICE),
)


def side_menu(request: HttpRequest, standing: Standing) -> list[dict[str, Any]]:
    """The menu for whoever stands here; the current page is the one whose address begins the request's the longest."""
    found: list[dict[str, Any]] = []
    group: Any = ""
    for entry in MENU:
        group = entry.group or group
        if not allowed(standing.actor.role, entry.permission):
            continue
        try:
            url = reverse(entry.name, kwargs={"organization": standing.organization.slug})
        except NoReverseMatch:
            continue
        shown = {item["of"] for item in found}
        found.append({"url": url, "label": entry.label, "icon": entry.icon, "of": group, "group": group if group not in shown else "", "current": False})  # fmt: skip
    matching = [item for item in found if request.path.startswith(item["url"])]
    if matching:
        max(matching, key=lambda item: len(item["url"]))["current"] = True
    return found
