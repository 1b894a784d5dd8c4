from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "conbillet.usage"
    label = "usage"
