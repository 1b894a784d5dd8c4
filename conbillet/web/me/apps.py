from django.apps import AppConfig


class MeConfig(AppConfig):
    name = "conbillet.web.me"
    label = "me"
