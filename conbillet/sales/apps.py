from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "conbillet.sales"
    label = "sales"
