from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "conbillet.organizations"
    label = "organizations"
