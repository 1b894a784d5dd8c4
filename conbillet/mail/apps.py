from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "conbillet.mail"
    label = "mail"
