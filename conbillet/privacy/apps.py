from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "conbillet.privacy"
    label = "privacy"
