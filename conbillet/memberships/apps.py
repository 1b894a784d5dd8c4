from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "conbillet.memberships"
    label = "memberships"
