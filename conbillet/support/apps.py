from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "conbillet.support"
    label = "support"
