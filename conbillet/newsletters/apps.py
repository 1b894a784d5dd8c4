from django.apps import AppConfig


class NewslettersConfig(AppConfig):
    name = "conbillet.newsletters"
    label = "newsletters"
