from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "conbillet.web.office"
    label = "office"
