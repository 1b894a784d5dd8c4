from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "conbillet.consents"
    label = "consents"
