from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "conbillet.accounts"
    label = "accounts"
