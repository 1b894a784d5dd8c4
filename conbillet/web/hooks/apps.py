from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "conbillet.web.hooks"
    label = "hooks"
